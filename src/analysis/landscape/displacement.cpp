#include "analysis/landscape/displacement.hpp"

#include <utility>

namespace switchyard {

Displacement::Displacement(ParameterSpace& space) : space_(space) {
  for (const Parameter* p : space.parameters()) origin_.push_back(p->value);
}

// Once the origin is known, the destructor runs whatever happens on the way.
Displacement::Displacement(ParameterSpace& space, std::span<const double> coordinates,
                           std::span<const Tensor> directions)
    : Displacement(space) {
  SY_REQUIRE(coordinates.size() == directions.size(), ExitCode::run_failed,
             "{} coordinates were given along {} directions", coordinates.size(),
             directions.size());
  for (std::size_t i = 0; i < directions.size(); ++i)
    if (coordinates[i] != 0) space.move(coordinates[i], directions[i]);
}

Displacement::~Displacement() {
  for (std::size_t i = 0; i < origin_.size(); ++i)
    space_.parameters()[i]->value = std::move(origin_[i]);
  space_.state().mark_changed();
}

}  // namespace switchyard
