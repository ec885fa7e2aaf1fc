#include "train/training_data.hpp"

#include <numeric>

#include "base/error.hpp"
#include "train/agreement.hpp"

namespace switchyard {
namespace {

TrainingData load(const DataConfig& config) {
  TrainingData data;
  data.set = load_dataset(config.folder, config.kind);
  std::int64_t pool = data.set.train.size();
  std::int64_t validation =
      config.validation_samples > 0 ? config.validation_samples : default_validation_count(pool);
  SY_REQUIRE(validation < pool && config.train_samples <= pool - validation, ExitCode::bad_usage,
             "--validation-samples {} and --train-samples {} are more than the {} training images "
             "of {}; lower one of them",
             validation, config.train_samples, pool, config.folder);
  data.split = split_pool(pool, validation, config.split_seed);
  if (config.train_samples > 0)
    data.split.train.resize(static_cast<std::size_t>(config.train_samples));
  return data;
}

}  // namespace

TrainingData load_training_data(const DataConfig& config, Communicator& world) {
  TrainingData data;
  agree(world, [&] { data = load(config); });
  return data;
}

std::vector<std::int64_t> all_samples(const ImageSet& images) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(images.size()));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return all;
}

}  // namespace switchyard
