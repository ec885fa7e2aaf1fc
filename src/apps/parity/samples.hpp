#pragma once
// A fixture's batch: this rank's contiguous share of it.

#include <string>

#include "apps/parity/fixture.hpp"
#include "apps/parity/machine.hpp"
#include "data/sampler.hpp"

namespace switchyard::parity {

struct Samples {
  std::int64_t batch = 0;  ///< of all ranks
  Share share;             ///< this rank's, possibly empty
  Tensor x;                ///< (b,H,W,3), in the type of the computation
  Tensor labels;           ///< (b,1) i32
  Tensor ids;              ///< (b) i64, places in the batch
};

/// From images (B,3,H,W) f32 and labels (B) i64 in host memory.
Samples share_samples(const Machine& machine, const Tensor& images, const Tensor& labels);

/// The fixture's `<prefix>x` and `<prefix>y`.
Samples read_samples(const Fixture& fixture, const std::string& prefix, const Machine& machine);

/// This rank's rows of a fixture's matrix (B,...), in the type of the computation; undefined where
/// the fixture has no such tensor.
Tensor read_rows(const Fixture& fixture, const std::string& name, Share share,
                 const Machine& machine);

}  // namespace switchyard::parity
