#pragma once
// Exact products with the Hessian, or the generalised Gauss-Newton matrix, of a model's loss over
// a fixed set of samples, on any process grid.
//
// Hessian: the parameters' tangents are seeded with v and the ordinary forward and backward passes
// run over dual numbers; what they leave in the tangents of the gradients is H v (Pearlmutter
// 1994). Gauss-Newton (Schraudolph 2002): G v = J' H_L J v, with the tangents J v of the logits,
// the cross-entropy's Hessian H_L by the logits, and an ordinary backward pass. Top-k selection is
// piecewise constant and is held fixed.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "analysis/primal_cache.hpp"
#include "analysis/symmetric_operator.hpp"
#include "data/batch.hpp"
#include "model/objective.hpp"
#include "parallel/distributed_classifier.hpp"
#include "parallel/parameter_space.hpp"

namespace switchyard {

enum class CurvatureMatrix { hessian, gauss_newton };
inline constexpr Choice<CurvatureMatrix> curvature_matrix_choices[] = {
    {CurvatureMatrix::hessian, "hessian"}, {CurvatureMatrix::gauss_newton, "ggn"}};

/// Whether what does not depend on directions is kept from product to product.
enum class CacheUse {
  automatic,  ///< of as many batches as there is memory for
  on,
  off,
};
inline constexpr Choice<CacheUse> cache_choices[] = {
    {CacheUse::automatic, "auto"}, {CacheUse::on, "on"}, {CacheUse::off, "off"}};

struct CurvatureOptions {
  CurvatureMatrix matrix = CurvatureMatrix::hessian;
  /// Batch statistics are functions of the parameters, and each batch has its own; running ones are
  /// constants. Dropout is off either way, and gate noise unless the model evaluates with it.
  NormStatistics norm = NormStatistics::running;
  ObjectiveConfig objective = cross_entropy_objective();  ///< Gauss-Newton: cross-entropy only
  int block = 1;                                          ///< vectors that share one primal pass
  CacheUse cache = CacheUse::off;
  std::size_t cache_bytes = 0;  ///< automatic: what this rank has room for
};

class CurvatureOperator final : public SymmetricOperator {
 public:
  /// The mean over the samples of all `batches`, each this rank's share of a global batch with
  /// images of the classifier's type; the same number of batches on all ranks. Balance losses are
  /// those of each batch, weighted by its samples. `cache` is the backend that `classifier`
  /// computes on. References must outlive this. Throws Error(bad_usage) for options that do not go
  /// together.
  CurvatureOperator(DistributedClassifier& classifier, ParameterSpace& space, PrimalCache& cache,
                    std::vector<Batch> batches, const CurvatureOptions& options);

  using SymmetricOperator::apply;
  VectorSpace& space() override { return space_.vectors(); }
  int block() const override { return options_.block; }
  /// More vectors than block() are multiplied in turns.
  std::vector<Tensor> apply(std::span<const Tensor> xs) override;

  /// Of how many batches, from the first on, values are kept; known after the first product.
  std::size_t cached_batches() const { return cached_; }
  /// Bytes of these values that this rank holds now.
  std::size_t cached_bytes() const;

  /// The gradient of the objective, a vector of space(), by a pass without tangents. Collective.
  Tensor gradient();
  /// The mean objective over the samples, at the parameters' present values. Collective.
  double objective();

 private:
  void pass_over(std::size_t batch, const std::function<void(const Batch&)>& work);
  void drop_stale_values();
  std::size_t batches_with_room();
  ForwardContext context(Tape& tape, const Batch& batch);
  HeadOutput forward(const ForwardContext& context, const Batch& batch);
  Variable share(const ForwardContext& context, const Batch& batch, const HeadOutput& output);
  Tensor seed(const Batch& batch);
  std::vector<Tensor> apply_block(std::span<const Tensor> xs);
  void apply_hessian(const Batch& batch, std::span<const Tensor> xs, std::vector<Tensor>& sums);
  void apply_gauss_newton(const Batch& batch, std::span<const Tensor> xs,
                          std::vector<Tensor>& sums);

  DistributedClassifier& classifier_;
  ParameterSpace& space_;
  PrimalCache& cache_;
  std::vector<Batch> batches_;
  CurvatureOptions options_;
  std::int64_t samples_ = 0;  ///< of all batches, on all ranks

  std::size_t cached_ = 0;
  bool cached_is_final_ = true;
  std::deque<PrimalRecord> records_;  ///< by batch
  std::uint64_t version_ = 0;         ///< of the parameters that they were made with
  std::int64_t product_ = 0;          ///< blocks of vectors multiplied so far
};

}  // namespace switchyard
