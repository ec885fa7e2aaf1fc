#include "apps/bench/inference_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/bench/results.hpp"

namespace switchyard {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;

// Empty without dense.
std::vector<double> relative_to_dense(const InferenceFigures& figures, const HeadFigures& head) {
  const auto dense = std::ranges::find(figures.heads, HeadKind::dense, &HeadFigures::head);
  if (dense == figures.heads.end()) return {};
  return ratios(head.host, dense->host);
}

double images_per_second(const InferenceFigures& figures, const HeadFigures& head) {
  return static_cast<double>(figures.batch) / summarize(head.host).median;
}

const char* weights_of(const HeadFigures& head) {
  return head.run.empty() ? "initial" : "trained";
}

std::string line_of(const InferenceFigures& figures, const HeadFigures& head) {
  const TimeSummary time = summarize(head.host);
  return fmt::format("{:<8}{:<9}{:>11}{:>10.1f}{:>10.2f}{:>10.2f} {:>20}{:>11.1f}   {}\n",
                     name_of<HeadKind>(head.head, head_choices), weights_of(head), head.parameters,
                     static_cast<double>(head.peak_bytes) / kMebibyte, milliseconds(time.median),
                     milliseconds(time.p95),
                     fmt::format("[{:.2f}, {:.2f}]", milliseconds(time.interval.low),
                                 milliseconds(time.interval.high)),
                     images_per_second(figures, head),
                     ratio_text(relative_to_dense(figures, head)));
}

}  // namespace

Json heads_to_json(const InferenceFigures& figures) {
  Json heads = Json::array();
  for (const HeadFigures& head : figures.heads)
    heads.push_back({{"head", name_of<HeadKind>(head.head, head_choices)},
                     {"weights", weights_of(head)},
                     {"run", head.run.empty() ? Json() : Json(head.run)},
                     {"parameters", head.parameters},
                     {"peak_bytes", head.peak_bytes},
                     {"host", times_to_json(head.host)},
                     {"device", times_to_json(head.device)},
                     {"images_per_second", images_per_second(figures, head)},
                     {"relative_to_dense", ratio_to_json(relative_to_dense(figures, head))}});
  return heads;
}

std::string heads_table(const InferenceFigures& figures) {
  const MedianInterval interval = summarize(figures.heads.front().host).interval;
  std::string text = fmt::format("{:<8}{:<9}{:>11}{:>10}{:>10}{:>10} {:>20}{:>11}{:>8}\n", "head",
                                 "weights", "parameters", "peak MiB", "median ms", "p95 ms",
                                 fmt::format("{:.1f} % interval", 100 * interval.confidence),
                                 "images/s", "/ dense");
  for (const HeadFigures& head : figures.heads) text += line_of(figures, head);
  return text;
}

}  // namespace switchyard
