#pragma once
// A part of a data set, where a backend makes batches of it: on a CUDA device its bytes lie in the
// device's memory; elsewhere a thread makes the next batch while this one is computed with.

#include <memory>
#include <optional>

#include "train/device_batches.hpp"

namespace switchyard {

class ImagePool {
 public:
  /// `images` is a part of `data`. All references must outlive the pool and its sources.
  ImagePool(Backend& backend, const Dataset& data, const ImageSet& images);

  /// `options.epoch` gives way to that of BatchSource::start().
  std::unique_ptr<BatchSource> batches(const PixelOptions& options) const;

 private:
  Backend& backend_;
  const Dataset& data_;
  const ImageSet& images_;
  std::optional<DeviceImages> on_device_;
};

}  // namespace switchyard
