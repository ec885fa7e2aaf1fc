#pragma once
// A dense, contiguous, row-major tensor: a shape over a shared block of memory.
//
// Copying a Tensor copies the handle, not the data. Kernels return fresh tensors and never write
// to their inputs (the few that update in place say so), so sharing is safe.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "device/allocator.hpp"
#include "device/dtype.hpp"

namespace switchyard {

using Shape = std::vector<std::int64_t>;

std::int64_t count_elements(const Shape& shape);
std::string to_string(const Shape& shape);  ///< "(128, 32, 32, 64)"

class Tensor {
 public:
  /// Undefined: stands for "absent" (no bias) or "zero" (no tangent).
  Tensor() = default;
  /// Uninitialised elements. Any dimension may be 0.
  Tensor(Allocator& allocator, Shape shape, DType dtype);

  bool defined() const { return block_ != nullptr; }
  explicit operator bool() const { return defined(); }

  const Shape& shape() const { return shape_; }
  DType dtype() const { return dtype_; }
  MemoryKind memory() const { return memory_; }
  int rank() const { return static_cast<int>(shape_.size()); }
  /// Length of dimension i; negative i counts from the end.
  std::int64_t dim(int i) const { return shape_[i < 0 ? i + shape_.size() : i]; }
  std::int64_t numel() const { return numel_; }
  std::size_t bytes() const { return static_cast<std::size_t>(numel_) * size_of(dtype_); }

  /// The elements, for whoever may read that memory(); T must match dtype().
  template <class T>
  T* data() {
    SY_ASSERT(dtype_ == dtype_of<T>());
    return reinterpret_cast<T*>(block_.get() + offset_);
  }
  template <class T>
  const T* data() const {
    SY_ASSERT(dtype_ == dtype_of<T>());
    return reinterpret_cast<const T*>(block_.get() + offset_);
  }
  template <class T>
  std::span<T> span() {
    return {data<T>(), static_cast<std::size_t>(numel_)};
  }
  template <class T>
  std::span<const T> span() const {
    return {data<T>(), static_cast<std::size_t>(numel_)};
  }
  std::byte* raw() { return block_.get() + offset_; }
  const std::byte* raw() const { return block_.get() + offset_; }

  /// Same memory, other shape with as many elements.
  Tensor reshape(Shape shape) const;
  /// Rows [begin, end) of the first dimension, same memory.
  Tensor rows(std::int64_t begin, std::int64_t end) const;
  /// The memory that it is a view of, from `raw() - block().get()` on.
  const Block& block() const { return block_; }
  /// The same view of other memory of the kind and size; undefined, but of the same shape, for
  /// none.
  Tensor on(Block block) const;
  /// True when no other tensor shares this one's memory, so that writing to it surprises nobody.
  bool unique() const { return block_.use_count() == 1; }

 private:
  Block block_;
  std::size_t offset_ = 0;
  Shape shape_;
  std::int64_t numel_ = 0;
  DType dtype_ = DType::f32;
  MemoryKind memory_ = MemoryKind::host;
};

}  // namespace switchyard
