#include "data/synthetic/spec.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "base/error.hpp"
#include "base/file.hpp"
#include "data/cifar.hpp"
#include "data/files.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

// Part of what a seed means: a change to any drawn pixel is a new generator.
constexpr int kGenerator = 1;

const std::string kAdvice = "remove the folder and make the set again with `switchyard data synth`";

}  // namespace

void check_counts(const SyntheticSpec& spec, ExitCode code, const std::string& origin) {
  SY_REQUIRE(spec.train > 0 && spec.train % kCifarTrainFiles == 0, code,
             "{}: {} training images do not fill {} files evenly; choose a positive multiple of {}",
             origin, spec.train, kCifarTrainFiles, kCifarTrainFiles);
  SY_REQUIRE(spec.test > 0, code, "{}: {} test images; choose 1 or more", origin, spec.test);
}

SyntheticSpec read_synthetic_spec(const fs::path& folder) {
  const auto file = folder / kSyntheticSpecFile;
  const auto bytes = read_bytes(file, kAdvice);
  SyntheticSpec spec;
  int generator = 0;
  try {
    const auto json = nlohmann::json::parse(bytes);
    generator = json.at("generator").get<int>();
    spec = {.seed = json.at("seed").get<std::uint64_t>(),
            .train = json.at("train").get<std::int64_t>(),
            .test = json.at("test").get<std::int64_t>()};
  } catch (const nlohmann::json::exception& error) {
    fail(ExitCode::bad_data, fmt::format("'{}' does not describe a synthetic set ({}); {}",
                                         file.string(), error.what(), kAdvice));
  }
  SY_REQUIRE(generator == kGenerator, ExitCode::bad_data,
             "'{}' is of generator {} (expected {}); {}", file.string(), generator, kGenerator,
             kAdvice);
  check_counts(spec, ExitCode::bad_data, file.string());
  return spec;
}

void write_synthetic_spec(const SyntheticSpec& spec, const fs::path& folder) {
  const nlohmann::ordered_json json = {
      {"generator", kGenerator}, {"seed", spec.seed}, {"train", spec.train}, {"test", spec.test}};
  write_file(folder / kSyntheticSpecFile, json.dump(2) + "\n");
}

Dataset load_synthetic(const fs::path& folder) {
  const auto spec = read_synthetic_spec(folder);
  auto dataset = load_cifar10_layout(
      folder, {.per_train_file = spec.train / kCifarTrainFiles, .test = spec.test}, kAdvice);
  dataset.name = "synthetic";
  dataset.normalisation = {{.5, .5, .5}, {.25, .25, .25}};
  return dataset;
}

}  // namespace switchyard
