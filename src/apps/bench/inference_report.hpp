#pragma once
// What an inference benchmark found, as a table and as JSON.

#include <string>
#include <vector>

#include "apps/bench/repetition.hpp"
#include "apps/json.hpp"
#include "model/config.hpp"

namespace switchyard {

struct HeadFigures {
  HeadKind head = HeadKind::dense;
  std::string run = {};             ///< folder of its weights; empty: initial ones
  std::int64_t parameters = 0;      ///< of the whole model
  std::int64_t peak_bytes = 0;      ///< see InferenceSubject
  std::vector<double> host = {};    ///< seconds of each pass, of its slowest rank
  std::vector<double> device = {};  ///< empty where there is no device
};

struct InferenceFigures {
  std::int64_t batch = 0;
  std::vector<HeadFigures> heads;
};

/// relative_to_dense: in passes of the same rounds, this head's time over that of dense; null
/// without dense.
Json heads_to_json(const InferenceFigures& figures);

/// The lines of heads for a terminal.
std::string heads_table(const InferenceFigures& figures);

}  // namespace switchyard
