#pragma once
// The message sizes of a benchmark.

#include <cstdint>
#include <string>
#include <vector>

namespace switchyard {

/// "8", "64K", "2M", "1G" in bytes, K = 1024. Error(bad_usage) naming `key` for anything else and
/// for 0.
std::int64_t parse_bytes(const std::string& key, const std::string& text);

/// first, first * factor, ... as far as last. Error(bad_usage) where first is above last.
std::vector<std::int64_t> message_sizes(std::int64_t first, std::int64_t last, int factor);

}  // namespace switchyard
