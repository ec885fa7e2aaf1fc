#include "train/events/epoch_events.hpp"

#include "comm/gather_texts.hpp"
#include "train/events/histogram.hpp"

namespace switchyard {
namespace {

using Values = std::vector<double>;

void add_experts(const std::string& tag, const Values& numbers, EventValues& values) {
  for (std::size_t e = 0; e < numbers.size(); ++e)
    values.add_scalar(fmt::format("{}/expert-{}", tag, e), numbers[e]);
}

void add_figures(const std::string& tag, const MetricSums& sums, EventValues& values) {
  const Figures figures = figures_of(sums);
  values.add_scalar(tag + "/loss", figures.loss);
  values.add_scalar(tag + "/accuracy", figures.accuracy);
  if (sums.experts() == 0) return;
  const std::string routing = tag + "/routing";
  add_experts(routing + "/utilisation", figures.utilisation, values);
  add_experts(routing + "/load", figures.load, values);
  values.add_scalar(routing + "/utilisation_cv", figures.utilisation_cv);
  values.add_scalar(routing + "/load_cv", figures.load_cv);
  values.add_scalar(routing + "/load_max_over_mean", figures.load_max_over_mean);
  values.add_scalar(routing + "/gate_entropy", figures.gate_entropy);
  values.add_scalar(routing + "/dead_experts", static_cast<double>(figures.dead_experts.size()));
}

std::string histogram_of(Backend& backend, const Tensor& x) {
  Values numbers(static_cast<std::size_t>(x.numel()));
  backend.to_host(backend.convert(x, DType::f64), numbers.data());
  Histogram histogram;
  histogram.add(numbers);
  return histogram.message();
}

// Of the parameters that nobody of a lower rank has.
EventValues own_histograms(DistributedClassifier& classifier) {
  const ProcessGrid& grid = classifier.grid();
  EventValues values;
  for (const Parameter& parameter : classifier.state().parameters())
    if (parameter.expert ? grid.dp_rank() == 0 : grid.world().rank().value == 0)
      values.add_histogram("parameters/" + parameter.name,
                           histogram_of(classifier.backend(), parameter.value));
  return values;
}

}  // namespace

void add_scalars(const EpochRecord& record, EventValues& values) {
  values.add_scalar("epoch", record.epoch);
  values.add_scalar("learning_rate", record.learning_rate);
  add_figures("train", record.train, values);
  values.add_scalar("train/balance_loss", record.balance);
  add_figures("validation", record.validation, values);
  if (record.grad_norm > 0) values.add_scalar("grad_norm", record.grad_norm);
  values.add_scalar("time/train_seconds", record.train_seconds);
  values.add_scalar("time/validation_seconds", record.validation_seconds);
  values.add_scalar("time/images_per_second", record.images_per_second());
  values.add_scalar("time/peak_bytes", static_cast<double>(record.peak_bytes));
}

void add_parameter_histograms(DistributedClassifier& classifier, EventValues& values) {
  for (const std::string& of_rank :
       gather_texts(classifier.grid().world(), own_histograms(classifier).text()))
    values.add_encoded(of_rank);
}

}  // namespace switchyard
