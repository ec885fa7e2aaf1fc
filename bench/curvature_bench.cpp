// bench_curvature: what a Hessian-vector product costs beside the gradient of the same batch.
//
// Each repetition measures everything once, one after the other, so that what disturbs the machine
// disturbs all alike; times are medians, ratios those of medians. Norm statistics are the running
// ones.

#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "analysis/curvature_operator.hpp"
#include "apps/bench/choice_list.hpp"
#include "apps/launch.hpp"
#include "machine/machine.hpp"
#include "workload.hpp"

namespace switchyard {
namespace {

enum class Clock { wall, cpu };
constexpr Choice<Clock> clock_choices[] = {{Clock::wall, "wall"}, {Clock::cpu, "cpu"}};

struct BenchConfig {
  DeviceKind device = DeviceKind::automatic;
  Precision precision = Precision::f32;
  std::string heads = "dense,soft,sparse,hard";
  int width = 64;
  std::int64_t batch = 128;
  int block = 4;
  int repetitions = 7;
  Clock clock = Clock::wall;
  int ep = 0;
  int threads = 0;
};

template <class Visitor>
void visit(Visitor& v, BenchConfig& c) {
  v.group("Benchmark");
  v.field("device", c.device, "cuda, cpu or ref; auto: cuda where there is a device",
          device_choices);
  v.field("precision", c.precision, "of arithmetic", precision_choices);
  v.field("heads", c.heads, "of dense, soft, sparse and hard, with commas", "LIST");
  v.field("width", c.width, "channels of the first ResNet-18 stage", at_least(1));
  v.field("batch", c.batch, "global batch", at_least(1), "images");
  v.field("block", c.block, "vectors of the products with several at once", at_least(1));
  v.field("repetitions", c.repetitions, "times that are taken", at_least(1));
  v.field("clock", c.clock,
          "of the world, or of this process alone: with --threads 1 fit for a busy machine",
          clock_choices);
  v.field("ep", c.ep, "ranks an expert-parallel group; 0: the largest that fits", at_least(0));
  v.field("threads", c.threads, "OpenMP threads a rank; 0: share this host's cores", at_least(0));
}

constexpr std::string_view usage =
    "usage: [mpirun -n RANKS] bench_curvature [--key value ...]\n"
    "MiB are the most that rank 0's tensors took, parameters and vectors included; a cache holds\n"
    "its memory from product to product.\n";

/// One thing that is measured.
struct Subject {
  std::string name;
  std::function<void()> work;
  std::vector<double> seconds = {};
  double mib = 0;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double now(Clock clock) {
  if (clock == Clock::cpu) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// A model, its batch and what is measured of them. Refers to `machine`.
class CurvatureBench {
 public:
  /// Collective.
  CurvatureBench(Machine& machine, const BenchConfig& config, HeadKind head)
      : machine_(machine),
        clock_(config.clock),
        cache_(machine.backend()),
        classifier_(cache_, machine.world(), model_config(head, config.width),
                    {.precision = config.precision, .ep = config.ep}),
        space_(classifier_.state(), classifier_.grid(), [](const std::string&) { return true; }),
        batch_(random_batch(machine, config.batch, classifier_.image_dtype())),
        plain_(make_operator(config.block, CacheUse::off)),
        cached_(make_operator(config.block, CacheUse::on)) {
    for (int i = 0; i < config.block; ++i)
      vectors_.push_back(space_.vectors().random(RandomEntries::rademacher, 1, i));
    subjects_.push_back({"gradient", [this] { wait_for(plain_.gradient()); }});
    add_products("H v", plain_);
    add_products("H v, cached", cached_);
  }

  /// Takes memory of everything once, then times, `repetitions` rounds. Collective.
  void run(int repetitions) {
    for (Subject& subject : subjects_) measure_memory(subject);
    for (int i = 0; i < repetitions; ++i)
      for (Subject& subject : subjects_) subject.seconds.push_back(seconds_of(subject));
  }

  void print(const std::string& title) const {
    fmt::print("{}\n{:28}{:>9}{:>9}{:>9}{:>9}\n", title, "", "seconds", "ratio", "MiB", "ratio");
    const double seconds = median(subjects_[0].seconds), mib = subjects_[0].mib;
    for (const Subject& s : subjects_)
      fmt::print("{:28}{:9.3f}{:9.2f}{:9.0f}{:9.2f}\n", s.name, median(s.seconds),
                 median(s.seconds) / seconds, s.mib, s.mib / mib);
  }

 private:
  CurvatureOperator make_operator(int block, CacheUse use) {
    return {classifier_, space_, cache_, {batch_}, {.block = block, .cache = use}};
  }

  /// With one vector, and with all.
  void add_products(const std::string& name, CurvatureOperator& of) {
    auto add = [&](std::size_t count) {
      subjects_.push_back({fmt::format("{}, {} at once", name, count), [this, &of, count] {
                             wait_for(of.apply(std::span(vectors_).first(count)).back());
                           }});
    };
    add(1);
    if (vectors_.size() > 1) add(vectors_.size());
  }

  /// On a device, the kernels are only enqueued.
  void wait_for(const Tensor& result) { cache_.dot(result.rows(0, 1), result.rows(0, 1)); }

  void measure_memory(Subject& subject) {
    subject.work();
    cache_.allocator().reset_peak();
    subject.work();
    constexpr double mib = 1024.0 * 1024.0;
    subject.mib = static_cast<double>(cache_.allocator().peak_bytes()) / mib;
  }

  double seconds_of(Subject& subject) {
    machine_.world().barrier();
    const double start = now(clock_);
    subject.work();
    machine_.world().barrier();
    return now(clock_) - start;
  }

  Machine& machine_;
  Clock clock_;
  PrimalCache cache_;
  DistributedClassifier classifier_;
  ParameterSpace space_;
  Batch batch_;
  CurvatureOperator plain_, cached_;
  std::vector<Tensor> vectors_;
  std::vector<Subject> subjects_;
};

ExitCode run_benchmarks(const Launch& launch, const std::vector<std::string>& words) {
  BenchConfig config;
  if (!read_shared_config(launch, config, words, usage)) return ExitCode::done;
  use_threads(config.threads);
  auto machine = make_machine({.device = config.device, .precision = config.precision},
                              launch.world, launch.log);
  for (HeadKind head : parse_choices("heads", config.heads, head_choices)) {
    CurvatureBench bench(*machine, config, head);
    bench.run(config.repetitions);
    if (launch.world.rank().value == 0)
      bench.print(fmt::format("{}, width {}, batch {}", name_of(head, head_choices), config.width,
                              config.batch));
  }
  return ExitCode::done;
}

}  // namespace
}  // namespace switchyard

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  return static_cast<int>(switchyard::run_on_all_ranks(
      argc, argv,
      [&](const switchyard::Launch& launch) { return switchyard::run_benchmarks(launch, words); }));
}
