// Tensors in files: layouts there and back, and models filled from elsewhere.

#include "model/load_state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "model/classifier.hpp"
#include "support/error_text.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {
namespace {

using testing::error_text;

TEST(FileLayout, PutsTheInputsOfAConvolutionSecond) {
  auto host = make_host_allocator();
  Tensor x(*host, {2, 3, 2, 4}, DType::f32);  // (O,KH,KW,I)
  std::iota(x.span<float>().begin(), x.span<float>().end(), 0.0f);
  Tensor file = to_file_layout(*host, x);
  ASSERT_EQ(file.shape(), (Shape{2, 4, 3, 2}));
  EXPECT_EQ(file_shape(x.shape()), file.shape());
  auto at = [](const Tensor& t, int a, int b, int c, int d) {
    return t.data<float>()[((a * t.dim(1) + b) * t.dim(2) + c) * t.dim(3) + d];
  };
  for (int o = 0; o < 2; ++o)
    for (int h = 0; h < 3; ++h)
      for (int w = 0; w < 2; ++w)
        for (int i = 0; i < 4; ++i) EXPECT_EQ(at(file, o, i, h, w), at(x, o, h, w, i));
  Tensor back = from_file_layout(*host, file);
  ASSERT_EQ(back.shape(), x.shape());
  EXPECT_TRUE(
      std::equal(back.span<float>().begin(), back.span<float>().end(), x.span<float>().begin()));
}

TEST(FileLayout, LeavesOtherRanksAlone) {
  auto host = make_host_allocator();
  Tensor x(*host, {4, 3}, DType::f64);
  EXPECT_EQ(to_file_layout(*host, x).raw(), x.raw());
  EXPECT_EQ(from_file_layout(*host, x).raw(), x.raw());
  EXPECT_EQ(file_shape({5}), Shape{5});
}

class LoadState : public ::testing::Test {
 protected:
  // The tensors of `donor` as a file has them.
  std::map<std::string, Tensor> file_of(ModelState& donor) {
    std::map<std::string, Tensor> file;
    for (Parameter& p : donor.parameters()) file[p.name] = to_file_layout(*host, p.value);
    for (BufferTensor& b : donor.buffers()) file[b.name] = b.value;
    return file;
  }
  static TensorSource reader(const std::map<std::string, Tensor>& file) {
    return [&file](const std::string& name, const Shape&) {
      auto found = file.find(name);
      return found == file.end() ? Tensor() : found->second;
    };
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::ref);
  std::shared_ptr<Allocator> host = make_host_allocator();
  Classifier donor{*backend, DType::f64, tiny_config(HeadKind::sparse_moe), {0, 5}, 1};
  Classifier model{*backend, DType::f64, tiny_config(HeadKind::sparse_moe), {1, 3}, 2};
};

TEST_F(LoadState, FillsEveryParameterAndBuffer) {
  auto file = file_of(donor.state());
  file["backbone.bn1.running_var"] = backend->full({1}, DType::f32, 2.5);  // converted
  std::uint64_t version = model.state().version();
  load_state(model.state(), reader(file));
  EXPECT_NE(model.state().version(), version);
  for (const Parameter& p : model.state().parameters())
    EXPECT_EQ(relative_error(*backend, p.value, donor.state().find_parameter(p.name)->value), 0)
        << p.name;
  for (const BufferTensor& b : model.state().buffers()) {
    if (b.name != "backbone.bn1.running_var") continue;
    ASSERT_EQ(b.value.dtype(), DType::f64);
    EXPECT_EQ(b.value.data<double>()[0], 2.5);
  }
}

// Recorded work goes on reading the same memory.
TEST_F(LoadState, FillsInPlace) {
  std::map<std::string, const std::byte*> before;
  for (const Parameter& p : model.state().parameters()) before[p.name] = p.value.raw();
  for (const BufferTensor& b : model.state().buffers()) before[b.name] = b.value.raw();
  load_state(model.state(), reader(file_of(donor.state())));
  for (const Parameter& p : model.state().parameters())
    EXPECT_EQ(p.value.raw(), before.at(p.name)) << p.name;
  for (const BufferTensor& b : model.state().buffers())
    EXPECT_EQ(b.value.raw(), before.at(b.name)) << b.name;
}

TEST_F(LoadState, NamesAMissingTensor) {
  auto file = file_of(donor.state());
  file.erase("head.experts.2.net.0.bias");
  EXPECT_NE(error_text(ExitCode::bad_data, [&] { load_state(model.state(), reader(file)); })
                .find("tensor head.experts.2.net.0.bias is missing"),
            std::string::npos);
}

TEST_F(LoadState, NamesATensorOfAnotherShape) {
  auto file = file_of(donor.state());
  file["backbone.layer2.0.conv1.weight"] = backend->zeros({2, 3, 3, 1}, DType::f64);
  std::string text =
      error_text(ExitCode::bad_data, [&] { load_state(model.state(), reader(file)); });
  EXPECT_NE(text.find("backbone.layer2.0.conv1.weight has the shape (2, 3, 3, 1) (the model "
                      "expects (2, 1, 3, 3))"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace switchyard::test
