#pragma once
// What surrounds one forward pass of a model.

#include <cstdint>

#include "base/config/field.hpp"
#include "model/expert_exchange.hpp"
#include "ops/exchange.hpp"
#include "ops/tape.hpp"

namespace switchyard {

enum class Mode { train, eval };

/// What batch norm normalises with: the statistics of the batch, functions of the parameters, or
/// the running ones, which are constants.
enum class NormStatistics { batch, running };
inline constexpr Choice<NormStatistics> norm_statistics_choices[] = {
    {NormStatistics::batch, "train"}, {NormStatistics::running, "eval"}};

/// Routing of this rank's samples that is taken as given, whatever the gate says; constant to
/// differentiation. Undefined members are left to the router.
struct FrozenRouting {
  Tensor chosen;   ///< (B,k) i32, sparse heads only: these experts
  Tensor weights;  ///< their weights, (B,k), or of the soft head all experts', (B,E)
};

struct ForwardContext {
  Tape& tape;
  Mode mode;            ///< in training: dropout, gate noise, and running statistics that follow
  BatchReducer& norm;   ///< whose samples are normalised together
  BatchReducer& batch;  ///< the global batch: for losses of batch-wide sums
  ExpertExchange& experts;
  DType compute;           ///< of the images, the backbone's activations and the experts
  Tensor sample_ids;       ///< (B) i64, the global indices of this rank's samples
  std::uint64_t seed = 0;  ///< with `step` and the sample ids, the key of all random numbers
  Tensor step;             ///< (1) i64
  Tensor gate_noise = {};  ///< (B,E) standard normal numbers to use instead of drawing them
  NormStatistics norm_statistics =
      mode == Mode::train ? NormStatistics::batch : NormStatistics::running;
  FrozenRouting frozen = {};

  RandomKey random(RandomPurpose purpose) const { return {seed, purpose, step}; }
};

/// (rows, columns) of `dtype` to multiply by, keyed by sample; undefined in evaluation or with
/// p = 0. `first_column` tells apart several masks on the same samples.
Tensor dropout_mask(const ForwardContext& context, RandomPurpose purpose, double p,
                    const Tensor& sample_ids, std::int64_t columns, DType dtype,
                    std::int64_t first_column = 0);

/// x times such a mask; x itself where there is none.
Variable dropout(const ForwardContext& context, const Variable& x, RandomPurpose purpose, double p,
                 const Tensor& sample_ids, std::int64_t first_column = 0);

}  // namespace switchyard
