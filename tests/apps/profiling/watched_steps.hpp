#pragma once
// Training steps of a tiny SparseMoE under a profile, on a machine that a test can slow down.

#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "comm/forwarding_communicator.hpp"
#include "machine/machine.hpp"
#include "ops/forwarding_backend.hpp"
#include "support/tiny_classifier.hpp"

namespace switchyard::test {

using Json = nlohmann::json;

inline constexpr int kFirst = 1, kLast = 4;  ///< recorded steps

/// Sleeps, and knows for how long it really did: the truth that a report must find.
class Sleeper {
 public:
  explicit Sleeper(std::chrono::milliseconds each) : each_(each) {}
  void sleep();
  /// Counts from now on, or no more.
  void count(bool on) { counting_ = on; }
  double seconds_a_step() const { return seconds_ / (kLast - kFirst); }

 private:
  std::chrono::milliseconds each_;
  bool counting_ = false;
  double seconds_ = 0;
};

/// Sleeps in one kernel.
class SleepyBackend final : public InterceptingBackend<SleepyBackend> {
 public:
  SleepyBackend(Backend& inner, std::string_view kernel, Sleeper& sleeper)
      : InterceptingBackend(inner), kernel_(kernel), sleeper_(sleeper) {}

 private:
  friend InterceptingBackend;
  template <class Method, class... Args>
  decltype(auto) intercept(std::string_view kernel, Method method, Args&&... args) {
    if (kernel == kernel_) sleeper_.sleep();
    return (inner().*method)(std::forward<Args>(args)...);
  }

  std::string_view kernel_;
  Sleeper& sleeper_;
};

/// Every wait for rows takes longer, on all ranks.
class ThrottledCommunicator final : public ForwardingCommunicator {
 public:
  ThrottledCommunicator(Communicator& inner, Sleeper& sleeper)
      : ForwardingCommunicator(inner), sleeper_(sleeper) {}
  std::unique_ptr<Request> start_all_to_all_rows(Tensor send, Counts send_rows, Tensor receive,
                                                 Counts receive_rows) override;
  std::unique_ptr<Communicator> split(int color, std::string name) override;

 private:
  ThrottledCommunicator(std::unique_ptr<Communicator> inner, Sleeper& sleeper)
      : ForwardingCommunicator(*inner), owned_(std::move(inner)), sleeper_(sleeper) {}

  std::unique_ptr<Communicator> owned_;
  Sleeper& sleeper_;
};

class TestMachine final : public Machine {
 public:
  TestMachine(Backend& backend, Communicator& world) : backend_(backend), world_(world) {}
  Backend& backend() override { return backend_; }
  Communicator& world() override { return world_; }
  std::string description() const override { return "test"; }
  std::size_t reserved_bytes() const override { return 0; }
  std::size_t available_bytes() const override { return 0; }

 private:
  Backend& backend_;
  Communicator& world_;
};

/// The classifier of a test, of deterministic routing, experts sharded over all ranks.
std::unique_ptr<DistributedClassifier> plain_classifier(Machine& machine);
/// This rank's part of the batch of every step.
Batch share_of_step(Machine& machine);

/// What the profile of a few steps of that classifier says, on rank 0; null on others. `prepare`
/// may change the classifier first; `sleeper` counts in recorded steps. Collective.
Json profile_steps(Machine& machine, Sleeper* sleeper = nullptr,
                   const std::function<void(DistributedClassifier&)>& prepare = {});

/// The entry of an array with these values.
const Json& find(const Json& array, const Json& values);

}  // namespace switchyard::test
