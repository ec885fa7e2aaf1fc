#include "apps/routing/sample_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>
#include <string_view>

#include "analysis/routing/routing_sums.hpp"
#include "base/config/value_text.hpp"
#include "base/file.hpp"
#include "comm/gather_texts.hpp"

namespace switchyard {
namespace {

constexpr std::string_view kHead = "sample,label,predicted,expert,weight,margin";
constexpr std::size_t kColumns = 6;

SampleLine line_of(const RoutedSamples& samples, std::size_t i) {
  const int expert = top_expert(samples, i);
  SampleLine line{.sample = samples.id(i),
                  .label = samples.label(i),
                  .predicted = predicted_class(samples, i),
                  .expert = expert,
                  .weight = samples.weights(i)[static_cast<std::size_t>(expert)]};
  line.margin = samples.margin(i).value_or(line.margin);
  return line;
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream words(line);
  for (std::string cell; std::getline(words, cell, ',');) cells.push_back(cell);
  if (line.ends_with(',')) cells.emplace_back();
  return cells;
}

template <class T>
T number(const std::string& cell, const std::filesystem::path& file) {
  const auto value = parse_number<T>(cell);
  SY_REQUIRE(value, ExitCode::bad_data,
             "{} has '{}' where a number belongs; run switchyard routing on its run anew",
             file.string(), cell);
  return *value;
}

}  // namespace

std::vector<SampleLine> sample_lines(const RoutedSamples& samples) {
  std::vector<SampleLine> lines;
  for (std::size_t i = 0; i < samples.size(); ++i) lines.push_back(line_of(samples, i));
  return lines;
}

std::vector<SampleLine> gather_lines(const std::vector<SampleLine>& own, Communicator& world) {
  std::vector<SampleLine> all;
  const std::string bytes(reinterpret_cast<const char*>(own.data()),
                          own.size() * sizeof(SampleLine));
  for (const std::string& of_rank : gather_texts(world, bytes)) {
    std::vector<SampleLine> lines(of_rank.size() / sizeof(SampleLine));
    std::memcpy(static_cast<void*>(lines.data()), of_rank.data(), of_rank.size());
    all.insert(all.end(), lines.begin(), lines.end());
  }
  std::ranges::sort(all, {}, &SampleLine::sample);
  return all;
}

std::string sample_table(const std::vector<SampleLine>& lines) {
  std::string text = fmt::format("{}\n", kHead);
  for (const SampleLine& line : lines)
    text += fmt::format("{},{},{},{},{},{}\n", line.sample, line.label, line.predicted, line.expert,
                        line.weight, std::isnan(line.margin) ? "" : fmt::format("{}", line.margin));
  return text;
}

std::vector<SampleLine> read_sample_table(const std::filesystem::path& file) {
  std::istringstream text(read_file(file));
  std::string line;
  SY_REQUIRE(std::getline(text, line) && line == kHead, ExitCode::bad_data,
             "{} is no table of routed samples (it does not begin with {}); run switchyard routing "
             "on its run",
             file.string(), kHead);
  std::vector<SampleLine> lines;
  while (std::getline(text, line)) {
    const std::vector<std::string> cells = cells_of(line);
    SY_REQUIRE(cells.size() == kColumns, ExitCode::bad_data,
               "{} has a line of {} columns ('{}'); run switchyard routing on its run anew",
               file.string(), cells.size(), line);
    SampleLine read{.sample = number<std::int64_t>(cells[0], file),
                    .label = number<std::int32_t>(cells[1], file),
                    .predicted = number<std::int32_t>(cells[2], file),
                    .expert = number<std::int32_t>(cells[3], file),
                    .weight = number<double>(cells[4], file)};
    if (!cells[5].empty()) read.margin = number<double>(cells[5], file);
    lines.push_back(read);
  }
  return lines;
}

}  // namespace switchyard
