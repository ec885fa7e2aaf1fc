#pragma once
// Algebra of vectors over (a part of) the parameters of a sharded model.
//
// A vector is a flat tensor on each rank: the entries that all ranks hold alike (replicated
// parameters), then those that this rank owns (its experts'). Replicated entries count once,
// owned ones are summed over the ranks that own them; no rank ever holds another's experts. Every
// segment begins at a multiple of 64 elements, and the entries between are always zero. Products,
// sums and multiples are taken of vectors of the other float type too, where all in a call have it.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "ops/backend.hpp"

namespace switchyard {

/// A named run of entries, such as one parameter's.
struct VectorSegment {
  std::string name;
  std::int64_t size = 0;
  bool owned = false;  ///< by this rank (and its copies), not replicated on all
};

enum class RandomEntries { rademacher, normal };

class VectorSpace {
 public:
  /// Replicated segments must come first. `owners`: the ranks whose owned entries make up a whole
  /// vector (the expert-parallel group); references must outlive the space. `dtype` f32 or f64.
  /// Collective over `owners`.
  VectorSpace(Backend& backend, Communicator& owners, DType dtype,
              std::vector<VectorSegment> segments);

  Backend& backend() const { return backend_; }
  DType dtype() const { return dtype_; }
  /// Entries of a whole vector, over all ranks.
  std::int64_t dimension() const { return dimension_; }
  /// Elements of this rank's flat tensor.
  std::int64_t local_size() const { return local_size_; }
  std::span<const VectorSegment> segments() const { return segments_; }
  /// Where a segment begins in the flat tensor.
  std::int64_t offset(std::size_t index) const { return offsets_[index]; }

  Tensor zeros() const;
  /// A copy.
  Tensor copy(const Tensor& x) const;
  /// The number-th random vector of `seed`: independent entries of mean 0 and variance 1, a pure
  /// function of (seed, number, segment's name, index), the same on every grid.
  Tensor random(RandomEntries entries, std::uint64_t seed, std::uint64_t number) const;
  /// Entries of one segment, sharing the vector's memory; shape (size).
  Tensor segment(const Tensor& x, std::size_t index) const;

  /// <a_i, b> for every i, accumulated in double; one message, the same on every rank. Collective.
  std::vector<double> dots(std::span<const Tensor> as, const Tensor& b) const;
  /// The same with vectors made one after another: a(i) for i in [0, count).
  std::vector<double> dots(std::int64_t count, const std::function<Tensor(std::int64_t)>& a,
                           const Tensor& b) const;
  double dot(const Tensor& a, const Tensor& b) const;
  double norm(const Tensor& x) const;
  /// The products of a and b over the segments of each group: group_of[i] is that of segments()[i],
  /// in [0, groups) or negative for none. One message, the same on every rank. Collective.
  std::vector<double> group_dots(const Tensor& a, const Tensor& b, std::span<const int> group_of,
                                 int groups) const;

  /// into += factor x.
  void add_scaled(Tensor& into, double factor, const Tensor& x) const;
  Tensor scaled(const Tensor& x, double factor) const;

 private:
  /// The entries that this rank adds to a product: its own and, on the first rank of the owners,
  /// the replicated ones. What is known of them by all then comes from one message, and so cannot
  /// differ by a bit.
  Tensor counted(const Tensor& x) const;
  /// The sums (1) f64 of all owners, added up. Collective.
  std::vector<double> total(std::span<const Tensor> sums) const;

  Backend& backend_;
  Communicator& owners_;
  DType dtype_;
  std::vector<VectorSegment> segments_;
  std::vector<std::int64_t> offsets_;  ///< of the segments
  std::int64_t counted_from_ = 0;      ///< 0 on the owners' first rank, else the first owned one
  std::int64_t local_size_ = 0;
  std::int64_t dimension_ = 0;
};

}  // namespace switchyard
