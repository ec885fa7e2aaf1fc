#include "train/step_report.hpp"

namespace switchyard {
namespace {

Tensor as_row(Backend& backend, const Tensor& x) {
  return backend.convert(x, DType::f64).reshape({1, x.numel()});
}

}  // namespace

StepReport::StepReport(DistributedClassifier& classifier, const Tensor& share, const Tensor& stop,
                       const Tensor& sums)
    : backend_(classifier.backend()), ranks_(classifier.grid().world().size()) {
  Communicator& world = classifier.grid().world();
  std::vector<Tensor> parts(static_cast<std::size_t>(ranks_), backend_.zeros({1, 1}, DType::f64));
  parts[static_cast<std::size_t>(world.rank().value)] = backend_.not_finite(share).reshape({1, 1});
  parts.push_back(stop.reshape({1, 1}));
  parts.push_back(sums);
  message_ = backend_.concat_columns(parts);
  request_ = world.start_all_reduce_sum(message_);
}

Tensor StepReport::failures() const {
  return backend_.sum_to(backend_.slice_columns(message_, 0, ranks_), {1, 1}).reshape({1});
}

Tensor StepReport::with(const Tensor& balance, const Tensor& grad_norm) const {
  return backend_.concat_columns(
      std::vector{message_, as_row(backend_, balance), as_row(backend_, grad_norm)});
}

StepFindings read_report(std::span<const double> report, int ranks, int experts) {
  StepFindings findings;
  for (int r = 0; r < ranks; ++r)
    if (report[static_cast<std::size_t>(r)] != 0) findings.not_finite.push_back(r);
  report = report.subspan(static_cast<std::size_t>(ranks));
  auto sums = static_cast<std::size_t>(count_of_sums(experts));
  findings.stop_requested = report[0] > 0;
  findings.sums = MetricSums(experts, report.subspan(1, sums));
  findings.balance = report[sums + 1];
  findings.grad_norm = report[sums + 2];
  return findings;
}

}  // namespace switchyard
