#include "train/progress.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace switchyard {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const BestEpoch& best) {
  return {{"value", best.value}, {"epoch", best.epoch}};
}

BestEpoch best_from(const Json& json) {
  return {json.at("value"), json.at("epoch")};
}

}  // namespace

bool BestEpoch::update(double candidate, int at) {
  if (candidate <= value) return false;
  *this = {candidate, at};
  return true;
}

std::string Progress::to_text() const {
  Json json = {{"epoch", epoch},
               {"batch", batch},
               {"step", step},
               {"experts", epoch_sums.experts()},
               {"epoch_sums", epoch_sums.values()},
               {"balance_sum", balance_sum},
               {"grad_norm", grad_norm},
               {"train_accuracy", to_json(train_accuracy)},
               {"validation_accuracy", to_json(validation_accuracy)}};
  return json.dump();
}

Progress Progress::from_text(const std::string& text) try {
  Json json = Json::parse(text);
  Progress p;
  p.epoch = json.at("epoch");
  p.batch = json.at("batch");
  p.step = json.at("step");
  p.epoch_sums = MetricSums(json.at("experts"));
  std::vector<double> sums = json.at("epoch_sums");
  SY_REQUIRE(sums.size() == p.epoch_sums.values().size(), ExitCode::bad_data,
             "a checkpoint's progress holds {} sums (expected {}); use another checkpoint",
             sums.size(), p.epoch_sums.values().size());
  p.epoch_sums.values() = sums;
  p.balance_sum = json.at("balance_sum");
  p.grad_norm = json.at("grad_norm");
  p.train_accuracy = best_from(json.at("train_accuracy"));
  p.validation_accuracy = best_from(json.at("validation_accuracy"));
  return p;
} catch (const Json::exception& e) {
  fail(
      ExitCode::bad_data,
      fmt::format("a checkpoint's progress cannot be read ({}); use another checkpoint", e.what()));
}

}  // namespace switchyard
