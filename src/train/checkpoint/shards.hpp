#pragma once
// Writes named tensors as sharded safetensors: shard 1 has the replicated tensors, then comes one
// shard for the experts of each rank of the expert-parallel group.

#include "parallel/grid.hpp"
#include "train/checkpoint/manifest.hpp"
#include "train/checkpoint/tensor_slots.hpp"

namespace switchyard {

/// Writes `stem`-00001-of-0000N.safetensors ... and their index into `folder`, each file synced to
/// disk by the first rank that has its tensors. Returns the records of all these files on every
/// rank. A rank that fails makes every rank throw. Collective over the world.
std::vector<FileRecord> write_shards(const std::filesystem::path& folder, const std::string& stem,
                                     const std::vector<TensorSlot>& slots, Backend& backend,
                                     const ProcessGrid& grid);

}  // namespace switchyard
