// switchyard inspect

#include <algorithm>
#include <filesystem>

#include "apps/switchyard/commands.hpp"
#include "base/file.hpp"
#include "train/checkpoint/manifest.hpp"
#include "train/checkpoint/tensor_files.hpp"
#include "train/run_folder.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUsage =
    "usage: switchyard inspect PATH\n"
    "PATH is a run folder, a checkpoint's folder or a .safetensors file.\n";

void show_tensors(const fs::path& path) {
  TensorFiles files = TensorFiles::open(path, "model");
  std::int64_t elements = 0;
  for (const std::string& name : files.names()) {
    const Shape& shape = files.shape(name);
    fmt::print("{:<48} {:<4} {}\n", name, to_string(files.dtype(name)), to_string(shape));
    elements += count_elements(shape);
  }
  fmt::print("{} tensors, {} elements\n", files.names().size(), elements);
}

void show_checkpoint(const fs::path& folder) {
  Manifest manifest = read_manifest(folder);
  for (const FileRecord& record : manifest.files) verify_file(folder, record);
  fmt::print("step {}, written on dp {} x ep {}, {} files, all as they were written\n",
             manifest.step, manifest.dp, manifest.ep, manifest.files.size());
  fmt::print("progress: {}\n", manifest.progress);
  show_tensors(folder);
}

void show_run(const RunFolder& run) {
  fmt::print("# {}\n{}", run.config_file().string(), read_file(run.config_file()));
  for (const fs::path& file : {run.metrics_file(), run.summary_file()})
    if (fs::exists(file)) fmt::print("\n# {}\n{}", file.string(), read_file(file));
  if (!fs::exists(run.checkpoints())) return;
  fmt::print("\n# checkpoints\n");
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(run.checkpoints()))
    names.push_back(entry.path().string());
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) fmt::print("{}\n", name);
}

}  // namespace

ExitCode inspect_command(const Words& words) {
  if (words == Words{"--help"} || words == Words{"-h"}) {
    fmt::print("{}", kUsage);
    return ExitCode::done;
  }
  SY_REQUIRE(words.size() == 1, ExitCode::bad_usage, "inspect takes one path; {}", kUsage);
  fs::path path = words.front();
  SY_REQUIRE(fs::exists(path), ExitCode::bad_data,
             "there is no {}; give a run folder, a checkpoint's folder or a .safetensors file",
             path.string());
  if (RunFolder run(path); run.holds_run())
    show_run(run);
  else if (fs::exists(path / kManifestName))
    show_checkpoint(path);
  else
    show_tensors(path);
  return ExitCode::done;
}

}  // namespace switchyard
