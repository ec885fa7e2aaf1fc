// switchyard data synth | info

#include <algorithm>

#include "apps/switchyard/commands.hpp"
#include "base/config/config.hpp"
#include "data/dataset.hpp"
#include "data/synthetic/synthesize.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kUsage =
    "usage: switchyard data synth [--out FOLDER] [--seed S] [--train N] [--test N]\n"
    "       switchyard data info FOLDER\n";

struct SynthConfig {
  std::string folder = "datasets/synthetic";
  SyntheticSpec spec;
};

template <class Visitor>
void visit(Visitor& v, SynthConfig& c) {
  v.group("Synthetic data set");
  v.field("out", c.folder, "folder to draw the set into; must be new or empty", "FOLDER");
  v.field("seed", c.spec.seed, "determines every byte");
  v.field("train", c.spec.train, "training images, a multiple of 5", Range{.lowest = 5}, "images");
  v.field("test", c.spec.test, "test images", Range{.lowest = 1}, "images");
}

ExitCode synth(const Words& words) {
  SynthConfig config;
  if (read_config(config, words).help) {
    fmt::print("{}\n{}", kUsage, config_help<SynthConfig>());
    return ExitCode::done;
  }
  synthesize(config.spec, config.folder);
  fmt::print("{} training and {} test images of 10 classes in {}\n", config.spec.train,
             config.spec.test, config.folder);
  return ExitCode::done;
}

void print_part(const char* name, const ImageSet& images, int classes) {
  std::vector<std::int64_t> count(static_cast<std::size_t>(classes), 0);
  for (std::int32_t label : images.labels) ++count[static_cast<std::size_t>(label)];
  auto [least, most] = std::minmax_element(count.begin(), count.end());
  fmt::print("  {:<6} {:>6} images of {} x {}, {} to {} a class\n", name, images.size(),
             images.height, images.width, *least, *most);
}

ExitCode info(const Words& words) {
  SY_REQUIRE(words.size() == 1, ExitCode::bad_usage, "data info takes one folder; {}", kUsage);
  Dataset data = load_dataset(words.front());
  fmt::print("{}: {} classes\n", data.name, data.classes());
  print_part("train", data.train, data.classes());
  print_part("test", data.test, data.classes());
  return ExitCode::done;
}

}  // namespace

ExitCode data_command(const Words& words) {
  std::string action = words.empty() ? "" : words.front();
  Words rest(words.begin() + !words.empty(), words.end());
  if (action == "synth") return synth(rest);
  if (action == "info" && rest != Words{"--help"}) return info(rest);
  bool help = action == "--help" || action == "-h" || action == "info";
  SY_REQUIRE(!words.empty(), ExitCode::bad_usage, "data takes synth or info first\n{}", kUsage);
  SY_REQUIRE(help, ExitCode::bad_usage, "'{}' is nothing that data can do\n{}", action, kUsage);
  fmt::print("{}", kUsage);
  return ExitCode::done;
}

}  // namespace switchyard
