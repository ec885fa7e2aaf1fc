#include "machine/profiled_machine.hpp"

namespace switchyard {

ProfiledMachine::ProfiledMachine(Machine& inner, Recorder& recorder) : inner_(inner) {
  inner_.backend().set_recorder(&recorder);
  if (inner_.world().size() > 1) world_.emplace(inner_.world(), recorder);
}

ProfiledMachine::~ProfiledMachine() {
  inner_.backend().set_recorder(nullptr);
}

Communicator& ProfiledMachine::world() {
  return world_ ? *world_ : inner_.world();
}

}  // namespace switchyard
