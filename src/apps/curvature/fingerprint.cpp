#include "apps/curvature/fingerprint.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "comm/gather_texts.hpp"

namespace switchyard {
namespace {

// Two sums of 32 bits that depend on name and values.
std::uint64_t checksum_of(Backend& backend, const std::string& name, const Tensor& value) {
  std::vector<double> numbers(static_cast<std::size_t>(value.numel()));
  backend.to_host(backend.convert(value, DType::f64), numbers.data());
  const std::uint32_t by_name = crc32(std::as_bytes(std::span(name.data(), name.size())));
  const std::uint32_t values = crc32(std::as_bytes(std::span(numbers)));
  const std::uint32_t both = crc32(std::as_bytes(std::span(numbers)), by_name);
  return std::uint64_t{values} << 32 | both;
}

bool is_float(const Tensor& x) {
  return x.dtype() == DType::f32 || x.dtype() == DType::f64;
}

}  // namespace

// A sum of tensors' checksums does not depend on who holds them.
std::string fingerprint(ModelState& state, const ProcessGrid& grid) {
  std::uint64_t own = 0;
  const bool first = grid.world().rank() == Rank{0};
  for (const Parameter& p : state.parameters())
    if (p.expert ? grid.dp_rank() == 0 : first)
      own += checksum_of(state.backend(), p.name, p.value);
  for (const BufferTensor& buffer : state.buffers())
    if (first && is_float(buffer.value))
      own += checksum_of(state.backend(), buffer.name, buffer.value);
  std::uint64_t sum = 0;
  for (const std::string& text : gather_texts(grid.world(), std::to_string(own)))
    sum += std::stoull(text);
  return fmt::format("{:016x}", sum);
}

}  // namespace switchyard
