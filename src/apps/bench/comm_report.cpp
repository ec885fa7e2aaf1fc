#include "apps/bench/comm_report.hpp"

#include <nlohmann/json.hpp>

#include "analysis/profile/quantiles.hpp"
#include "apps/bench/results.hpp"

namespace switchyard {
namespace {

constexpr double kGiga = 1e9;
constexpr double kMicrosecondsPerSecond = 1e6;

/// As nccl-tests name them.
constexpr Choice<DType> kTypeNames[] = {{DType::f32, "float"},
                                        {DType::f64, "double"},
                                        {DType::bf16, "bfloat16"},
                                        {DType::i64, "int64"}};

std::string times_of(const CommRow& row) {
  return fmt::format("{:>9.2f}{:>9.3f}{:>9.3f}{:>8}", median(row.seconds) * kMicrosecondsPerSecond,
                     row.algbw() / kGiga, row.busbw() / kGiga,
                     row.wrong ? fmt::format("{}", *row.wrong) : "N/A");
}

std::string no_times() {
  return fmt::format("{0:>9}{0:>9}{0:>9}{0:>8}", "-");
}

}  // namespace

double CommRow::algbw() const {
  return static_cast<double>(size) / median(seconds);
}

double CommTable::mean_busbw() const {
  double sum = 0;
  for (const CommRow& row : rows) sum += row.busbw();
  return sum / static_cast<double>(rows.size());
}

std::int64_t CommTable::wrong() const {
  std::int64_t sum = 0;
  for (const CommRow& row : rows) sum += row.wrong.value_or(0);
  return sum;
}

std::string table_head(std::string_view collective, std::string_view communicator) {
  static constexpr char kRow[] =
      "#{:>11}{:>13}{:>10}{:>8}{:>6}{:>9}{:>9}{:>9}{:>8}{:>9}{:>9}{:>9}{}\n";
  return fmt::format("# {}, {}\n#{:59}{:35}{}\n", collective, communicator, "", "out-of-place",
                     "in-place") +
         fmt::format(kRow, "size", "count", "type", "redop", "root", "time", "algbw", "busbw",
                     "#wrong", "time", "algbw", "busbw", "  #wrong") +
         fmt::format(kRow, "(B)", "(elements)", "", "", "", "(us)", "(GB/s)", "(GB/s)", "", "(us)",
                     "(GB/s)", "(GB/s)", "");
}

std::string table_line(const CommRow& row) {
  return fmt::format("{:>12}{:>13}{:>10}{:>8}{:>6}{}{}\n", row.size, row.count,
                     name_of(row.dtype, kTypeNames), row.sums ? "sum" : "none", row.root,
                     row.in_place ? no_times() : times_of(row),
                     row.in_place ? times_of(row) : no_times());
}

std::string table_foot(const CommTable& table) {
  return fmt::format("# Wrong values: {}\n# Avg bus bandwidth: {:.4f} GB/s\n#\n", table.wrong(),
                     table.mean_busbw() / kGiga);
}

Json to_json(const CommTable& table) {
  Json rows = Json::array();
  for (const CommRow& row : table.rows)
    rows.push_back(
        {{"size", row.size},
         {"count", row.count},
         {"type", name_of(row.dtype, kTypeNames)},
         {"redop", row.sums ? "sum" : "none"},
         {"root", row.root},
         {"in_place", row.in_place},
         {"travelling_bytes", row.travelling_bytes > 0 ? Json(row.travelling_bytes) : Json()},
         {"host", times_to_json(row.seconds)},
         {"device", times_to_json(row.device_seconds)},
         {"algbw_gb_per_s", row.algbw() / kGiga},
         {"busbw_gb_per_s", row.busbw() / kGiga},
         {"wrong", or_null(row.wrong)}});
  return {{"collective", table.collective},
          {"communicator", table.communicator},
          {"mean_busbw_gb_per_s", table.mean_busbw() / kGiga},
          {"wrong", table.wrong()},
          {"rows", rows}};
}

}  // namespace switchyard
