#pragma once
// What a curvature analysis is asked for. The model and the data are those of the run.

#include <cstdint>
#include <string>

#include "analysis/curvature_operator.hpp"
#include "analysis/krylov_basis.hpp"
#include "analysis/landscape/directions.hpp"
#include "analysis/trace/trace_estimate.hpp"
#include "apps/trained_run.hpp"
#include "train/config.hpp"

namespace switchyard {

enum class CurvatureLoss { cross_entropy, total };
inline constexpr Choice<CurvatureLoss> curvature_loss_choices[] = {
    {CurvatureLoss::cross_entropy, "ce"}, {CurvatureLoss::total, "total"}};

enum class BasisPrecision { automatic, f32, f64 };
inline constexpr Choice<BasisPrecision> basis_precision_choices[] = {
    {BasisPrecision::automatic, "auto"},
    {BasisPrecision::f32, "f32"},
    {BasisPrecision::f64, "f64"}};

enum class GroupFigures { automatic, off, trace, all };
inline constexpr Choice<GroupFigures> group_figures_choices[] = {{GroupFigures::automatic, "auto"},
                                                                 {GroupFigures::off, "off"},
                                                                 {GroupFigures::trace, "trace"},
                                                                 {GroupFigures::all, "all"}};

enum class PlaneDirections { eigenvectors, random };
inline constexpr Choice<PlaneDirections> plane_directions_choices[] = {
    {PlaneDirections::eigenvectors, "top"}, {PlaneDirections::random, "random"}};

/// The matrix: of which loss, over which samples, by which parameters.
struct MatrixConfig {
  std::string checkpoint = "best";
  DataPart part = DataPart::train;
  std::int64_t samples = 1000;
  std::uint64_t subset_seed = 42;
  std::int64_t batch = 128;
  CurvatureMatrix matrix = CurvatureMatrix::hessian;
  NormStatistics norm = NormStatistics::running;
  CurvatureLoss loss = CurvatureLoss::cross_entropy;
  std::string params = "*";
  int block = 1;
  CacheUse cache = CacheUse::automatic;
  double cache_memory = 0;
};

struct SpectrumConfig {
  int top = 5;
  int bottom = 2;
  double tolerance = 1e-3;
  int max_iterations = 100;
  bool check_residuals = true;
  BasisPrecision basis_precision = BasisPrecision::automatic;
  BasisMemory basis_memory = BasisMemory::automatic;
  int power_iterations = 0;
  double power_tolerance = 1e-3;
};

struct TraceConfig {
  TraceMethod method = TraceMethod::hutchinson;
  int probes = 100;
  double rel_error = 0.01;
  GroupFigures groups = GroupFigures::automatic;
  int density_probes = 0;
  int density_steps = 80;
};

struct LandscapeConfig {
  int points = 21;
  double radius = 0.5;
  int eigenvectors = 1;
  int random = 0;
  DirectionScale random_scale = DirectionScale::unit;
  int plane_points = 0;
  PlaneDirections plane = PlaneDirections::eigenvectors;
};

struct ResultsConfig {
  std::string folder;
  std::uint64_t seed = 42;
  bool resume = false;
  bool overwrite = false;
  double save_every = 60;
};

struct CurvatureConfig {
  MatrixConfig matrix;
  SpectrumConfig spectrum;
  TraceConfig trace;
  LandscapeConfig landscape;
  ResultsConfig results;
  TrainConfig training;  ///< of the run; its data, model, objective and execution can be changed
};

template <class Visitor>
void visit(Visitor& v, MatrixConfig& c) {
  v.group("Matrix");
  v.field("checkpoint", c.checkpoint,
          "best, last, a checkpoint's folder, or a .safetensors file with PyTorch names",
          "best|last|PATH");
  v.field("split", c.part, "images that the loss is the mean over", data_part_choices);
  v.field("samples", c.samples, "how many of them: the first of a random order; 0: all",
          at_least(0), "images");
  v.field("subset-seed", c.subset_seed, "of that order, which is torch.randperm's");
  v.field("curvature-batch", c.batch, "global batch size, over all ranks", at_least(1), "images");
  v.field("matrix", c.matrix, "hessian, or ggn: the generalised Gauss-Newton matrix",
          curvature_matrix_choices);
  v.field("bn", c.norm,
          "batch norm by the running statistics (eval) or by those of each batch (train)",
          norm_statistics_choices);
  v.field("loss", c.loss, "cross-entropy alone, or the total with which the run was trained",
          curvature_loss_choices);
  v.field("params", c.params,
          "parameters to differentiate by: patterns of their names, such as "
          "backbone.*,head.experts.3.*",
          "GLOB[,GLOB]");
  v.field("block", c.block, "vectors that share one pass over the samples", at_least(1));
  v.field("cache", c.cache,
          "keep what is the same in all products; auto: of as many batches as memory allows",
          cache_choices);
  v.field("cache-memory", c.cache_memory,
          "memory of a rank that auto may take; 0: half of what is free", at_least(0), "GiB");
}

template <class Visitor>
void visit(Visitor& v, SpectrumConfig& c) {
  v.group("Eigenvalues");
  v.field("top", c.top, "largest eigenvalues, with vectors, by Lanczos", at_least(0));
  v.field("bottom", c.bottom, "smallest (most negative) eigenvalues, by Lanczos", at_least(0));
  v.field("tolerance", c.tolerance, "residual of an eigenpair over its eigenvalue, to stop at",
          above(0));
  v.field("max-iterations", c.max_iterations, "most steps of Lanczos", at_least(1));
  v.field(
      "check-residuals", c.check_residuals,
      "multiply every eigenvector found by the matrix once more: Lanczos's own residuals do not "
      "see rounding");
  v.field("basis-precision", c.basis_precision, "of the basis kept; auto: that of the arithmetic",
          basis_precision_choices);
  v.field("basis-memory", c.basis_memory,
          "where the basis is kept; auto: on the device while it takes no more than a quarter of "
          "what is free",
          basis_memory_choices);
  v.field("power-iterations", c.power_iterations,
          "also --top eigenvalues by power iteration of so many steps at most, as PyHessian does; "
          "0: no",
          at_least(0));
  v.field("power-tolerance", c.power_tolerance, "relative change of an eigenvalue to stop that at",
          above(0));
}

template <class Visitor>
void visit(Visitor& v, TraceConfig& c) {
  v.group("Trace and density");
  v.field("trace", c.method, "estimator of the trace", trace_method_choices);
  v.field("trace-probes", c.probes, "most random vectors; 0: no trace", at_least(0));
  v.field("rel-error", c.rel_error, "standard error over trace, to stop at", at_least(0));
  v.field("groups", c.groups,
          "figures of stem, layers, gate and each expert: traces (by Hutchinson's probes), or all: "
          "top eigenvalues too; auto: traces where there is a trace",
          group_figures_choices);
  v.field("density-probes", c.density_probes,
          "random vectors of stochastic Lanczos quadrature; 0: no spectral density", at_least(0));
  v.field("density-steps", c.density_steps, "steps of Lanczos from each", at_least(1));
}

template <class Visitor>
void visit(Visitor& v, LandscapeConfig& c) {
  v.group("Landscape");
  v.field("sweep-points", c.points, "points on a line of the loss; 0: no lines", at_least(0));
  v.field("sweep-radius", c.radius, "lines and planes reach from minus to plus so much", above(0));
  v.field("sweep-top", c.eigenvectors, "lines along so many of the top eigenvectors", at_least(0));
  v.field("sweep-random", c.random, "lines along so many random directions", at_least(0));
  v.field("random-scale", c.random_scale,
          "length of random directions: 1, or of each filter that of the model's",
          direction_scale_choices);
  v.field("plane-points", c.plane_points, "points on a side of a plane of the loss; 0: no plane",
          at_least(0));
  v.field("plane", c.plane, "spanned by the two top eigenvectors or by two random directions",
          plane_directions_choices);
}

template <class Visitor>
void visit(Visitor& v, ResultsConfig& c) {
  v.group("Results");
  v.field("out", c.folder, "folder of the results; empty: RUN/curvature/SPLIT", "FOLDER");
  v.field("curvature-seed", c.seed, "of the random vectors");
  v.field("resume", c.resume, "continue an analysis that was stopped");
  v.field("overwrite", c.overwrite, "start anew in a folder that holds results");
  v.field("save-every", c.save_every, "between saves of what has been done; 0: after every product",
          at_least(0), "seconds");
}

template <class Visitor>
void visit(Visitor& v, CurvatureConfig& c) {
  visit(v, c.matrix);
  visit(v, c.spectrum);
  visit(v, c.trace);
  visit(v, c.landscape);
  visit(v, c.results);
  visit(v, c.training.data);
  visit(v, c.training.model);
  visit(v, c.training.objective);
  visit(v, c.training.execution);
  visit(v, c.training.profile);
}

/// Checks what spans fields. Throws Error(bad_usage).
void validate(const CurvatureConfig& config);

/// The objective that --loss names.
ObjectiveConfig objective_of(const CurvatureConfig& config);

/// Settings that differ between two analyses and would change numbers: their keys, with both
/// values, as text for a message; empty where there are none. How an analysis is run (folders,
/// threads, grid, memory, saving) may differ.
std::string setting_differences(CurvatureConfig before, CurvatureConfig now);

}  // namespace switchyard
