#pragma once
// Small symmetric matrices as operators on vectors that are split over ranks, and the way between
// such vectors and whole ones.

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "analysis/symmetric_operator.hpp"
#include "parallel/grid.hpp"

namespace switchyard::test {

/// A space whose whole vectors hold the replicated entries (segments "stem" and
/// "neck", a third and two thirds), then those of experts 0, 1, ... (segments "expert0", ...).
/// Contiguous experts lie on each rank; with fewer experts than ranks some own nothing.
class SplitSpace {
 public:
  SplitSpace(Communicator& owners, DType dtype, int replicated,
             const std::vector<int>& expert_sizes, BackendKind backend = BackendKind::ref);
  /// In the memory of another backend, which must outlive this. `owners` takes tensors of the
  /// host's memory too.
  SplitSpace(Backend& backend, Communicator& owners, DType dtype, int replicated,
             const std::vector<int>& expert_sizes);

  VectorSpace& vectors() { return *vectors_; }
  int dimension() const { return dimension_; }

  /// The whole vector, on every rank. Collective.
  std::vector<double> gather(const Tensor& x) const;
  /// This rank's part of a whole vector.
  Tensor scatter(std::span<const double> whole) const;

 private:
  SplitSpace(Backend* backend, std::unique_ptr<Backend> own, Communicator& owners, DType dtype,
             int replicated, const std::vector<int>& expert_sizes);

  Communicator& owners_;
  std::unique_ptr<Backend> own_backend_;  ///< null where another's is used
  Backend& backend_;
  std::shared_ptr<Allocator> host_ = make_host_allocator();
  std::unique_ptr<VectorSpace> vectors_;
  std::vector<int> first_;  ///< index in whole vectors of each local segment's first entry
  int dimension_ = 0;
};

/// The n x n entries, row-major.
std::vector<double> dense_matrix(int n, const std::function<double(int i, int j)>& entry);
/// A dense matrix with these eigenvalues: a diagonal one between random Householder reflections.
std::vector<double> matrix_with_spectrum(std::span<const double> eigenvalues);

class DenseOperator final : public SymmetricOperator {
 public:
  /// `matrix`: dimension x dimension, row-major, in the order of whole vectors.
  DenseOperator(SplitSpace& space, std::vector<double> matrix, int block = 1)
      : space_(space), matrix_(std::move(matrix)), block_(block) {}

  using SymmetricOperator::apply;
  VectorSpace& space() override { return space_.vectors(); }
  int block() const override { return block_; }
  std::vector<Tensor> apply(std::span<const Tensor> xs) override;
  /// Vectors multiplied so far.
  int products() const { return products_; }

 private:
  SplitSpace& space_;
  std::vector<double> matrix_;
  int block_;
  int products_ = 0;
};

}  // namespace switchyard::test
