#include <algorithm>
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

// Where the tolerance asks for residuals that rounding hides, some pairs are held to rounding only.
void warn_of_rounding(const CurvatureSession& session, const Lanczos& lanczos) {
  const double tolerance = session.config.spectrum.tolerance;
  const double hidden = lanczos.rounding() / tolerance;
  if (hidden <= WantedPairs{}.floor || session.grid().world().rank() != Rank{0}) return;
  session.log.warning(
      "--tolerance {} is less than rounding lets see of eigenvalues below {:.2g} times the "
      "largest: "
      "residuals are asked to be below {:.1g} times the largest, not less; for more give "
      "--precision f64 (and --basis-precision f64 or auto)",
      tolerance, hidden, lanczos.rounding());
}

// With the residuals themselves, where there are any: Lanczos's own do not see rounding.
Json write_pairs(CurvatureSession& session, const std::string& end,
                 const std::vector<Eigenpair>& pairs, const std::vector<double>& true_residuals) {
  Json list = Json::array();
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const std::string stem = fmt::format("{}-{}", end, i + 1);
    write_vector(session.folder.eigenvectors(), stem, session.space, session.grid(),
                 pairs[i].vector);
    const RitzValue& ritz = pairs[i].ritz;
    const bool known = !true_residuals.empty();
    list.push_back({{"value", ritz.value},
                    {"residual", ritz.residual},
                    {"bound", ritz.bound},
                    {"converged", ritz.converged && (!known || true_residuals[i] <= ritz.bound)},
                    {"vector", stem}});
    if (known) list.back()["true_residual"] = true_residuals[i];
  }
  return list;
}

bool all_converged(const Json& pairs) {
  return std::all_of(pairs.begin(), pairs.end(),
                     [](const Json& pair) { return pair.at("converged").get<bool>(); });
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
  const Json top = write_pairs(session, "top", pairs.largest, largest);
  const Json bottom = write_pairs(session, "bottom", pairs.smallest, smallest);
  return {{"converged", lanczos.converged() && all_converged(top) && all_converged(bottom)},
          {"iterations", lanczos.iterations()},
          {"products", products},
          {"largest", top},
          {"smallest", bottom},
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
  warn_of_rounding(session, lanczos);
  const int before = lanczos.iterations();
  while (!lanczos.done()) {
    lanczos.step();
    work.safe_point([&] { return saved.save(); });
    work.show(before, lanczos.iterations(), c.max_iterations, figures(lanczos.ritz()));
  }
  return results_of(session, lanczos);
}

}  // namespace switchyard
