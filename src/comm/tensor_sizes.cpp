#include "comm/tensor_sizes.hpp"

#include <fmt/ranges.h>

namespace switchyard {

std::int64_t row_elements(const Tensor& x) {
  return count_elements({x.shape().begin() + 1, x.shape().end()});
}

std::int64_t row_bytes(const Tensor& x) {
  return row_elements(x) * static_cast<std::int64_t>(size_of(x.dtype()));
}

std::string size_text(const Tensor& x) {
  return fmt::format("{} {}", fmt::join(x.shape(), "x"), to_string(x.dtype()));
}

}  // namespace switchyard
