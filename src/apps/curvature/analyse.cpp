#include "apps/curvature/analyse.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "analysis/determinism.hpp"
#include "apps/curvature/analyses.hpp"
#include "apps/curvature/fingerprint.hpp"
#include "apps/curvature/identity.hpp"
#include "apps/curvature/report.hpp"
#include "apps/curvature/result_tables.hpp"
#include "apps/curvature/subset.hpp"
#include "apps/profiling/profile_session.hpp"
#include "base/elapsed.hpp"

namespace switchyard {
namespace {

constexpr double kGiB = 1 << 30;

// What the values kept between products may take of a rank's memory.
std::size_t cache_bytes(const MatrixConfig& config, const Machine& machine) {
  if (config.cache_memory > 0) return static_cast<std::size_t>(config.cache_memory * kGiB);
  return machine.available_bytes() / 2;
}

/// The model, the samples and the matrix, as the configuration names them.
class Subject {
 public:
  Subject(const CurvatureConfig& config, const RunFolder& run, Machine& machine, Logger& log)
      : data_(load_training_data(config.training.data, machine.world())),
        samples_(choose_samples(data_, config.matrix)),
        basis_bytes_(machine.available_bytes() / 4),  // beside the half that the cache may take
        cache_(machine.backend()),
        classifier_(cache_, machine.world(), model_of(config, data_),
                    distributed_options(config.training)),
        origin_(load_named_weights(config.matrix.checkpoint, run, classifier_, log)),
        list_(list_parameters(classifier_.state(), classifier_.grid())),
        selected_(select_parameters(config.matrix.params, list_)),
        space_(classifier_.state(), classifier_.grid(), selected_),
        options_{.matrix = config.matrix.matrix,
                 .norm = config.matrix.norm,
                 .objective = objective_of(config),
                 .block = config.matrix.block,
                 .cache = config.matrix.cache,
                 .cache_bytes = cache_bytes(config.matrix, machine)},
        batches_(make_batches(data_, config.matrix, samples_, classifier_.dtype(),
                              machine.backend(), machine.world())),
        matrix_(classifier_, space_, cache_, batches_, options_) {
    const int pairs = config.spectrum.top + config.spectrum.bottom;
    SY_REQUIRE(pairs <= space_.vectors().dimension(), ExitCode::bad_usage,
               "--top {} and --bottom {} are more than the {} eigenvalues of a matrix over {} "
               "parameters; lower them, or choose more with --params",
               config.spectrum.top, config.spectrum.bottom, space_.vectors().dimension(),
               space_.vectors().dimension());
  }

  const ProcessGrid& grid() const { return classifier_.grid(); }
  const WeightsOrigin& origin() const { return origin_; }
  CurvatureOperator& matrix() { return matrix_; }

  CurvatureIdentity identity() {
    return {.weights = fingerprint(classifier_.state(), grid()),
            .samples = checksum_of(samples_),
            .grid = fmt::format("dp {} x ep {}", grid().dp(), grid().ep())};
  }

  CurvatureSession session(const CurvatureConfig& config, const ResultsFolder& folder,
                           SafePoints& safe_points, Logger& log) {
    return {.config = config,
            .classifier = classifier_,
            .cache = cache_,
            .space = space_,
            .matrix = matrix_,
            .batches = batches_,
            .options = options_,
            .basis_bytes = basis_bytes_,
            .groups = parameter_groups(list_, selected_),
            .folder = folder,
            .safe_points = safe_points,
            .log = log};
  }

 private:
  static ModelConfig model_of(const CurvatureConfig& config, const TrainingData& data) {
    ModelConfig model = config.training.model;
    model.classes = data.set.classes();
    return model;
  }

  TrainingData data_;
  std::vector<std::int64_t> samples_;
  std::size_t basis_bytes_;
  PrimalCache cache_;
  DistributedClassifier classifier_;
  WeightsOrigin origin_;
  ParameterList list_;
  Selected selected_;
  ParameterSpace space_;
  CurvatureOptions options_;
  std::vector<Batch> batches_;
  CurvatureOperator matrix_;
};

// Whether there is a matrix at all comes first.
Json starting_point(CurvatureSession& session) {
  const double gradient_norm = check_determinism(session.matrix);
  return {{"loss", session.matrix.objective()}, {"gradient_norm", gradient_norm}};
}

void add_parts(CurvatureSession& session, Json& report) {
  const CurvatureConfig& c = session.config;
  auto add = [&](bool wanted, const char* name, auto part) {
    if (wanted)
      report[name] =
          part_of_results(session, name, [&](SavedWork& work) { return part(session, work); });
  };
  const bool traced = c.trace.probes > 0;
  add(c.spectrum.top + c.spectrum.bottom > 0, "spectrum", spectrum_part);
  add(c.spectrum.power_iterations > 0 && c.spectrum.top > 0, "power_iteration", power_part);
  add(traced, "trace", trace_part);
  add(traced && c.trace.groups != GroupFigures::off && c.trace.method != TraceMethod::hutchinson,
      "group_traces", group_traces_part);
  add(c.trace.groups == GroupFigures::all, "group_spectra", group_spectra_part);
  add(c.trace.density_probes > 0, "density", density_part);
  add(c.landscape.points > 0 || c.landscape.plane_points > 0, "landscape", landscape_part);
}

std::int64_t count_products(const Json& report) {
  std::int64_t products = 0;
  for (const auto& part : report)
    if (part.is_object() && part.contains("products"))
      products += part.at("products").get<std::int64_t>();
  return products;
}

Json execution_of(const CurvatureSession& session, Machine& machine, double seconds) {
  return {{"ranks", session.grid().world().size()},
          {"dp", session.grid().dp()},
          {"ep", session.grid().ep()},
          {"device", machine.description()},
          {"peak_bytes", machine.backend().allocator().peak_bytes()},
          {"cached_batches", session.matrix.cached_batches()},
          {"cached_bytes", session.matrix.cached_bytes()},
          {"seconds", seconds}};
}

}  // namespace

ExitCode analyse_curvature(const CurvatureConfig& config, const RunFolder& run,
                           const Launch& launch, StopSignals& signals) {
  const auto start = std::chrono::steady_clock::now();
  const ExecutionConfig& execution = config.training.execution;
  validate(config);
  launch.world.set_deadline(std::chrono::seconds(execution.deadline));
  use_threads(execution.threads);
  auto unwatched = make_machine(machine_config(execution), launch.world, launch.log);
  ProfileSession profile(config.training.profile, StepKind::product, *unwatched,
                         std::filesystem::path(config.results.folder) / "profile", launch.log);
  Machine& machine = profile.machine();
  Subject subject(config, run, machine, launch.log);
  const CurvatureIdentity identity = subject.identity();
  const ResultsFolder folder(config.results.folder, launch.world);
  check_results(folder, config, identity, launch.world, launch.log);

  SafePoints safe_points(launch.world, signals, config.results.save_every);
  CurvatureSession session = subject.session(config, folder, safe_points, launch.log);
  Json report = subject_of(session, run, subject.origin(), identity.weights, identity.samples);
  report.update(starting_point(session));
  start_results(folder, config, identity, launch.world);
  try {
    add_parts(session, report);
  } catch (const StopRequested&) {
    launch.log.end_progress("stopped on request; continue with --resume");
    return profile.finish(ExitCode::requeue_me);
  }
  report["products"] = count_products(report);
  report["settings"] = settings_of(config);
  report["execution"] = execution_of(session, machine, seconds_since(start));
  for (const auto& [name, text] : result_tables(report)) folder.write(name, text);
  folder.write("curvature.json", report.dump(2) + "\n");
  if (launch.world.rank() == Rank{0})
    fmt::print("{}results: {}\n", results_table(report), folder.path().string());
  return profile.finish(ExitCode::done);
}

}  // namespace switchyard
