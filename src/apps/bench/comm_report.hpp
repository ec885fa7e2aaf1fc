#pragma once
// What a benchmark of collectives found: nccl-tests' table, and JSON.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/bench/collective_call.hpp"
#include "apps/json.hpp"

namespace switchyard {

/// One size.
struct CommRow {
  std::int64_t size = 0;   ///< CollectiveCall::size()
  std::int64_t count = 0;  ///< CollectiveCall::count()
  DType dtype = DType::f32;
  bool sums = false;
  bool in_place = false;
  int root = -1;
  double factor = 0;                        ///< bus_factor()
  std::int64_t travelling_bytes = 0;        ///< CollectiveCall::travelling_bytes()
  std::vector<double> seconds = {};         ///< of a call, one a repetition
  std::vector<double> device_seconds = {};  ///< empty without a device
  std::optional<std::int64_t> wrong = {};   ///< nothing where results were not checked

  double algbw() const;  ///< bytes a second, of the median time
  double busbw() const { return algbw() * factor; }
};

/// One collective on one communicator, all sizes.
struct CommTable {
  std::string collective;
  std::string communicator;
  std::vector<CommRow> rows = {};

  double mean_busbw() const;
  std::int64_t wrong() const;
};

/// Above a table, its lines, and below it.
std::string table_head(std::string_view collective, std::string_view communicator);
std::string table_line(const CommRow& row);
std::string table_foot(const CommTable& table);

Json to_json(const CommTable& table);

}  // namespace switchyard
