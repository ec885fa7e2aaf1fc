#include "train/epoch_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace switchyard {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Figures& f) {
  Json json = {{"loss", f.loss}, {"accuracy", f.accuracy}};
  if (f.load.empty()) return json;
  json["routing"] = {{"utilisation", f.utilisation},
                     {"load", f.load},
                     {"utilisation_cv", f.utilisation_cv},
                     {"load_cv", f.load_cv},
                     {"load_max_over_mean", f.load_max_over_mean},
                     {"gate_entropy", f.gate_entropy},
                     {"dead_experts", f.dead_experts}};
  return json;
}

Json to_json(const BestEpoch& best) {
  return {{"accuracy", best.value}, {"epochs_to_threshold", best.epoch}};
}

}  // namespace

std::string figures_line(std::string_view split, MetricSums sums) {
  Json json = {{"split", split}, {"samples", static_cast<std::int64_t>(sums.samples())}};
  json.update(to_json(figures_of(std::move(sums))));
  return json.dump();
}

std::string metrics_line(const EpochRecord& r) {
  Json train = to_json(figures_of(r.train));
  train["balance_loss"] = r.balance;
  Json json = {{"epoch", r.epoch},
               {"step", r.step},
               {"learning_rate", r.learning_rate},
               {"train", std::move(train)},
               {"validation", to_json(figures_of(r.validation))}};
  if (r.grad_norm > 0) json["grad_norm"] = r.grad_norm;
  json["time"] = {{"train_seconds", r.train_seconds},
                  {"validation_seconds", r.validation_seconds},
                  {"images_per_second", r.images_per_second()},
                  {"device", r.device},
                  {"peak_bytes", r.peak_bytes}};
  if (r.reserved_bytes > 0) json["time"]["reserved_bytes"] = r.reserved_bytes;
  return json.dump();
}

std::string summary_json(const RunSummary& s) {
  Json json = {{"head", s.head},
               {"epochs", s.epochs},
               {"parameters", s.parameters},
               {"max_train", to_json(s.train_accuracy)},
               {"max_validation", to_json(s.validation_accuracy)},
               {"test", to_json(figures_of(s.test))}};
  return json.dump(2) + "\n";
}

std::string summary_table(const RunSummary& s) {
  double test = figures_of(s.test).accuracy;
  std::string text =
      fmt::format("{:<8} {:>12} {:>9} {:>6} {:>14} {:>6} {:>8}\n", "head", "parameters", "train %",
                  "epoch", "validation %", "epoch", "test %");
  text += fmt::format("{:<8} {:>12} {:>9.2f} {:>6} {:>14.2f} {:>6} {:>8.2f}\n", s.head,
                      s.parameters, 100 * s.train_accuracy.value, s.train_accuracy.epoch,
                      100 * s.validation_accuracy.value, s.validation_accuracy.epoch, 100 * test);
  return text;
}

}  // namespace switchyard
