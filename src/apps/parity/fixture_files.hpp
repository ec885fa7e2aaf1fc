#pragma once
// Which files hold reference results, and of what kind.

#include <filesystem>
#include <string>
#include <vector>

namespace switchyard::parity {

/// What a fixture file pins down. `model` and `spectrum` files are read for others or not at all.
enum class FixtureKind { model, eval, hvp, train, sgd, spectrum, full };

/// By name: `<case>.eval.safetensors` is eval; without such a part, `<case>.safetensors` is full.
/// Any other name is an Error(bad_data).
FixtureKind kind_of(const std::filesystem::path& path);

/// The files to check, each once, in the order of the paths and by name within a path. A path is a
/// folder, a file, or a case (`folder/w4_dense` for all `folder/w4_dense.*`). A path that names
/// nothing is an Error(bad_data).
std::vector<std::filesystem::path> find_fixtures(const std::vector<std::filesystem::path>& paths);

}  // namespace switchyard::parity
