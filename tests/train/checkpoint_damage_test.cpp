// Damaged files and killed writers: what is not whole is never taken for a checkpoint.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/file.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"
#include "train/checkpoint_model.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;
using testing::CheckpointModel;
using testing::error_text;
using testing::LogText;

class CheckpointDamage : public ::testing::Test {
 protected:
  void save(std::int64_t step) {
    store_.save({step, {}, fmt::format("progress {}", step)}, model_.state, *model_.sgd);
  }
  fs::path step(std::int64_t number) { return folders_.step(number); }
  std::optional<Checkpoint> latest() {
    return find_latest_checkpoint(folder_.path(), *world_, log_.log);
  }
  std::int64_t latest_step() {
    auto found = latest();
    return found ? found->manifest.step : -1;
  }

  static void flip_byte(const fs::path& path, std::uintmax_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    char byte = static_cast<char>(file.get() ^ 0x10);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
    ASSERT_TRUE(file.good());
  }

  testing::TempFolder folder_;
  LogText log_;
  std::unique_ptr<Communicator> world_ = make_self_communicator();
  ProcessGrid grid_{*world_, 1};
  CheckpointModel model_{grid_};
  CheckpointStore store_{folder_.path(), grid_, 10, log_.log};
  CheckpointFolders folders_{folder_.path()};
};

TEST_F(CheckpointDamage, KeepsWhatItWasTold) {
  save(7);
  auto found = latest();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->folder, step(7));
  EXPECT_EQ(found->manifest.progress, "progress 7");
  EXPECT_FALSE(found->manifest.best_step.has_value());
}

TEST_F(CheckpointDamage, SameStateIsTheSameBytes) {
  save(1);
  std::map<std::string, std::string> first;
  for (const auto& entry : fs::directory_iterator(step(1)))
    first[entry.path().filename()] = read_file(entry.path());
  save(1);
  for (const auto& [name, bytes] : first) EXPECT_EQ(read_file(step(1) / name), bytes) << name;
  EXPECT_EQ(first.size(), 7u);
}

TEST_F(CheckpointDamage, AnyFlippedByteIsFound) {
  save(1);
  for (const auto& entry : fs::directory_iterator(step(1)))
    for (std::uintmax_t at : {std::uintmax_t{0}, entry.file_size() / 2, entry.file_size() - 2}) {
      flip_byte(entry, at);
      error_text(ExitCode::bad_data, [&] { verify_checkpoint(step(1), *world_); });
      flip_byte(entry, at);
    }
  EXPECT_NO_THROW(verify_checkpoint(step(1), *world_));
}

TEST_F(CheckpointDamage, AnyShortOrMissingFileIsFound) {
  save(1);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(step(1))) files.push_back(entry);
  for (const fs::path& file : files) {
    std::string bytes = read_file(file);
    write_file(file, bytes.substr(0, bytes.size() - 1 - (file.filename() == kManifestName)));
    error_text(ExitCode::bad_data, [&] { verify_checkpoint(step(1), *world_); });
    fs::remove(file);
    std::string text = error_text(ExitCode::bad_data, [&] { verify_checkpoint(step(1), *world_); });
    EXPECT_NE(text.find(file.string()), std::string::npos) << text;
    write_file(file, bytes);
  }
  EXPECT_NO_THROW(verify_checkpoint(step(1), *world_));
}

TEST_F(CheckpointDamage, TheNewestWholeOneIsTakenWithAWarning) {
  for (int number : {1, 2, 3}) save(number);
  EXPECT_EQ(latest_step(), 3);
  EXPECT_EQ(log_.text.str(), "");
  fs::path shard = step(3) / "model-00001-of-00002.safetensors";
  fs::resize_file(shard, fs::file_size(shard) - 5);
  EXPECT_EQ(latest_step(), 2);
  EXPECT_TRUE(log_.holds(shard.string())) << log_.text.str();
  flip_byte(step(2) / "optimizer-00002-of-00002.safetensors", 300);
  EXPECT_EQ(latest_step(), 1);
  EXPECT_TRUE(log_.holds("does not match its checksum")) << log_.text.str();
  write_file(step(1) / kManifestName, "{}");
  std::string text = error_text(ExitCode::bad_data, [&] { latest(); });
  EXPECT_NE(text.find("none of the 3 checkpoints"), std::string::npos) << text;
}

TEST_F(CheckpointDamage, ARunWithoutCheckpointsHasNoLatest) {
  EXPECT_FALSE(latest().has_value());
  EXPECT_FALSE(find_latest_checkpoint(folder_ / "nowhere", *world_, log_.log).has_value());
}

TEST_F(CheckpointDamage, AnotherFormatVersionIsRefused) {
  save(1);
  std::string text = read_file(step(1) / kManifestName);
  auto at = text.find("\"version\": 1");
  ASSERT_NE(at, std::string::npos);
  write_file(step(1) / kManifestName, text.replace(at, 12, "\"version\": 9"));
  std::string message =
      error_text(ExitCode::bad_data, [&] { verify_checkpoint(step(1), *world_); });
  EXPECT_NE(message.find("format version 9"), std::string::npos) << message;
}

// A child process dies of SIGXFSZ in the middle of a write once a file grows beyond `bytes`.
TEST_F(CheckpointDamage, AWriterThatDiesLeavesTheOneBefore) {
  save(1);
  std::uintmax_t model = fs::file_size(step(1) / "model-00001-of-00002.safetensors");
  for (rlim_t bytes : {rlim_t{0}, rlim_t{700}, static_cast<rlim_t>(model - 1)}) {
    pid_t child = fork();
    if (child == 0) {
      rlimit limit{bytes, bytes}, no_core{0, 0};
      setrlimit(RLIMIT_CORE, &no_core);
      setrlimit(RLIMIT_FSIZE, &limit);
      save(2);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it was to be killed below " << bytes << " bytes";
    EXPECT_TRUE(fs::exists(folders_.unfinished(2)));
    EXPECT_EQ(latest_step(), 1);
    CheckpointStore next(folder_.path(), grid_, 10, log_.log);
    EXPECT_FALSE(fs::exists(folders_.unfinished(2)));
    EXPECT_EQ(latest_step(), 1);
  }
}

}  // namespace
}  // namespace switchyard
