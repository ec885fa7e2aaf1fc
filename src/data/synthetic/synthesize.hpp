#pragma once
// Drawing the synthetic set.

#include <filesystem>

#include "data/synthetic/spec.hpp"

namespace switchyard {

/// Draws the set into `folder`, which must not exist yet (or be empty) and appears whole or not at
/// all. The same spec gives the same bytes. Image i is of class i mod 10; train and test share no
/// random number. Bad counts or an occupied folder are an Error (bad_usage).
void synthesize(const SyntheticSpec& spec, const std::filesystem::path& folder);

}  // namespace switchyard
