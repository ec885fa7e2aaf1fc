// Eigenvalues and traces of Hessians against those of a float64 eigensolver, and exact traces.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "analysis/curvature_operator.hpp"
#include "analysis/lanczos.hpp"
#include "analysis/trace/hutchinson.hpp"
#include "analysis/trace/xtrace.hpp"
#include "apps/parity/fixture_model.hpp"
#include "apps/parity/samples.hpp"

namespace switchyard::test {
namespace {

using parity::Fixture;

class FixtureSpectrum : public ::testing::TestWithParam<std::string> {
 protected:
  CurvatureOperator hessian(int block) {
    const parity::Machine machine{*backend_, DType::f64, *self_};
    const parity::Samples samples = parity::read_samples(fixture_, "", machine);
    Batch batch{.images = samples.x,
                .labels = samples.labels.reshape({samples.ids.numel()}),
                .sample_ids = samples.ids,
                .first = samples.share.begin,
                .global_size = samples.batch};
    CurvatureOptions options;
    options.block = block;
    options.cache = CacheUse::on;
    return {classifier_, space_, cache_, {batch}, options};
  }

  // The reference's unit eigenvector of the largest eigenvalue.
  Tensor top_vector() {
    auto host = make_host_allocator();
    Tensor u = space_.vectors().zeros();
    for (std::size_t i = 0; i < space_.parameters().size(); ++i) {
      Tensor stored = from_file_layout(*host, fixture_.read("u." + space_.parameters()[i]->name));
      Tensor part = space_.part(u, i);
      backend_->assign(part, backend_->convert(stored, DType::f64));
    }
    return u;
  }

  SegmentGroups backbone_and_head() {
    SegmentGroups groups{.group_of = {}, .count = 2};
    for (const VectorSegment& segment : space_.vectors().segments())
      groups.group_of.push_back(segment.name.starts_with("head.") ? 1 : 0);
    return groups;
  }
  std::vector<double> exact_group_traces() const {
    const std::vector<std::string> names = fixture_.list("param_names");
    const std::vector<double> traces = fixture_.numbers("trace_per_param");
    std::vector<double> sums(2);
    for (std::size_t i = 0; i < names.size(); ++i)
      sums[names[i].starts_with("head.") ? 1 : 0] += traces[i];
    return sums;
  }

  Fixture fixture_{std::filesystem::path(FIXTURES) / (GetParam() + ".spectrum.safetensors")};
  parity::FixtureModel model_ = parity::read_model(fixture_);
  std::unique_ptr<Communicator> self_ = make_self_communicator();
  std::unique_ptr<Backend> backend_ = make_backend(BackendKind::cpu);
  PrimalCache cache_{*backend_};
  DistributedClassifier classifier_{cache_, *self_, model_.config, {.precision = Precision::f64}};
  // Members are initialised in this order: the space is over the loaded parameters.
  bool loaded_ = (load_state(classifier_.state(), model_.weights), true);
  ParameterSpace space_{classifier_.state(), classifier_.grid(),
                        [](const std::string&) { return true; }};
};

TEST_P(FixtureSpectrum, LanczosFindsItsEnds) {
  CurvatureOperator h = hessian(1);
  LanczosOptions options;
  options.wanted = {.largest = 5, .smallest = 2, .tolerance = 3e-5, .floor = 1e-3};
  options.max_iterations = 250;
  Lanczos lanczos(h, options);
  while (!lanczos.done()) lanczos.step();
  ASSERT_TRUE(lanczos.converged());
  const std::vector<double> top = fixture_.numbers("eigs_top5"),
                            low = fixture_.numbers("eigs_low2");
  for (int i = 0; i < 5; ++i)
    EXPECT_NEAR(lanczos.ritz().largest[i].value, top[i], 1e-8 * std::abs(top[i])) << i;
  for (int i = 0; i < 2; ++i)
    EXPECT_NEAR(lanczos.ritz().smallest[i].value, low[i], 1e-8 * std::abs(low[i])) << i;
  const Eigenpairs pairs = lanczos.eigenpairs();
  const VectorSpace& vectors = space_.vectors();
  EXPECT_NEAR(std::abs(vectors.dot(pairs.largest[0].vector, top_vector())), 1, 1e-8);
}

TEST_P(FixtureSpectrum, TracesAreWithinTheirErrors) {
  CurvatureOperator h = hessian(4);
  const double exact = fixture_.numbers("trace_exact").front();
  const TraceEstimate sharp = xtrace(h, {.max_probes = 12, .rel_error = 0});
  EXPECT_NEAR(sharp.trace, exact, 3 * sharp.standard_error);
  EXPECT_LT(sharp.standard_error, 0.5 * exact);

  HutchinsonSamples samples;
  const TraceEstimate plain =
      hutchinson(h, {.max_probes = 16, .rel_error = 0}, samples, backbone_and_head());
  EXPECT_NEAR(plain.trace, exact, 3 * plain.standard_error);
  EXPECT_LT(plain.standard_error, 0.3 * exact);
  const std::vector<double> groups = exact_group_traces();
  for (int g = 0; g < 2; ++g) {
    const auto [mean, error] = sample_mean(samples.by_group[g]);
    EXPECT_NEAR(mean, groups[g], 3 * error) << g;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, FixtureSpectrum,
                         ::testing::Values("w4_dense", "w4_softmoe", "w4_sparsemoe"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace switchyard::test
