#include "analysis/trace/xtrace.hpp"

#include <utility>

#include "analysis/trace/growing_qr.hpp"
#include "analysis/trace/leave_one_out.hpp"
#include "analysis/trace/probes.hpp"

namespace switchyard {
namespace {

class XTrace {
 public:
  XTrace(SymmetricOperator& a, const TraceOptions& options)
      : a_(a),
        options_(options),
        basis_(a.space(), storage(a.space(), options, 2)),
        probes_(a.space(), storage(a.space(), options, 2)) {
    matrices_.dimension = a.space().dimension();
  }

  void add_block() {
    const std::vector<Tensor> fresh =
        next_probes(a_, options_.seed, probes_.size(), options_.max_probes);
    const int known = basis_.q().size();
    for (const Tensor& y : multiply(fresh)) matrices_.r.push_back(basis_.add(y));
    add_basis_vectors(stored_block(basis_.q(), known, basis_.q().size()));
    for (const Tensor& probe : fresh) {
      matrices_.w.push_back(stored_products(a_.space(), basis_.q(), basis_.q().size(), probe));
      probes_.add(probe);
    }
  }

  TraceEstimate estimate() const {
    TraceEstimate estimate;
    auto [samples, error] = leave_one_out(matrices_);
    estimate.trace = sample_mean(samples).mean;
    estimate.samples = std::move(samples);
    estimate.standard_error = basis_.complete() ? 0 : error;
    estimate.probes = probes_.size();
    estimate.products = products_;
    estimate.converged = basis_.complete() || accurate_enough(estimate, options_);
    return estimate;
  }

 private:
  // Their rows of W for the probes so far, and their columns of H.
  void add_basis_vectors(std::span<const Tensor> fresh) {
    const std::vector<Tensor> products = multiply(fresh);
    for (std::size_t j = 0; j < fresh.size(); ++j) {
      const std::vector<double> row =
          stored_products(a_.space(), probes_, probes_.size(), fresh[j]);
      for (std::size_t i = 0; i < row.size(); ++i) matrices_.w[i].push_back(row[i]);
      const int column = static_cast<int>(matrices_.h.size());
      matrices_.h.push_back(stored_products(a_.space(), basis_.q(), column + 1, products[j]));
    }
  }

  std::vector<Tensor> multiply(std::span<const Tensor> xs) {
    if (xs.empty()) return {};
    products_ += std::ssize(xs);
    return a_.apply(xs);
  }

  SymmetricOperator& a_;
  const TraceOptions& options_;
  GrowingQr basis_;
  KrylovBasis probes_;
  XTraceMatrices matrices_;
  std::int64_t products_ = 0;
};

}  // namespace

TraceEstimate xtrace(SymmetricOperator& a, const TraceOptions& options,
                     const TraceProgress& progress) {
  validate(options);
  XTrace run(a, options);
  TraceEstimate estimate;
  while (!estimate.converged && estimate.probes < options.max_probes) {
    run.add_block();
    estimate = run.estimate();
    if (progress) progress(estimate);
  }
  return estimate;
}

}  // namespace switchyard
