// The exit statuses of parity on good, wrong and missing fixtures.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "device/safetensors.hpp"
#include "support/temp_folder.hpp"

namespace switchyard {
namespace {

namespace fs = std::filesystem;

int parity(const std::string& arguments) {
  int status = std::system((PARITY " " + arguments + " > /dev/null 2> /dev/null").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class Parity : public ::testing::Test {
 protected:
  Parity() {
    for (const char* part : {"model", "eval"}) fs::copy(fixture(part), folder_.path());
  }

  static fs::path fixture(const std::string& part) {
    return fs::path(FIXTURES) / ("w4_sparsemoe." + part + ".safetensors");
  }
  fs::path own(const std::string& part) const { return folder_ / fixture(part).filename(); }

  // Adds `change` to the first element of a tensor of the evaluation.
  void perturb(const std::string& name, double change) {
    auto host = make_host_allocator();
    std::vector<NamedTensor> tensors;
    {
      auto file = SafetensorsFile::open(own("eval"));
      for (auto& each : file.names()) tensors.emplace_back(each, file.read(each, *host));
      metadata_ = file.metadata();
    }
    for (auto& [each, tensor] : tensors)
      if (each == name) tensor.data<double>()[0] += change;
    write_safetensors(own("eval"), tensors, metadata_);
  }

  testing::TempFolder folder_;
  Metadata metadata_;
};

TEST_F(Parity, PassesAFolderAFileAndACase) {
  EXPECT_EQ(parity(folder_.path()), 0);
  EXPECT_EQ(parity(own("eval")), 0);
  EXPECT_EQ(parity(folder_ / "w4_sparsemoe"), 0);
}

TEST_F(Parity, FailsOnAPerturbedTensor) {
  for (const char* name : {"logits", "grad.head.experts.7.net.2.bias",
                           "aux.load_gate.cv2.grad.head.gate.w_noise.bias"}) {
    perturb(name, 1e-3);
    EXPECT_EQ(parity(folder_.path()), 1) << name;
    perturb(name, -1e-3);
    EXPECT_EQ(parity(folder_.path()), 0) << name;
  }
  perturb("logits", 1e-3);
  EXPECT_EQ(parity("--backend cpu --dtype f32 " + folder_.path().string()), 1);
}

TEST_F(Parity, FailsWhereNothingIsChecked) {
  testing::TempFolder empty;
  EXPECT_EQ(parity(empty.path()), 1);
  EXPECT_EQ(parity(own("model")), 1);
}

TEST_F(Parity, RefusesBadUsage) {
  EXPECT_EQ(parity(""), 2);
  EXPECT_EQ(parity("--dtype f16 " + folder_.path().string()), 2);
  EXPECT_EQ(parity("--ep 3 " + folder_.path().string()), 2);
  EXPECT_EQ(parity("--help"), 0);
}

TEST_F(Parity, RefusesUnreadableFixtures) {
  EXPECT_EQ(parity(folder_ / "w9_sparsemoe"), 3);
  fs::resize_file(own("eval"), fs::file_size(own("eval")) / 2);
  EXPECT_EQ(parity(folder_.path()), 3);
  fs::remove(own("model"));
  fs::copy_file(fixture("eval"), own("eval"), fs::copy_options::overwrite_existing);
  EXPECT_EQ(parity(folder_.path()), 3);
}

}  // namespace
}  // namespace switchyard
