#include "apps/curvature/subset.hpp"

#include "base/file.hpp"
#include "data/sampler.hpp"
#include "data/split.hpp"

namespace switchyard {

std::vector<std::int64_t> choose_samples(const TrainingData& data, const MatrixConfig& config) {
  std::vector<std::int64_t> all = samples_of(data, config.part);
  const auto there = static_cast<std::int64_t>(all.size());
  SY_REQUIRE(config.samples <= there && there > 0, ExitCode::bad_usage,
             "--samples {} are more than the {} images of --split {}; give --samples {} or less",
             config.samples, there, name_of<DataPart>(config.part, data_part_choices), there);
  if (config.samples == 0) return all;
  std::vector<std::int64_t> order = random_permutation(there, config.subset_seed);
  order.resize(static_cast<std::size_t>(config.samples));
  for (std::int64_t& sample : order) sample = all[static_cast<std::size_t>(sample)];
  return order;
}

std::uint32_t checksum_of(const std::vector<std::int64_t>& samples) {
  return crc32(std::as_bytes(std::span(samples)));
}

std::vector<Batch> make_batches(const TrainingData& data, const MatrixConfig& config,
                                const std::vector<std::int64_t>& samples, DType dtype,
                                Backend& backend, const Communicator& world) {
  std::shared_ptr<Allocator> host = make_host_allocator();
  auto upload = [&](const Tensor& x) { return backend.from_host(x.raw(), x.shape(), x.dtype()); };
  std::vector<Batch> batches;
  const auto count = static_cast<std::int64_t>(samples.size());
  for (std::int64_t i = 0; i < batch_count(count, config.batch); ++i) {
    const auto global = global_batch(samples, config.batch, i);
    const auto size = static_cast<std::int64_t>(global.size());
    const Share own = shard(size, world.rank(), world.size());
    Batch batch = make_batch(
        data.set, images_of(data, config.part),
        global.subspan(static_cast<std::size_t>(own.begin), static_cast<std::size_t>(own.size())),
        {.dtype = dtype}, *host);
    batches.push_back({.images = upload(batch.images),
                       .labels = upload(batch.labels),
                       .sample_ids = upload(batch.sample_ids),
                       .first = own.begin,
                       .global_size = size});
  }
  return batches;
}

}  // namespace switchyard
