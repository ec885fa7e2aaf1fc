#pragma once
// Auxiliary losses that keep experts in use. All are of sums over the global batch, so each is
// computed alike on every rank from batch-wide sums; none is linear in partial sums.
//
// Shapes: probs (B,E) of this rank's samples; results (1). `batch` is the global batch size.

#include "model/router.hpp"

namespace switchyard {

/// Importance I_e = sum_i p_ie; CV(I + 1e-8)^2 with the population deviation (Shazeer et al. 2017).
Variable importance_loss(Tape& tape, const Variable& probs, BatchReducer& reducer);

/// The published code's "load" loss: (std(I) / (mean(I) + 1e-8))^2, importance once more.
Variable importance_as_load_loss(Tape& tape, const Variable& probs, BatchReducer& reducer);

/// Shazeer et al. 2017, appendix A: P_ie = Phi((clean_ie - kth_excluding(noisy_i, k, e)) / std_ie),
/// the probability that e is chosen when its noise alone is drawn again.
struct LoadEstimate {
  Variable threshold;    ///< (B,E), kth_excluding
  Variable probability;  ///< (B,E), P
  Variable load;         ///< (E), sum of P over the global batch
};
LoadEstimate estimate_load(Tape& tape, const Variable& clean, const Variable& noise_std,
                           const Tensor& noise, int k, BatchReducer& reducer);

/// CV(Load)^2 = (std / (mean + 1e-8))^2.
Variable smooth_load_loss(Tape& tape, const LoadEstimate& estimate);

/// KL(q || u) = sum q log(E q), q the mean of probs over the batch, at least 1e-8, u uniform.
Variable kl_forward_loss(Tape& tape, const Variable& probs, std::int64_t batch,
                         BatchReducer& reducer);

/// KL(u || q) / E: what a batch-mean reduction makes of it in the published code.
Variable kl_reverse_scaled_loss(Tape& tape, const Variable& probs, std::int64_t batch,
                                BatchReducer& reducer);

}  // namespace switchyard
