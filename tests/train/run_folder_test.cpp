#include "train/run_folder.hpp"

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;
using testing::contains;
using testing::error_text;

class RunFolders : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text = "x") const {
    fs::create_directories((temporary_ / name).parent_path());
    write_file(temporary_ / name, text);
  }
  bool exists(const std::string& name) const { return fs::exists(temporary_ / name); }
  std::string read(const std::string& name) const { return read_file(temporary_ / name); }

  testing::TempFolder temporary_;
  RunFolder folder_{temporary_ / "run"};
};

TEST_F(RunFolders, KeepTheTableInStepWithTheLines) {
  folder_.start_anew();
  folder_.append_metrics(R"({"epoch":1,"train":{"loss":0.5}})");
  folder_.append_metrics(R"({"epoch":2,"train":{"loss":0.25}})");
  EXPECT_EQ(read("run/metrics.csv"), "epoch,train/loss\n1,0.5\n2,0.25\n");
  folder_.drop_metrics_from(2);
  EXPECT_EQ(read("run/metrics.csv"), "epoch,train/loss\n1,0.5\n");
  EXPECT_EQ(read("run/metrics.jsonl"), "{\"epoch\":1,\"train\":{\"loss\":0.5}}\n");
  folder_.append_metrics(R"({"epoch":2,"train":{"loss":0.125}})");
  EXPECT_EQ(read("run/metrics.csv"), "epoch,train/loss\n1,0.5\n2,0.125\n");
  folder_.drop_metrics_from(1);
  EXPECT_EQ(read("run/metrics.csv"), "");
}

TEST_F(RunFolders, WidenTheTableWhereALineSaysMore) {
  folder_.start_anew();
  folder_.append_metrics(R"({"epoch":1,"loss":0.5})");
  folder_.append_metrics(R"({"epoch":2,"grad_norm":3,"loss":0.25})");
  EXPECT_EQ(read("run/metrics.csv"), "epoch,loss,grad_norm\n1,0.5,\n2,0.25,3\n");
  folder_.append_metrics(R"({"epoch":3})");
  EXPECT_EQ(read("run/metrics.csv"), "epoch,loss,grad_norm\n1,0.5,\n2,0.25,3\n3,,\n");
}

TEST_F(RunFolders, ContinueNoTableOfSomethingElse) {
  write("run/metrics.csv", "epoch,loss\n8,1.5\n");
  folder_.start_anew();
  folder_.append_metrics(R"({"epoch":1,"loss":0.5})");
  EXPECT_EQ(read("run/metrics.csv"), "epoch,loss\n1,0.5\n");
}

TEST_F(RunFolders, OfBeforeThereWereTablesGetAWholeOne) {
  write("run/metrics.jsonl", "{\"epoch\":1}\n{\"epoch\":2}\n");
  folder_.drop_metrics_from(9);
  EXPECT_EQ(read("run/metrics.csv"), "epoch\n1\n2\n");
}

TEST_F(RunFolders, RefuseLinesThatAreNoMetrics) {
  for (const std::string bad : {"{\"epoch\":", "[1]", "{\"epoch\":\"two\"}"}) {
    write("run/metrics.jsonl", "{\"epoch\":1}\n" + bad + "\n");
    const std::string text = error_text(ExitCode::bad_data, [&] { folder_.drop_metrics_from(2); });
    EXPECT_TRUE(contains(text, "metrics.jsonl has a line that is no epoch's metrics")) << bad;
    EXPECT_FALSE(exists("run/metrics.csv"));
  }
}

TEST_F(RunFolders, LoseWhatWasMadeOfTheEarlierRunWhenTheyStartAnew) {
  const std::vector<std::string> made = {"metrics.jsonl",
                                         "metrics.csv",
                                         "summary.json",
                                         "checkpoints/step-000001/state.json",
                                         "profile/train/profile.json",
                                         "routing/test.json",
                                         "events.out.tfevents.0000000001.2.v2",
                                         "curvature/test/curvature.json",
                                         "curvature/test/line-top-1.csv",
                                         "curvature/train/state/identity.json",
                                         "curvature-test/curvature.json",
                                         "curvature-test/eigenvectors/top-1.safetensors",
                                         "curvature-val/curvature.json",
                                         "curvature-val/profile/profile.json",
                                         "curvature-val/density.csv.partial",
                                         "half/state/identity.json",
                                         "half/config.cfg"};
  for (const std::string& file : made) write("run/" + file);
  folder_.start_anew();
  for (const std::string& file : made) EXPECT_FALSE(exists("run/" + file)) << file;
  for (const char* folder :
       {"curvature/test", "curvature/train", "curvature-test", "curvature-val", "half"})
    EXPECT_FALSE(exists(std::string("run/") + folder)) << folder;
}

TEST_F(RunFolders, KeepWhatIsNotTheirs) {
  write("run/config.cfg");
  write("run/curvature-test/curvature.json");
  const std::vector<std::string> others = {"notes.txt",
                                           "curvature-test/figure.pdf",
                                           "curvature-notes/state/draft.txt",
                                           "curvature-notes/config.cfg",
                                           "later/metrics.jsonl",
                                           "later/curvature/test/curvature.json"};
  for (const std::string& file : others) write("run/" + file);
  folder_.start_anew();
  for (const std::string& file : others) EXPECT_TRUE(exists("run/" + file)) << file;
  EXPECT_FALSE(exists("run/curvature-test/curvature.json"));
}

TEST_F(RunFolders, KeepOtherTrainingsAndWhatIsOfThem) {
  write("run/config.cfg");
  const std::string of_other = (temporary_ / "run/./other").string();
  const std::string of_gone = (temporary_ / "moved").string();
  write("run/other/config.cfg");
  write("run/other/metrics.jsonl");
  write("run/other/curvature.json");
  write("run/of-other/curvature.json", R"({"run": ")" + of_other + R"("})");
  write("run/of-this/curvature.json", R"({"run": ")" + (temporary_ / "run").string() + R"("})");
  write("run/of-before-it-was-moved/curvature.json", R"({"run": ")" + of_gone + R"("})");
  folder_.start_anew();
  for (const char* kept : {"other/config.cfg", "other/curvature.json", "of-other/curvature.json"})
    EXPECT_TRUE(exists(std::string("run/") + kept)) << kept;
  EXPECT_FALSE(exists("run/of-this"));
  EXPECT_FALSE(exists("run/of-before-it-was-moved"));
}

TEST_F(RunFolders, FollowNoLinkOutOfThemselves) {
  write("run/config.cfg");
  const std::vector<std::string> outside = {"outside/test/curvature.json", "outside/test/notes.txt",
                                            "outside/train/state/identity.json"};
  for (const std::string& file : outside) write(file);
  fs::create_directory_symlink(temporary_ / "outside", temporary_ / "run/curvature");
  fs::create_directory_symlink(temporary_ / "outside/test", temporary_ / "run/linked");
  fs::create_directory_symlink(temporary_.path(), temporary_ / "run/above");
  folder_.start_anew();
  for (const std::string& file : outside) EXPECT_TRUE(exists(file)) << file;
  for (const char* link : {"run/curvature", "run/linked"})
    EXPECT_FALSE(fs::is_symlink(temporary_ / link)) << link;
  EXPECT_TRUE(fs::is_symlink(temporary_ / "run/above"));
}

TEST_F(RunFolders, SayWhatKeepsThemFromStarting) {
  write("file");
  const std::string text =
      error_text(ExitCode::run_failed, [&] { RunFolder(temporary_ / "file/run").start_anew(); });
  EXPECT_TRUE(contains(text, "cannot begin a run in the folder"));
  EXPECT_TRUE(contains(text, "file/run: Not a directory); choose another with --out"));
}

TEST_F(RunFolders, ClearNoFolderWithoutARun) {
  const std::vector<std::string> others = {"metrics.csv", "routing/a.txt",
                                           "curvature/test/curvature.json"};
  for (const std::string& file : others) write("run/" + file);
  folder_.start_anew();
  for (const std::string& file : others) EXPECT_TRUE(exists("run/" + file)) << file;
}

}  // namespace
}  // namespace switchyard
