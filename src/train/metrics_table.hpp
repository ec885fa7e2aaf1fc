#pragma once
// The lines of metrics.jsonl as flat values under names: columns of metrics.csv, tags of event
// files.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard {

struct FlatMetric {
  std::string name;
  std::string text;              ///< as metrics.jsonl has it, without quotes; empty for a null
  std::optional<double> number;  ///< of `text`, where it is one
};

/// What a line of metrics.jsonl says, in its order. Nested names have / between them; the value of
/// an expert stands under .../expert-E, and of dead experts their number.
std::vector<FlatMetric> flat_metrics(std::string_view line);

/// Lines of metrics.jsonl as CSV, quoted as RFC 4180 has it: a header of all names that occur, a
/// row an epoch, empty where its line says nothing; nothing of no lines. Numbers are read to the
/// bit.
std::string metrics_csv(std::string_view lines);

/// What a line adds to such a table; none where it has a name that the header does not.
std::optional<std::string> metrics_row(std::string_view csv, std::string_view line);

}  // namespace switchyard
