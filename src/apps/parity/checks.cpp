#include "apps/parity/checks.hpp"

namespace switchyard::parity {

void check_fixture(const Fixture& fixture, const Machine& machine, Report& report) {
  switch (fixture.kind()) {
    case FixtureKind::eval:
      return check_eval(fixture, machine, report);
    case FixtureKind::hvp:
      return check_hvp(fixture, machine, report);
    case FixtureKind::train:
      return check_train(fixture, machine, report);
    case FixtureKind::sgd:
      return check_sgd(fixture, machine, report);
    case FixtureKind::full:
      return check_full(fixture, machine, report);
    case FixtureKind::model:
    case FixtureKind::spectrum:
      return;
  }
}

}  // namespace switchyard::parity
