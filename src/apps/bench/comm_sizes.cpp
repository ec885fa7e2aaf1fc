#include "apps/bench/comm_sizes.hpp"

#include <string_view>

#include "base/config/value_text.hpp"
#include "base/error.hpp"

namespace switchyard {

std::int64_t parse_bytes(const std::string& key, const std::string& text) {
  constexpr std::string_view kUnits = "KMG";
  constexpr int kBitsAUnit = 10;
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  std::string_view digits = text;
  int bits = 0;
  if (!digits.empty())
    if (const auto unit = kUnits.find(digits.back()); unit != kUnits.npos) {
      bits = kBitsAUnit * (static_cast<int>(unit) + 1);
      digits.remove_suffix(1);
    }
  const auto number = parse_number<std::int64_t>(digits);
  SY_REQUIRE(number && *number > 0 && *number <= kMost >> bits, ExitCode::bad_usage,
             "--{} {} is no size; give bytes up to 2^40, with K, M or G for 2^10, 2^20 or 2^30 of "
             "them",
             key, text);
  return *number << bits;
}

std::vector<std::int64_t> message_sizes(std::int64_t first, std::int64_t last, int factor) {
  SY_REQUIRE(first <= last, ExitCode::bad_usage,
             "--min-bytes {} is above --max-bytes {}; exchange them", first, last);
  std::vector<std::int64_t> sizes;
  for (std::int64_t size = first;; size *= factor) {
    sizes.push_back(size);
    if (size > last / factor) return sizes;  // the next one may not fit into its type
  }
}

}  // namespace switchyard
