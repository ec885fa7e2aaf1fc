// bench_ops: the kernels that a training step spends its time in, one at a time, at the shapes of
// ResNet-18 on 32x32 images, and those that bring rows to experts and back, beside a copy.
// OMP_NUM_THREADS sets the threads. Words that begin with --benchmark_ are google-benchmark's.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/config/config.hpp"
#include "machine/machine.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t batch = 32;

struct BenchConfig {
  DeviceKind device = DeviceKind::automatic;
  Precision precision = Precision::f32;
};

template <class Visitor>
void visit(Visitor& v, BenchConfig& c) {
  v.group("Benchmark");
  v.field("device", c.device, "cuda, cpu or ref; auto: cuda where there is a device",
          device_choices);
  v.field("precision", c.precision, "of activations", precision_choices);
}

/// Where kernels are timed.
struct Bench {
  Backend& backend;
  DType dtype;  ///< of activations

  Tensor full(Shape shape, double value) const {
    return backend.full(std::move(shape), dtype, value);
  }
  /// Waits for the kernels that are enqueued.
  void finish() const {
    double unused = 0;
    backend.to_host(backend.zeros({1}, DType::f64), &unused);
  }
  /// Times `kernel`: on a device many in a row, so that the wait at the end does not count.
  template <class Kernel>
  void time(benchmark::State& state, Kernel&& kernel) const {
    const int in_a_row = backend.allocator().memory() == MemoryKind::host ? 1 : 50;
    kernel();
    finish();
    while (state.KeepRunningBatch(in_a_row)) {
      for (int i = 0; i < in_a_row; ++i) kernel();
      finish();
    }
  }
};

struct ConvShape {
  std::int64_t in, out, kernel, stride, side;  ///< side: of the input images, pixels
};

constexpr ConvShape conv_shapes[] = {
    {3, 64, 3, 1, 32},   {64, 64, 3, 1, 32},   {64, 128, 3, 2, 32},
    {64, 128, 1, 2, 32}, {128, 128, 3, 1, 16}, {128, 256, 3, 2, 16},
    {256, 256, 3, 1, 8}, {256, 512, 3, 2, 8},  {512, 512, 3, 1, 4},
};

enum class ConvKernel { forward, grad_input, grad_weight, prepared };

struct ConvKernelName {
  ConvKernel kernel;
  const char* name;
};

constexpr ConvKernelName conv_kernels[] = {{ConvKernel::forward, "conv2d"},
                                           {ConvKernel::grad_input, "conv2d_grad_input"},
                                           {ConvKernel::grad_weight, "conv2d_grad_weight"},
                                           {ConvKernel::prepared, "prepared_conv2d"}};

void bench_conv(benchmark::State& state, const Bench& bench, ConvKernel kernel,
                const ConvShape& s) {
  Backend& backend = bench.backend;
  Conv2dSpec spec{static_cast<int>(s.stride), static_cast<int>(s.kernel / 2)};
  Tensor x = bench.full({batch, s.side, s.side, s.in}, 0.5);
  Tensor w = bench.full({s.out, s.kernel, s.kernel, s.in}, 0.1);
  Tensor y = backend.conv2d(x, w, spec);
  auto prepared = backend.prepare_conv2d(w, bench.full({s.out}, 0), spec, Activation::relu);
  bench.time(state, [&] {
    switch (kernel) {
      case ConvKernel::forward:
        return backend.conv2d(x, w, spec);
      case ConvKernel::grad_input:
        return backend.conv2d_grad_input(y, w, spec, x.shape());
      case ConvKernel::grad_weight:
        return backend.conv2d_grad_weight(x, y, spec, w.shape());
      case ConvKernel::prepared:
        return prepared->run(x, {});
    }
    return Tensor();
  });
  double flops = 2.0 * static_cast<double>(y.numel() * s.kernel * s.kernel * s.in);
  state.counters["FLOP/s"] =
      benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

/// Wall time: that of one thread says nothing about the others.
template <class Body>
void add_benchmark(const std::string& name, Body body) {
  benchmark::RegisterBenchmark(name.c_str(), std::move(body))
      ->UseRealTime()
      ->Unit(benchmark::kMicrosecond);
}

void register_convolutions(const Bench& bench) {
  for (const auto& [kernel, name] : conv_kernels)
    for (const ConvShape& s : conv_shapes)
      add_benchmark(fmt::format("{}/{}x{}x{}/{}x{}/stride:{}", name, s.in, s.side, s.side, s.out,
                                s.kernel, s.stride),
                    [=](benchmark::State& state) { bench_conv(state, bench, kernel, s); });
}

/// The arguments of the kernels that memory bounds: activations (batch,side,side,C).
struct Activations {
  Backend& backend;
  Tensor x, y, dy, gamma, beta, sums, count;
  BatchMoments moments;

  Activations(const Bench& bench, std::int64_t channels, std::int64_t side)
      : backend(bench.backend),
        x(bench.full({batch, side, side, channels}, 0.5)),
        y(bench.full(x.shape(), 0.25)),
        dy(bench.full(x.shape(), 0.1)),
        gamma(backend.full({channels}, parameters_of(bench.dtype), 1.0)),
        beta(backend.zeros({channels}, parameters_of(bench.dtype))),
        sums(backend.zeros({2, channels}, DType::f64)),
        count(backend.full({1}, DType::f64, 1e5)),
        moments{backend.full({channels}, DType::f64, 0.1),
                backend.full({channels}, DType::f64, 1.0)} {}

  static DType parameters_of(DType activations) {
    return activations == DType::bf16 ? DType::f32 : activations;
  }
};

/// A kernel and how often it passes over tensors of the size of x.
struct StreamKernel {
  const char* name;
  int passes;
  void (*run)(Activations&);
};

constexpr StreamKernel stream_kernels[] = {
    {"batch_norm_sums", 1, [](Activations& a) { a.backend.batch_norm_sums(a.x); }},
    {"batch_norm_apply/relu", 2,
     [](Activations& a) {
       a.backend.batch_norm_apply(a.x, a.moments, a.gamma, a.beta, {}, Activation::relu);
     }},
    {"batch_norm_apply/residual_relu", 3,
     [](Activations& a) {
       a.backend.batch_norm_apply(a.x, a.moments, a.gamma, a.beta, a.y, Activation::relu);
     }},
    {"batch_norm_grad_sums/relu", 3,
     [](Activations& a) { a.backend.batch_norm_grad_sums(a.dy, a.y, a.x, a.moments); }},
    {"batch_norm_grad/relu", 4,
     [](Activations& a) {
       a.backend.batch_norm_grad(a.dy, a.y, a.x, a.moments, a.gamma, a.sums, a.count, false);
     }},
    {"batch_norm_grad/residual_relu", 5,
     [](Activations& a) {
       a.backend.batch_norm_grad(a.dy, a.y, a.x, a.moments, a.gamma, a.sums, a.count, true);
     }},
    {"relu", 2, [](Activations& a) { a.backend.relu(a.x); }},
    {"accumulate", 3, [](Activations& a) { a.backend.accumulate(a.y, a.x); }},
};

void count_bytes(benchmark::State& state, std::size_t bytes) {
  state.counters["bytes/s"] =
      benchmark::Counter(static_cast<double>(bytes), benchmark::Counter::kIsIterationInvariantRate);
}

void bench_stream(benchmark::State& state, const Bench& bench, const StreamKernel& kernel,
                  std::int64_t channels, std::int64_t side) {
  Activations activations(bench, channels, side);
  bench.time(state, [&] { kernel.run(activations); });
  count_bytes(state, static_cast<std::size_t>(kernel.passes) * activations.x.bytes());
}

void register_streams(const Bench& bench) {
  for (const StreamKernel& kernel : stream_kernels)
    for (auto [channels, side] : {std::pair{64, 32}, std::pair{512, 4}})
      add_benchmark(fmt::format("{}/{}x{}x{}", kernel.name, channels, side, side),
                    [&kernel, bench, channels = channels, side = side](benchmark::State& state) {
                      bench_stream(state, bench, kernel, channels, side);
                    });
}

/// Rows on their way to experts and back, in a random order, beside a copy of as many.
void register_dispatch(const Bench& bench) {
  constexpr std::int64_t rows = 65536, columns = 512;
  using Move = Tensor (*)(Backend&, const Tensor& x, const Tensor& order);
  struct Row {
    const char* name;
    Move move;
  };
  static constexpr Row moves[] = {
      {"copy", [](Backend& b, const Tensor& x, const Tensor&) { return b.convert(x, x.dtype()); }},
      {"dispatch/pack",
       [](Backend& b, const Tensor& x, const Tensor& order) { return b.gather_rows(x, order); }},
      {"dispatch/unpack", [](Backend& b, const Tensor& x, const Tensor& order) {
         return b.scatter_add_rows(x, order, rows);
       }}};
  for (const Row& row : moves)
    add_benchmark(fmt::format("{}/{}x{}", row.name, rows, columns),
                  [&row, bench](benchmark::State& state) {
                    RandomStream random(1, RandomPurpose::probe_vector);
                    std::vector<std::int32_t> order(rows);
                    for (std::int32_t i = 0; i < rows; ++i) order[i] = i;
                    for (std::size_t i = 0; i + 1 < order.size(); ++i)
                      std::swap(order[i], order[i + random.below(order.size() - i, i, 0)]);
                    Tensor index = bench.backend.from_host(order.data(), {rows}, DType::i32);
                    Tensor x = bench.full({rows, columns}, 0.5);
                    bench.time(state, [&] { row.move(bench.backend, x, index); });
                    count_bytes(state, 2 * x.bytes());
                  });
}

/// As many parameters as the full-size model has.
void bench_sgd(benchmark::State& state, const Bench& bench) {
  constexpr std::int64_t parameters = 11'436'618;
  Backend& backend = bench.backend;
  Tensor p = backend.zeros({parameters}, DType::f32);
  Tensor g = backend.full({parameters}, DType::f32, 0.1);
  Tensor m = backend.zeros({parameters}, DType::f32);
  SgdSlot slot{&p, &g, &m};
  SgdScalars scalars{
      .learning_rate = backend.full({1}, DType::f64, 0.1), .gradient_factor = {}, .skip = {}};
  bench.time(state, [&] { backend.sgd_step({&slot, 1}, SgdSpec{}, scalars); });
  constexpr int passes = 5;  // reads p, g, m; writes p, m
  count_bytes(state, passes * p.bytes());
}

int run(std::vector<std::string> words) {
  std::vector<std::string> own;
  std::vector<char*> library = {words[0].data()};
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].starts_with("--benchmark_"))
      library.push_back(words[i].data());
    else
      own.push_back(words[i]);
  }
  BenchConfig config;
  if (read_config(config, own).help) {
    fmt::print("usage: bench_ops [--key value ...] [--benchmark_filter=REGEX ...]\n{}",
               config_help<BenchConfig>());
    return 0;
  }
  int count = static_cast<int>(library.size());
  benchmark::Initialize(&count, library.data());
  if (benchmark::ReportUnrecognizedArguments(count, library.data())) return 2;

  auto world = make_self_communicator();
  Logger log(Rank{0}, standard_error());
  auto machine =
      make_machine({.device = config.device, .precision = config.precision}, *world, log);
  Bench bench{machine->backend(), compute_dtype(config.precision)};
  register_convolutions(bench);
  register_streams(bench);
  register_dispatch(bench);
  add_benchmark("sgd_step", [bench](benchmark::State& state) { bench_sgd(state, bench); });
  benchmark::RunSpecifiedBenchmarks();
  benchmark::ClearRegisteredBenchmarks();
  return 0;
}

}  // namespace
}  // namespace switchyard

int main(int argc, char** argv) {
  using namespace switchyard;
  try {
    return run({argv, argv + argc});
  } catch (const Error& error) {
    fmt::print(stderr, "bench_ops: {}\n", error.what());
    return static_cast<int>(error.code());
  }
}
