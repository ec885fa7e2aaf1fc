#pragma once
// How large tensors are, as exchanges count them and their messages say.

#include <cstdint>
#include <string>

#include "device/tensor.hpp"

namespace switchyard {

/// Elements and bytes of one row of `x`, which has a first dimension, perhaps without rows.
std::int64_t row_elements(const Tensor& x);
std::int64_t row_bytes(const Tensor& x);

/// "64x128 f32".
std::string size_text(const Tensor& x);

}  // namespace switchyard
