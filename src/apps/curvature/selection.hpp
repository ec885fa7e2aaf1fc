#pragma once
// Which parameters a matrix is over, and the groups that figures are given for.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/trace/hutchinson.hpp"
#include "model/state.hpp"
#include "parallel/grid.hpp"

namespace switchyard {

/// Parameters of the whole model, those of other ranks' experts included.
struct ParameterList {
  std::vector<std::string> names;
  std::vector<std::int64_t> sizes;  ///< elements
};
/// The same on every rank. Collective.
ParameterList list_parameters(ModelState& state, const ProcessGrid& grid);

using Selected = std::function<bool(const std::string&)>;

/// Accepts the names that one of the patterns matches: shell patterns, separated by commas; * also
/// matches dots. A pattern that matches no name is an Error(bad_usage) that lists what there is.
Selected select_parameters(const std::string& patterns, const ParameterList& list);

/// "stem", "layer1" ... "layer4", "gate", "expert 0" ..., or "head" for a dense one's.
std::string group_of(const std::string& parameter);

struct ParameterGroup {
  std::string name;
  std::int64_t parameters = 0;
};
/// The groups of the parameters that are selected, in the order of `list`.
std::vector<ParameterGroup> parameter_groups(const ParameterList& list, const Selected& selected);

/// The groups of a space's segments, numbered as in `groups`.
SegmentGroups segment_groups(const VectorSpace& space, const std::vector<ParameterGroup>& groups);

}  // namespace switchyard
