#include "apps/bench/measured_run.hpp"

#include <utility>

#include "train/image_pool.hpp"

namespace switchyard {

MeasuredRun open_run(InferenceBenchConfig& config, HeadKind trained, Communicator& world) {
  TrainingData data = load_training_data(config.training.data, world);
  SY_REQUIRE(config.batch <= data.set.test.size(), ExitCode::bad_usage,
             "--batch {} is more than the {} test images of {} (only full batches are measured); "
             "ask for a smaller one",
             config.batch, data.set.test.size(), config.training.data.folder);
  config.training.model.classes = data.set.classes();
  return {RunFolder(config.run), trained, std::move(data)};
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
