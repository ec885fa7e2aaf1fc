#pragma once
// A procedural data set: ten classes of textured shapes, drawn from a seed, that needs no download.
//
// It lies on disk in CIFAR-10's binary layout with its own record counts, which synthetic.json
// beside the files records: {"generator": 1, "seed": S, "train": N, "test": M}.

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "data/dataset.hpp"

namespace switchyard {

inline constexpr const char* kSyntheticSpecFile = "synthetic.json";

/// What determines every byte of the set.
struct SyntheticSpec {
  std::uint64_t seed = 42;
  std::int64_t train = 10000;  ///< images, a multiple of the five train files
  std::int64_t test = 2000;

  bool operator==(const SyntheticSpec&) const = default;
};

/// Reads and checks folder/synthetic.json; an Error (bad_data) where it is missing or broken.
SyntheticSpec read_synthetic_spec(const std::filesystem::path& folder);
void write_synthetic_spec(const SyntheticSpec& spec, const std::filesystem::path& folder);

/// Requires counts that fill the files evenly, else an Error with this exit code.
void check_counts(const SyntheticSpec& spec, ExitCode code, const std::string& origin);

Dataset load_synthetic(const std::filesystem::path& folder);

}  // namespace switchyard
