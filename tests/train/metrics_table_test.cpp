#include "train/metrics_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "train/epoch_report.hpp"

namespace switchyard {
namespace {

using Json = nlohmann::json;
using Row = std::map<std::string, std::string>;

constexpr const char* kDevice = "card \"A\", of two (cuda 0)";

MetricSums sums(int experts, double samples) {
  std::vector<double> values(4 + 2 * static_cast<std::size_t>(experts));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = samples / (static_cast<double>(i) + 3);
  values[0] = samples;
  if (experts > 0) values.back() = 0;
  return MetricSums(experts, values);
}

std::string line(int epoch, int experts, double grad_norm = 0) {
  EpochRecord record;
  record.epoch = epoch;
  record.step = 7 * epoch;
  record.learning_rate = 0.1 / 3;
  record.grad_norm = grad_norm;
  record.train = sums(experts, 100.0 * epoch);
  record.validation = sums(experts, 10);
  record.train_seconds = 1e-7;
  record.trained_images = 700;
  record.device = kDevice;
  record.peak_bytes = (std::size_t{1} << 53) - 1;
  return metrics_line(record) + "\n";
}

// A field of a row, up to its comma or end; RFC 4180 for text without line breaks.
std::string next_field(const std::string& row, std::size_t& at) {
  std::string found;
  const bool quoted = row[at] == '"';
  for (at += quoted; at < row.size(); ++at) {
    if (quoted && row[at] == '"' && row[++at] != '"') break;
    if (!quoted && row[at] == ',') break;
    found += row[at];
  }
  ++at;
  return found;
}

std::vector<std::string> fields(const std::string& row) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at <= row.size();) all.push_back(next_field(row, at));
  return all;
}

std::vector<Row> rows(const std::string& csv) {
  std::istringstream text(csv);
  std::string row;
  std::getline(text, row);
  const std::vector<std::string> header = fields(row);
  std::vector<Row> all;
  while (std::getline(text, row)) {
    const std::vector<std::string> found = fields(row);
    EXPECT_EQ(found.size(), header.size());
    all.emplace_back();
    for (std::size_t i = 0; i < found.size(); ++i) all.back()[header[i]] = found[i];
  }
  return all;
}

// From the JSON library's own flat form: /train/routing/load/3.
std::string name_of(std::string pointer) {
  pointer.erase(0, 1);
  const std::size_t last = pointer.rfind('/') + 1;
  if (last > 0 && std::isdigit(pointer[last])) pointer.insert(last, "expert-");
  return pointer;
}

class MetricsTables : public ::testing::TestWithParam<int> {};

TEST_P(MetricsTables, SayWhatTheLinesSayNumberByNumber) {
  const std::string lines = line(1, GetParam()) + line(2, GetParam()) + line(3, GetParam());
  const std::vector<Row> found = rows(metrics_csv(lines));
  ASSERT_EQ(found.size(), 3u);
  std::istringstream text(lines);
  for (const Row& row : found) {
    std::string whole;
    std::getline(text, whole);
    Json json = Json::parse(whole);
    for (const char* split : {"train", "validation"})
      if (GetParam() > 0) {
        Json& dead = json[split]["routing"]["dead_experts"];
        EXPECT_EQ(dead.size(), 1u);
        dead = dead.size();
      }
    const Json flat = json.flatten();
    EXPECT_EQ(row.size(), flat.size());
    for (const auto& [pointer, value] : flat.items()) {
      ASSERT_TRUE(row.contains(name_of(pointer))) << pointer;
      const std::string& field = row.at(name_of(pointer));
      if (value.is_string())
        EXPECT_EQ(field, value.get<std::string>());
      else
        EXPECT_EQ(std::stod(field), value.get<double>()) << pointer;
    }
  }
  EXPECT_EQ(found[1].at("time/device"), kDevice);
}

INSTANTIATE_TEST_SUITE_P(Experts, MetricsTables, ::testing::Values(0, 2, 12));

TEST(MetricsTable, LeavesEmptyWhatALineDoesNotSay) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EpochRecord diverged;
  diverged.epoch = 3;
  diverged.learning_rate = nan;
  const std::vector<Row> found =
      rows(metrics_csv(line(1, 0) + line(2, 0, 2.5) + metrics_line(diverged) + "\n"));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].at("grad_norm"), "");
  EXPECT_EQ(found[1].at("grad_norm"), "2.5");
  EXPECT_EQ(found[2].at("learning_rate"), "");
  EXPECT_EQ(found[2].at("epoch"), "3");
}

TEST(MetricsTable, GrowsByTheRowThatTheWholeTableWouldHave) {
  const std::string first = line(1, 2, 1.5), second = line(2, 2, 0.5);
  const std::string table = metrics_csv(first);
  EXPECT_EQ(table + metrics_row(table, second).value(), metrics_csv(first + second));
  // One that says less has empty fields; one that says more has no row in this table.
  EXPECT_EQ(table + metrics_row(table, line(2, 2)).value(), metrics_csv(first + line(2, 2)));
  EXPECT_FALSE(metrics_row(metrics_csv(line(1, 2)), second).has_value());
  EXPECT_FALSE(metrics_row("", first).has_value());
}

}  // namespace
}  // namespace switchyard
