#include "apps/parity/report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace switchyard::parity {
namespace {

/// Below this norm of the reference the difference itself is the error.
constexpr double kNextToNothing = 1e-12;

Verdict judge_sums(const Tolerance& tolerance, const double* sums) {
  double difference = std::sqrt(sums[0]), reference = std::sqrt(sums[1]), share = sums[2];
  if (std::abs(share - 1.0) > 1e-6)  // some elements are on no rank
    return {std::numeric_limits<double>::infinity(), tolerance.relative};
  if (reference < kNextToNothing)
    return {difference, std::max(tolerance.relative, tolerance.absolute)};
  return {difference / reference, tolerance.at(reference)};
}

}  // namespace

std::vector<Verdict> Report::verdicts() const {
  auto host = make_host_allocator();
  Tensor sums(*host, {static_cast<std::int64_t>(pending_.size()), 3}, DType::f64);
  double* at = sums.data<double>();
  for (const Finding& f : pending_)
    for (double sum : {f.squared_difference, f.squared_reference, f.share}) *at++ = sum;
  world_.all_reduce_sum(sums);

  std::vector<Verdict> verdicts;
  for (const Finding& f : pending_)
    verdicts.push_back(judge_sums(f.tolerance, sums.data<double>() + 3 * verdicts.size()));
  return verdicts;
}

bool Report::passes() const {
  return std::ranges::all_of(verdicts(), [](const Verdict& v) { return v.passes(); });
}

void Report::judge() {
  auto judged = verdicts();
  for (std::size_t i = 0; i < judged.size(); ++i) {
    ++checked_;
    if (!judged[i].passes()) ++failed_;
    if (world_.rank().value == 0)
      fmt::print("{}  {:.3e}  {:.3e}  {}\n", pending_[i].label, judged[i].error, judged[i].bound,
                 judged[i].passes() ? "PASS" : "FAIL");
  }
  pending_.clear();
}

}  // namespace switchyard::parity
