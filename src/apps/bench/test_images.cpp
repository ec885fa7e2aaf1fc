#include "apps/bench/test_images.hpp"

#include <utility>

#include "train/image_pool.hpp"

namespace switchyard {

TrainingData load_test_images(const DataConfig& config, std::int64_t size, Communicator& world) {
  TrainingData data = load_training_data(config, world);
  SY_REQUIRE(size <= data.set.test.size(), ExitCode::bad_usage,
             "--batch {} is more than the {} test images of {} (only full batches are measured); "
             "ask for a smaller one",
             size, data.set.test.size(), config.folder);
  return data;
}

Batch first_test_images(const TrainingData& data, std::int64_t size, Machine& machine,
                        DType dtype) {
  const ImageSet& images = images_of(data, DataPart::test);
  std::vector<std::int64_t> samples = samples_of(data, DataPart::test);
  samples.resize(static_cast<std::size_t>(size));
  const ImagePool pool(machine.backend(), data.set, images);
  const auto batches = pool.batches({.dtype = dtype});
  batches->start({.order = std::move(samples),
                  .batch_size = size,
                  .rank = machine.world().rank(),
                  .world = machine.world().size()},
                 0);
  batches->next();
  return batches->make();
}

}  // namespace switchyard
