#pragma once
// Brings tensors from files into a model, on any grid: every rank reads what it needs, by name.
//
// Names, shapes and types must be the model's; only f32 and f64 are converted into one another,
// with a warning. Otherwise Error(bad_data) says what differs, and nothing has changed on any
// rank. Collective.

#include <filesystem>

#include "base/log.hpp"
#include "train/checkpoint/store.hpp"

namespace switchyard {

/// Model and momentum of a checkpoint.
void load_checkpoint(const Checkpoint& checkpoint, ModelState& state, Sgd& optimizer,
                     const ProcessGrid& grid, Logger& log);

/// The model alone, from a checkpoint that has been verified.
void load_weights(const Checkpoint& checkpoint, ModelState& state, const ProcessGrid& grid,
                  Logger& log);

/// The model alone, from a checkpoint's folder (which is then verified), from a folder with
/// model.safetensors or its index, or from a .safetensors file: exports of PyTorch included.
void load_weights(const std::filesystem::path& path, ModelState& state, const ProcessGrid& grid,
                  Logger& log);

}  // namespace switchyard
