#include "analysis/trace/hutchpp.hpp"

#include <algorithm>

#include "analysis/trace/growing_qr.hpp"
#include "analysis/trace/probes.hpp"

namespace switchyard {
namespace {

class HutchPlusPlus {
 public:
  HutchPlusPlus(SymmetricOperator& a, const TraceOptions& options, const TraceProgress& progress)
      : a_(a),
        options_(options),
        progress_(progress),
        basis_(a.space(), storage(a.space(), options, 1)) {}

  TraceEstimate run() {
    sketch(options_.max_probes / 2);
    take_exact_part();
    if (basis_.complete()) return without_residual();
    while (!estimate_.converged && estimate_.probes < options_.max_probes) sample_residual();
    return estimate_;
  }

 private:
  // The vectors A s become the basis.
  void sketch(int probes) {
    while (estimate_.probes < probes) {
      for (const Tensor& y : multiply(draw(probes))) basis_.add(y);
      report();
    }
  }

  void take_exact_part() {
    for (int begin = 0; begin < basis_.q().size(); begin += a_.block()) {
      const int end = std::min(begin + a_.block(), basis_.q().size());
      for (double part : quadratic_forms(stored_block(basis_.q(), begin, end)))
        estimate_.trace += part;
      report();
    }
    exact_part_ = estimate_.trace;
  }

  void sample_residual() {
    std::vector<Tensor> gs = draw(options_.max_probes);
    for (Tensor& g : gs) basis_.q().project_out(g);
    for (double sample : quadratic_forms(gs)) estimate_.samples.push_back(sample);
    auto [mean, error] = sample_mean(estimate_.samples);
    estimate_.trace = exact_part_ + mean;
    estimate_.standard_error = error;
    estimate_.converged = accurate_enough(estimate_, options_);
    report();
  }

  TraceEstimate without_residual() {
    estimate_.standard_error = 0;
    estimate_.converged = true;
    return estimate_;
  }

  std::vector<Tensor> draw(std::int64_t last) {
    std::vector<Tensor> probes = next_probes(a_, options_.seed, estimate_.probes, last);
    estimate_.probes += std::ssize(probes);
    return probes;
  }

  std::vector<Tensor> multiply(std::span<const Tensor> xs) {
    estimate_.products += std::ssize(xs);
    return a_.apply(xs);
  }

  std::vector<double> quadratic_forms(std::span<const Tensor> xs) {
    std::vector<Tensor> axs = multiply(xs);
    std::vector<double> forms;
    for (std::size_t i = 0; i < xs.size(); ++i)
      forms.push_back(require_finite(a_.space().dot(xs[i], axs[i])));
    return forms;
  }

  void report() const {
    if (progress_) progress_(estimate_);
  }

  SymmetricOperator& a_;
  const TraceOptions& options_;
  const TraceProgress& progress_;
  GrowingQr basis_;
  double exact_part_ = 0;
  TraceEstimate estimate_;
};

}  // namespace

TraceEstimate hutchpp(SymmetricOperator& a, const TraceOptions& options,
                      const TraceProgress& progress) {
  validate(options);
  return HutchPlusPlus(a, options, progress).run();
}

}  // namespace switchyard
