#include "ops/ref/channel_check.hpp"

#include "ops/ref/check.hpp"

namespace switchyard::ref {

void expect_channel_sum(const ChannelSum& sum) {
  const Tensor& x = sum.first.x;
  expect_rows(x, "the first term");
  const DType narrow = x.dtype(), wide = narrow == DType::bf16 ? DType::f32 : narrow;
  const Shape channels = {x.dim(-1)};
  expect(sum.first.slope, "the first term's slope", channels, wide);
  if (sum.second.x || sum.second.slope) {
    expect(sum.second.x, "the second term", x.shape(), narrow);
    expect(sum.second.slope, "the second term's slope", channels, wide);
  }
  if (sum.offset) expect(sum.offset, "the offset", channels, wide);
  if (sum.addend) expect(sum.addend, "the addend", x.shape(), narrow);
  if (sum.mask) expect(sum.mask, "the mask", x.shape(), narrow);
}

}  // namespace switchyard::ref
