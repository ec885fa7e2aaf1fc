#include "apps/bench/dispatch_check.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace switchyard {
namespace {

using Values = std::vector<double>;

Values host_values(Backend& backend, const Tensor& x) {
  Values values(static_cast<std::size_t>(x.numel()));
  if (!values.empty()) backend.to_host(backend.convert(x, DType::f64), values.data());
  return values;
}

// The largest difference so far and what it is relative to.
class Difference {
 public:
  void add(const Values& found, const Values& expected) {
    for (std::size_t i = 0; i < found.size(); ++i)
      largest_ = std::max(largest_, distance(found[i], expected[i]));
    for (double value : expected) scale_ = std::max(scale_, std::abs(value));
  }
  double relative() const { return scale_ == 0 ? largest_ : largest_ / scale_; }

 private:
  // What is not a number differs from everything.
  static double distance(double a, double b) {
    const double apart = std::abs(a - b);
    return std::isnan(apart) ? HUGE_VAL : apart;
  }
  double largest_ = 0, scale_ = 0;
};

double largest_of(Communicator& world, double own) {
  const auto ranks = static_cast<std::size_t>(world.size());
  const std::shared_ptr<Allocator> host = make_host_allocator();
  Tensor mine(*host, {1}, DType::f64), all(*host, {world.size()}, DType::f64);
  *mine.data<double>() = own;
  world.all_gather_rows(mine, all, std::vector<std::int64_t>(ranks, 1));
  return *std::max_element(all.data<double>(), all.data<double>() + ranks);
}

// All ranks' rows of x.
Tensor gather(Backend& backend, Communicator& world, const DispatchTokens& tokens,
              const Tensor& x) {
  Tensor all = backend.empty({tokens.of(world.size() - 1).end, x.dim(1)}, x.dtype());
  world.all_gather_rows(x, all, tokens.counts());
  return all;
}

Tensor summed_gradient(Backend& backend, const ProcessGrid& grid, const Parameter& parameter) {
  Tensor sum = backend.convert(parameter.grad.value, DType::f64);
  (parameter.expert ? grid.data_parallel() : grid.world()).all_reduce_sum(sum);
  return sum;
}

struct Differences {
  Difference outputs, features, parameters;
};

void compare(Backend& backend, DispatchLayer& ranks, DispatchLayer& one, Share own,
             Differences& found) {
  auto compare_rows = [&](const Tensor& mine, const Tensor& all, Difference& difference) {
    difference.add(host_values(backend, mine), host_values(backend, all.rows(own.begin, own.end)));
  };
  compare_rows(ranks.outputs(), one.outputs(), found.outputs);
  if (!ranks.feature_gradients()) return;
  compare_rows(ranks.feature_gradients(), one.feature_gradients(), found.features);
  for (const Parameter& p : ranks.state().parameters())
    found.parameters.add(host_values(backend, summed_gradient(backend, ranks.grid(), p)),
                         host_values(backend, one.state().find_parameter(p.name)->grad.value));
}

double tolerance(Precision precision) {
  switch (precision) {
    case Precision::f64:
      return 1e-12;
    case Precision::f32:
      return 1e-5;
    case Precision::tf32:
      return 1e-2;
    case Precision::bf16:
      return 5e-2;
  }
  return 0;
}

}  // namespace

DispatchDifference compare_with_one_rank(DispatchSubject& subject, const BenchPlace& place) {
  auto& [backend, world, timer] = place;
  DispatchCase whole = subject.measured_case();
  whole.ep = whole.overlap_degree = 1;
  const auto self = make_self_communicator();
  DispatchLayer one(backend, *self, whole, Share{0, whole.tokens});
  Differences found;
  for (int step = 0; step < kRoutingSteps; ++step) {
    subject.run_step(step);
    one.run(gather(backend, world, subject.tokens(), subject.layer().chosen()));
    compare(backend, subject.layer(), one, subject.tokens().of(world.rank().value), found);
  }
  return {largest_of(world, found.outputs.relative()), largest_of(world, found.features.relative()),
          largest_of(world, found.parameters.relative())};
}

void require_agreement(const DispatchDifference& difference, const DispatchCase& c) {
  const double allowed = tolerance(c.precision);
  const auto [outputs, features, parameters] = difference;
  if (std::max({outputs, features, parameters}) <= allowed) return;
  fail_everywhere(
      ExitCode::run_failed,
      fmt::format("{}: ranks together do not compute what one rank computes (outputs differ by "
                  "{:.1e} of the largest, gradients by features {:.1e}, by parameters {:.1e}; "
                  "rounding may be {:.0e}); please report it",
                  to_string(c), outputs, features, parameters, allowed));
}

}  // namespace switchyard
