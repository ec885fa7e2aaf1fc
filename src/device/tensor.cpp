#include "device/tensor.hpp"

#include <fmt/ranges.h>

#include <functional>
#include <numeric>
#include <utility>

namespace switchyard {

std::int64_t count_elements(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::string to_string(const Shape& shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

Tensor::Tensor(Allocator& allocator, Shape shape, DType dtype)
    : shape_(std::move(shape)),
      numel_(count_elements(shape_)),
      dtype_(dtype),
      memory_(allocator.memory()) {
  block_ = allocator.allocate(bytes());
}

Tensor Tensor::reshape(Shape shape) const {
  SY_REQUIRE(count_elements(shape) == numel_, ExitCode::run_failed, "cannot reshape {} to {}",
             to_string(shape_), to_string(shape));
  Tensor view = *this;
  view.shape_ = std::move(shape);
  return view;
}

Tensor Tensor::rows(std::int64_t begin, std::int64_t end) const {
  SY_REQUIRE(0 <= begin && begin <= end && end <= dim(0), ExitCode::run_failed,
             "rows [{}, {}) are not in a tensor of shape {}", begin, end, to_string(shape_));
  Tensor view = *this;
  view.shape_[0] = end - begin;
  view.numel_ = count_elements(view.shape_);
  std::int64_t row = count_elements(Shape(shape_.begin() + 1, shape_.end()));
  view.offset_ += static_cast<std::size_t>(begin * row) * size_of(dtype_);
  return view;
}

Tensor Tensor::on(Block block) const {
  Tensor view = *this;
  view.block_ = std::move(block);
  return view;
}

}  // namespace switchyard
