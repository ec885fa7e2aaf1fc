#pragma once
// What all benchmarks say in their JSON, and the file it goes to.

#include <span>
#include <string>
#include <vector>

#include "apps/json.hpp"
#include "base/config/field.hpp"
#include "machine/machine.hpp"

namespace switchyard {

/// {"benchmark": kind, "version", "git_hash", "compiler", "device", "ranks", "hosts", "settings"}:
/// what was measured on what; settings are those of the fields. Collective.
Json describe_bench(const std::string& kind, Machine& machine, std::span<const Field> fields);

double milliseconds(double seconds);

/// {"median_ms", "p95_ms", "interval_ms": [low, high], "confidence", "times_ms"} of times in
/// seconds; null of none.
Json times_to_json(const std::vector<double>& seconds);

/// The median of ratios() and its interval: "1.002 [0.998, 1.007]" and {"median", "interval"}; "-"
/// and null of none.
std::string ratio_text(const std::vector<double>& ratios);
Json ratio_to_json(const std::vector<double>& ratios);

/// Where results cannot be written to `path` (empty: nobody wants them), Error(bad_usage) before
/// anything is measured. Collective.
void require_results_file(Communicator& world, const std::string& path);
/// Rank 0 writes, unless `path` is empty. Collective.
void write_results(Communicator& world, const std::string& path, const Json& results);

}  // namespace switchyard
