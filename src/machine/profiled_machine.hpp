#pragma once
// A machine whose work and exchanges are watched by a recorder.

#include <optional>

#include "comm/profiled_communicator.hpp"
#include "machine/machine.hpp"

namespace switchyard {

class ProfiledMachine final : public Machine {
 public:
  /// Both must outlive it. Its backend is `inner`'s, which has this recorder while this lives.
  ProfiledMachine(Machine& inner, Recorder& recorder);
  ~ProfiledMachine() override;
  ProfiledMachine(const ProfiledMachine&) = delete;
  ProfiledMachine& operator=(const ProfiledMachine&) = delete;

  Backend& backend() override { return inner_.backend(); }
  Communicator& world() override;
  std::string description() const override { return inner_.description(); }
  std::size_t reserved_bytes() const override { return inner_.reserved_bytes(); }
  std::size_t available_bytes() const override { return inner_.available_bytes(); }
  DeviceTimer* timer() override { return inner_.timer(); }

 private:
  Machine& inner_;
  std::optional<ProfiledCommunicator> world_;  ///< where there is more than one rank
};

}  // namespace switchyard
