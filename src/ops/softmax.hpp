#pragma once
// Softmax and cross-entropy.

#include "ops/tape.hpp"

namespace switchyard {

/// softmax over each row of x (B,C).
Variable softmax(Tape& tape, const Variable& x);
/// log softmax over each row of x (B,C).
Variable log_softmax(Tape& tape, const Variable& x);

/// The sum over this rank's rows of the cross-entropy of `logits` (B,C) and labels (B,1) i32, with
/// label smoothing eps: target (1 - eps) onehot + eps / C. Shape (1).
Variable cross_entropy_sum(Tape& tape, const Variable& logits, const Tensor& labels,
                           double label_smoothing);

}  // namespace switchyard
