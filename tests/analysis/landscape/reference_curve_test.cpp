// Loss along a direction against PyTorch's, in double.

#include <gtest/gtest.h>

#include <filesystem>

#include "analysis/landscape/sweep.hpp"
#include "apps/parity/fixture_model.hpp"
#include "apps/parity/samples.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {
namespace {

using parity::Fixture;

class ReferenceCurve : public ::testing::TestWithParam<std::string> {
 protected:
  Fixture open(const std::string& kind) const {
    return Fixture(std::filesystem::path(FIXTURES) / (GetParam() + "." + kind + ".safetensors"));
  }
  // The direction v/|v|.
  Tensor direction(ParameterSpace& space, const Fixture& fixture) {
    auto host = make_host_allocator();
    Tensor v = space.vectors().zeros();
    for (std::size_t i = 0; i < space.parameters().size(); ++i) {
      Tensor stored = from_file_layout(*host, fixture.read("v." + space.parameters()[i]->name));
      Tensor part = space.part(v, i);
      backend->assign(part, backend->convert(stored, DType::f64));
    }
    return space.vectors().scaled(v, 1.0 / space.vectors().norm(v));
  }

  std::unique_ptr<Backend> backend = make_backend(BackendKind::cpu);
};

TEST_P(ReferenceCurve, IsFollowed) {
  const Fixture hvp = open("hvp"), eval = open("eval");
  const parity::FixtureModel model = parity::read_model(hvp);
  DistributedClassifier classifier(*backend, world(), model.config, {.precision = Precision::f64});
  load_state(classifier.state(), model.weights);
  const parity::Machine machine{*backend, DType::f64, world()};
  const parity::Samples samples = parity::read_samples(eval, "", machine);
  ParameterSpace space(classifier.state(), classifier.grid(),
                       [](const std::string&) { return true; });
  LossSurface surface(classifier, space,
                      {{.images = samples.x,
                        .labels = samples.labels.reshape({samples.ids.numel()}),
                        .sample_ids = samples.ids,
                        .first = samples.share.begin,
                        .global_size = samples.batch}},
                      {});

  const std::vector<double> alphas = hvp.numbers("curve.alphas"),
                            losses = hvp.numbers("curve.losses");
  const std::vector<double> expected_alphas = linspace(-0.5, 0.5, 21);
  const std::vector v = {direction(space, hvp)};
  const std::vector<SurfacePoint> curve = sweep(surface, v, line_points(alphas));
  ASSERT_EQ(curve.size(), 21u);
  for (std::size_t i = 0; i < 21; ++i) {
    EXPECT_NEAR(alphas[i], expected_alphas[i], 1e-15);
    EXPECT_NEAR(curve[i].loss, losses[i], 1e-10) << "at " << alphas[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, ReferenceCurve,
                         ::testing::Values("w4_dense", "w4_softmoe", "w4_sparsemoe", "w4_hardmoe"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace switchyard::test
