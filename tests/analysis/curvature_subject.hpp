#pragma once
// Tiny models whose curvature is wanted, every head on every grid.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "analysis/curvature_operator.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {

inline bool every(const std::string&) {
  return true;
}

struct CurvatureCase {
  HeadKind head;
  NormStatistics norm;
  CurvatureMatrix matrix;
  int ep;
  NormSync sync = NormSync::sync;
};

inline std::string name_of(const CurvatureCase& c) {
  const char* heads[] = {"Dense", "Soft", "Sparse", "Hard"};
  return std::string(c.matrix == CurvatureMatrix::hessian ? "Hessian" : "Ggn") +
         heads[static_cast<int>(c.head)] + (c.norm == NormStatistics::batch ? "Batch" : "Running") +
         "Ep" + std::to_string(c.ep) + (c.sync == NormSync::local ? "Local" : "");
}

inline std::vector<CurvatureCase> curvature_cases() {
  constexpr auto hessian = CurvatureMatrix::hessian, ggn = CurvatureMatrix::gauss_newton;
  constexpr auto batch = NormStatistics::batch, running = NormStatistics::running;
  std::vector<CurvatureCase> cases;
  for (auto norm : {batch, running}) {
    cases.push_back({HeadKind::dense, norm, hessian, 1});
    for (HeadKind head : {HeadKind::soft_moe, HeadKind::sparse_moe, HeadKind::hard_moe})
      for (int ep : {1, 2, 3, 4}) cases.push_back({head, norm, hessian, ep});
  }
  cases.push_back({HeadKind::sparse_moe, batch, hessian, 1, NormSync::local});
  cases.push_back({HeadKind::dense, running, ggn, 1});
  for (int ep : {1, 2, 3, 4}) cases.push_back({HeadKind::soft_moe, running, ggn, ep});
  for (int ep : {1, 2, 3, 4}) cases.push_back({HeadKind::sparse_moe, batch, ggn, ep});
  return cases;
}

// A model, the space of some of its parameters, and operators on it.
struct CurvatureSubject {
  CurvatureSubject(Backend& backend, Communicator& world, const CurvatureCase& c, int ep,
                   const std::function<bool(const std::string&)>& selected = every)
      : cache(backend),
        classifier(tiny_classifier(cache, world, config(c.head), ep, c.sync)),
        space(classifier->state(), classifier->grid(), selected) {}

  // With noise the load loss is Shazeer's.
  static ModelConfig config(HeadKind head) {
    ModelConfig config = tiny_config(head);
    config.head.eval_gate_noise = true;
    return config;
  }
  // All losses are on, but for Gauss-Newton.
  CurvatureOperator over(std::vector<Batch> batches, const CurvatureCase& c, int block = 1,
                         CacheUse use = CacheUse::off, std::size_t cache_bytes = 0) {
    CurvatureOptions options{.matrix = c.matrix,
                             .norm = c.norm,
                             .block = block,
                             .cache = use,
                             .cache_bytes = cache_bytes};
    if (c.matrix == CurvatureMatrix::hessian) {
      options.objective = {};
      options.objective.kl_weight = 0.5;
    }
    options.objective.label_smoothing = 0.1;
    return {*classifier, space, cache, std::move(batches), options};
  }
  Tensor random(std::uint64_t number) {
    return space.vectors().random(RandomEntries::normal, 1, number);
  }

  PrimalCache cache;
  std::unique_ptr<DistributedClassifier> classifier;
  ParameterSpace space;
};

}  // namespace switchyard::test
