#pragma once
// What kernels that treat each channel by itself ask of their arguments.

#include "ops/kernel_types.hpp"

namespace switchyard::ref {

/// Terms, addend and mask have the first term's shape and type, slopes and offset one entry a
/// channel.
void expect_channel_sum(const ChannelSum& sum);

}  // namespace switchyard::ref
