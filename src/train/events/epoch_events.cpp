#include "train/events/epoch_events.hpp"

#include "comm/gather_texts.hpp"
#include "train/events/histogram.hpp"
#include "train/metrics_table.hpp"

namespace switchyard {
namespace {

std::string histogram_of(Backend& backend, const Tensor& x) {
  std::vector<double> numbers(static_cast<std::size_t>(x.numel()));
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

void add_scalars(std::string_view metrics_line, EventValues& values) {
  for (const FlatMetric& metric : flat_metrics(metrics_line))
    if (metric.number && metric.name != "step") values.add_scalar(metric.name, *metric.number);
}

void add_parameter_histograms(DistributedClassifier& classifier, EventValues& values) {
  for (const std::string& of_rank :
       gather_texts(classifier.grid().world(), own_histograms(classifier).text()))
    values.add_encoded(of_rank);
}

}  // namespace switchyard
