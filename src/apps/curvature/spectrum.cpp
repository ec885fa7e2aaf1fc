#include <nlohmann/json.hpp>

#include "analysis/lanczos.hpp"
#include "apps/curvature/analyses.hpp"
#include "apps/curvature/vector_files.hpp"

namespace switchyard {
namespace {

std::string basis_stem(int number) {
  return fmt::format("basis-{:06}", number);
}

/// A run of Lanczos whose basis is written vector by vector: none of them ever changes.
class SavedLanczos {
 public:
  SavedLanczos(CurvatureSession& session, const SavedWork& work, const LanczosOptions& options)
      : session_(session), folder_(work.vectors()), lanczos_(begin(work.earlier(), options)) {}

  Lanczos& lanczos() { return *lanczos_; }

  /// Brings the vectors that have come since to the disk; the rest of the state.
  Json save() {
    const KrylovBasis& basis = lanczos_->basis();
    for (; saved_ < basis.size(); ++saved_)
      write_vector(folder_, basis_stem(saved_), session_.space, session_.grid(),
                   basis.stored(saved_));
    return {{"vectors", saved_},
            {"alphas", lanczos_->state().alphas},
            {"betas", lanczos_->state().betas}};
  }

 private:
  std::unique_ptr<Lanczos> begin(const Json& earlier, const LanczosOptions& options) {
    if (earlier.is_null()) return std::make_unique<Lanczos>(session_.matrix, options);
    KrylovBasis basis(session_.space.vectors(), options.basis);
    for (saved_ = 0; saved_ < earlier.at("vectors").get<int>(); ++saved_)
      basis.add(read_vector(folder_, basis_stem(saved_), session_.space, session_.grid(),
                            options.basis.dtype));
    LanczosState state{.alphas = earlier.at("alphas"), .betas = earlier.at("betas")};
    return std::make_unique<Lanczos>(session_.matrix, options, std::move(state), std::move(basis));
  }

  CurvatureSession& session_;
  std::filesystem::path folder_;
  int saved_ = 0;
  std::unique_ptr<Lanczos> lanczos_;
};

std::string figures(const RitzValues& values) {
  std::string text;
  if (!values.largest.empty()) text = fmt::format("largest {:.6g}  ", values.largest[0].value);
  if (!values.smallest.empty()) text += fmt::format("smallest {:.6g}  ", values.smallest[0].value);
  return fmt::format("{}residual / tolerance {:.2g}", text, values.worst);
}

// With the residuals themselves, where there are any.
Json write_pairs(CurvatureSession& session, const std::string& end,
                 const std::vector<Eigenpair>& pairs, const std::vector<double>& true_residuals) {
  Json list = Json::array();
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const std::string stem = fmt::format("{}-{}", end, i + 1);
    write_vector(session.folder.eigenvectors(), stem, session.space, session.grid(),
                 pairs[i].vector);
    const RitzValue& ritz = pairs[i].ritz;
    list.push_back(
        {{"value", ritz.value}, {"residual", ritz.residual}, {"converged", ritz.converged}});
    if (!true_residuals.empty()) list.back()["true_residual"] = true_residuals[i];
    list.back()["vector"] = stem;
  }
  return list;
}

Json results_of(CurvatureSession& session, const Lanczos& lanczos) {
  const Eigenpairs pairs = lanczos.eigenpairs();
  std::int64_t products = lanczos.iterations();
  std::vector<double> largest, smallest;
  if (session.config.spectrum.check_residuals) {
    largest = true_residuals(session.matrix, pairs.largest);
    smallest = true_residuals(session.matrix, pairs.smallest);
    products += std::ssize(largest) + std::ssize(smallest);
  }
  return {{"converged", lanczos.converged()},
          {"iterations", lanczos.iterations()},
          {"products", products},
          {"largest", write_pairs(session, "top", pairs.largest, largest)},
          {"smallest", write_pairs(session, "bottom", pairs.smallest, smallest)},
          {"alphas", lanczos.state().alphas},
          {"betas", lanczos.state().betas}};
}

}  // namespace

Json spectrum_part(CurvatureSession& session, SavedWork& work) {
  const SpectrumConfig& c = session.config.spectrum;
  SavedLanczos saved(session, work,
                     {.wanted = {.largest = c.top, .smallest = c.bottom, .tolerance = c.tolerance},
                      .max_iterations = c.max_iterations,
                      .seed = session.config.results.seed,
                      .start = {},
                      .basis = basis_options(session)});
  Lanczos& lanczos = saved.lanczos();
  const int before = lanczos.iterations();
  while (!lanczos.done()) {
    lanczos.step();
    work.safe_point([&] { return saved.save(); });
    work.show(before, lanczos.iterations(), c.max_iterations, figures(lanczos.ritz()));
  }
  return results_of(session, lanczos);
}

}  // namespace switchyard
