// Files that do or do not fit the model: checkpoints, and exports of PyTorch.

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"
#include "train/checkpoint/tensor_files.hpp"
#include "train/checkpoint/tensor_slots.hpp"
#include "train/checkpoint_model.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;
using testing::CheckpointModel;
using testing::error_text;
using testing::LogText;
using testing::ModelOptions;

class CheckpointFit : public ::testing::Test {
 protected:
  // The tensors of a model as PyTorch would export them.
  std::vector<NamedTensor> exported(ModelOptions options = {}) {
    CheckpointModel model(grid_, options);
    std::vector<NamedTensor> tensors;
    for (const TensorSlot& slot : model_slots(model.state))
      tensors.emplace_back(slot.name, copy_for_file(model.state.backend(), *host_, *slot.tensor));
    return tensors;
  }

  void load(const fs::path& path, CheckpointModel& model) {
    load_weights(path, model.state, grid_, log_.log);
  }

  // What loading `tensors` into a model says.
  std::string misfit(const std::vector<NamedTensor>& tensors) {
    write_safetensors(file_, tensors);
    CheckpointModel model(grid_, {.seed = 2});
    auto before = model.bytes();
    std::string text = error_text(ExitCode::bad_data, [&] { load(file_, model); });
    EXPECT_EQ(model.bytes(), before);
    return text;
  }

  void expect_weights(CheckpointModel& model, CheckpointModel& expected) {
    auto found = model.bytes(), wanted = expected.bytes();
    for (const auto& [name, bytes] : wanted) {
      if (!name.starts_with("momentum")) {
        EXPECT_EQ(found[name], bytes) << name;
      }
    }
  }

  testing::TempFolder folder_;
  fs::path file_ = folder_ / "model.safetensors";
  LogText log_;
  std::shared_ptr<Allocator> host_ = make_host_allocator();
  std::unique_ptr<Communicator> world_ = make_self_communicator();
  ProcessGrid grid_{*world_, 1};
};

TEST_F(CheckpointFit, ASingleFileOrItsFolderGivesTheWeights) {
  write_safetensors(file_, exported());
  CheckpointModel expected(grid_);
  for (const fs::path& path : {file_, folder_.path()}) {
    CheckpointModel model(grid_, {.seed = 2});
    std::uint64_t version = model.state.version();
    load(path, model);
    expect_weights(model, expected);
    EXPECT_GT(model.state.version(), version);
  }
  EXPECT_EQ(log_.text.str(), "");
}

TEST_F(CheckpointFit, FilesHaveTorchsLayout) {
  CheckpointModel model(grid_);
  CheckpointStore(folder_.path(), grid_, 1, log_.log).save({1, {}, "{}"}, model.state, *model.sgd);
  fs::path folder = folder_ / "checkpoints" / "step-000001";
  for (const char* stem : {"model", "optimizer"}) {
    TensorFiles files = TensorFiles::open(folder, stem);
    EXPECT_EQ(files.shape("backbone.conv1.weight"), (Shape{2, 4, 3, 2}));
    Tensor in_file = files.read("backbone.conv1.weight", *host_);
    const Tensor& own =
        stem == std::string("model") ? model.state.parameters()[0].value : model.sgd->momenta()[0];
    // Output 1, input 2, row 2, column 1.
    EXPECT_EQ(in_file.data<float>()[1 * 24 + 2 * 6 + 2 * 2 + 1],
              own.data<float>()[1 * 24 + 2 * 8 + 1 * 4 + 2]);
  }
  CheckpointModel other(grid_, {.seed = 2});
  load(folder, other);
  expect_weights(other, model);
}

TEST_F(CheckpointFit, ADamagedCheckpointIsNotTakenForWeights) {
  CheckpointModel model(grid_);
  CheckpointStore(folder_.path(), grid_, 1, log_.log).save({1, {}, "{}"}, model.state, *model.sgd);
  fs::path folder = folder_ / "checkpoints" / "step-000001";
  fs::resize_file(folder / "optimizer-00001-of-00002.safetensors", 10);
  error_text(ExitCode::bad_data, [&] { load(folder, model); });
}

TEST_F(CheckpointFit, DoublesAreConvertedWithAWarning) {
  write_safetensors(file_, exported({.dtype = DType::f64}));
  CheckpointModel model(grid_, {.seed = 2}), expected(grid_);
  load(file_, model);
  expect_weights(model, expected);
  EXPECT_TRUE(log_.holds("holds f64 numbers, converted to the model's f32")) << log_.text.str();
}

TEST_F(CheckpointFit, MissingAndUnknownNamesAreListed) {
  auto tensors = exported();
  tensors.erase(tensors.begin() + 1);
  tensors.emplace_back("classifier.bias", tensors[0].second);
  std::string text = misfit(tensors);
  EXPECT_NE(text.find("missing there: 'backbone.bn1.weight'"), std::string::npos) << text;
  EXPECT_NE(text.find("unknown to the model: 'classifier.bias'"), std::string::npos) << text;
}

TEST_F(CheckpointFit, LongListsAreCut) {
  std::string text = misfit(exported({.experts = 0}));
  EXPECT_NE(text.find("'head.experts.2.net.0.weight' and 2 more; unknown to the model: none"),
            std::string::npos)
      << text;
}

TEST_F(CheckpointFit, AnotherNumberOfExpertsNamesTheOption) {
  std::string text = misfit(exported({.experts = 12}));
  EXPECT_NE(text.find("it has 12 experts, the model 5); give --experts 12"), std::string::npos)
      << text;
}

TEST_F(CheckpointFit, AnotherShapeIsShownInTheFilesLayout) {
  std::string text = misfit(exported({.width = 3}));
  EXPECT_NE(text.find("'backbone.conv1.weight' is (3, 4, 3, 2) there and (2, 4, 3, 2)"),
            std::string::npos)
      << text;
}

TEST_F(CheckpointFit, AnotherTypeIsRefused) {
  auto tensors = exported();
  tensors.back().second = Tensor(*host_, {}, DType::f32);
  std::string text = misfit(tensors);
  EXPECT_NE(text.find("'backbone.bn1.num_batches_tracked' is of type f32 there and i64"),
            std::string::npos)
      << text;
}

TEST_F(CheckpointFit, FoldersAndIndicesThatAreNoneAreRefused) {
  auto open_error = [&](const fs::path& path) {
    return error_text(ExitCode::bad_data, [&] { TensorFiles::open(path, "model"); });
  };
  EXPECT_NE(open_error(folder_.path()).find("holds neither model.safetensors.index.json nor"),
            std::string::npos);
  EXPECT_NE(open_error(folder_ / "none").find("cannot read"), std::string::npos);
  fs::path index = folder_ / index_name("model");
  for (const char* text : {"", "[]", "{\"weight_map\": 3}", "{\"weight_map\": {\"a\": 1}}"}) {
    write_file(index, text);
    EXPECT_NE(open_error(folder_.path()).find("is no index"), std::string::npos) << text;
  }
  write_file(index, R"({"weight_map": {"a": "../a.safetensors"}})");
  EXPECT_NE(open_error(folder_.path()).find("expected a file of its own folder"),
            std::string::npos);
  write_file(index, R"({"weight_map": {"a": "gone.safetensors"}})");
  CheckpointModel model(grid_);
  error_text(ExitCode::bad_data, [&] { load(folder_.path(), model); });
}

}  // namespace
}  // namespace switchyard
