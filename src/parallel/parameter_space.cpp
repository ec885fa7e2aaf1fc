#include "parallel/parameter_space.hpp"

#include <algorithm>

namespace switchyard {
namespace {

std::vector<Parameter*> replicated_first(ModelState& state,
                                         const std::function<bool(const std::string&)>& selected) {
  std::vector<Parameter*> parameters;
  for (Parameter& p : state.parameters())
    if (selected(p.name)) parameters.push_back(&p);
  std::stable_partition(parameters.begin(), parameters.end(),
                        [](const Parameter* p) { return !p->expert; });
  return parameters;
}

std::vector<VectorSegment> segments_of(const std::vector<Parameter*>& parameters) {
  std::vector<VectorSegment> segments;
  for (const Parameter* p : parameters)
    segments.push_back({p->name, p->value.numel(), p->expert.has_value()});
  return segments;
}

}  // namespace

ParameterSpace::ParameterSpace(ModelState& state, const ProcessGrid& grid,
                               const std::function<bool(const std::string&)>& selected)
    : state_(state),
      grid_(grid),
      parameters_(replicated_first(state, selected)),
      vectors_(state.backend(), grid.expert_parallel(), state.dtype(), segments_of(parameters_)) {
  SY_REQUIRE(vectors_.dimension() > 0, ExitCode::bad_usage,
             "no parameter of the model is selected; choose some that it has");
}

Tensor ParameterSpace::part(const Tensor& x, std::size_t index) const {
  return vectors_.segment(x, index).reshape(parameters_[index]->value.shape());
}

void ParameterSpace::move(double factor, const Tensor& x) {
  Backend& backend = state_.backend();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Tensor& value = parameters_[i]->value;
    value = backend.convert(value, value.dtype());
    backend.add_scaled(value, part(x, i), factor);
  }
  state_.mark_changed();
}

void ParameterSpace::sum_over_copies(Tensor& x) const {
  auto segments = vectors_.segments();
  auto owned = static_cast<std::size_t>(std::ranges::find_if(segments, &VectorSegment::owned) -
                                        segments.begin());
  std::int64_t end = vectors_.local_size();
  std::int64_t first_owned = owned < segments.size() ? vectors_.offset(owned) : end;
  Tensor replicated = x.rows(0, first_owned), own = x.rows(first_owned, end);
  if (replicated.numel() > 0) grid_.world().all_reduce_sum(replicated);
  if (own.numel() > 0) grid_.data_parallel().all_reduce_sum(own);
}

}  // namespace switchyard
