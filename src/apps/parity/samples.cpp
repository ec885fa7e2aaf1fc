#include "apps/parity/samples.hpp"

#include "model/state.hpp"

namespace switchyard::parity {
namespace {

// Rows of a host tensor, converted.
Tensor take_rows(const Tensor& x, Share share, const Machine& machine) {
  Tensor rows = x.rows(share.begin, share.end);
  Backend& backend = machine.backend;
  return backend.convert(backend.from_host(rows.raw(), rows.shape(), rows.dtype()), machine.dtype);
}

}  // namespace

Samples share_samples(const Machine& machine, const Tensor& images, const Tensor& labels) {
  SY_REQUIRE(images.rank() == 4 && labels.rank() == 1 && labels.dtype() == DType::i64 &&
                 images.dim(0) == labels.dim(0),
             ExitCode::bad_data,
             "images {} and labels {} do not make a batch (expected (B,3,H,W) and (B) I64)",
             to_string(images.shape()), to_string(labels.shape()));
  Samples samples;
  samples.batch = images.dim(0);
  samples.share = shard(samples.batch, machine.world.rank(), machine.world.size());
  // Channels last, as convolution weights in files have it too.
  Tensor channels_last = from_file_layout(*make_host_allocator(), images);
  samples.x = take_rows(channels_last, samples.share, machine);

  std::vector<std::int32_t> own_labels;
  std::vector<std::int64_t> ids;
  for (std::int64_t i = samples.share.begin; i < samples.share.end; ++i) {
    own_labels.push_back(static_cast<std::int32_t>(labels.data<std::int64_t>()[i]));
    ids.push_back(i);
  }
  samples.labels =
      machine.backend.from_host(own_labels.data(), {samples.share.size(), 1}, DType::i32);
  samples.ids = machine.backend.from_host(ids.data(), {samples.share.size()}, DType::i64);
  return samples;
}

Samples read_samples(const Fixture& fixture, const std::string& prefix, const Machine& machine) {
  return share_samples(machine, fixture.read(prefix + "x"), fixture.read(prefix + "y"));
}

Tensor read_rows(const Fixture& fixture, const std::string& name, Share share,
                 const Machine& machine) {
  if (!fixture.contains(name)) return {};
  return take_rows(fixture.read(name), share, machine);
}

}  // namespace switchyard::parity
