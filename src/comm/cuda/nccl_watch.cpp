#include "comm/cuda/nccl_watch.hpp"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace switchyard {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// As long as this a wait polls without a pause; then it leaves the processor to others.
constexpr auto kYieldFor = std::chrono::milliseconds(2);
constexpr auto kPause = std::chrono::microseconds(50);
constexpr auto kRollCall = std::chrono::seconds(5);

// Asks over the host's group who is still there: its own errors name the ranks.
std::string find_missing(WatchedGroup& group) {
  try {
    group.host.set_deadline(std::min<std::chrono::milliseconds>(group.host.deadline(), kRollCall));
    group.host.barrier();
    return "all its ranks are alive and wait too: look at the network (NCCL_SOCKET_IFNAME, "
           "NCCL_IB_HCA name the interfaces to use; NCCL_DEBUG=INFO tells what is used)";
  } catch (const Error& error) {
    return error.what();
  }
}

void check_deadline(WatchedGroup& group, const std::string& call, Clock::duration waited) {
  const auto deadline = group.host.deadline();
  if (waited <= deadline) return;
  end_group(group, call,
            fmt::format("waited {:.1f} s, past the deadline of {:.1f} s", Seconds(waited).count(),
                        Seconds(deadline).count()));
}

// Polls `done` and, once it takes long, calls `look` with the time waited.
void poll(const std::function<bool()>& done, const std::function<void(Clock::duration)>& look) {
  const auto begin = Clock::now();
  while (!done()) {
    const auto waited = Clock::now() - begin;
    if (waited < kYieldFor) {
      sched_yield();
    } else {
      look(waited);
      std::this_thread::sleep_for(kPause);
    }
  }
}

}  // namespace

void end_group(WatchedGroup& group, const std::string& call, const std::string& problem) {
  group.comm->abort();
  fail(ExitCode::run_failed, fmt::format("rank {} in {} {}: {}", group.host.rank().value, call,
                                         problem, find_missing(group)));
}

const NcclCall* WatchedGroup::oldest() {
  while (!calls.empty() && has_passed(calls.front()->done.get())) calls.pop_front();
  return calls.empty() ? nullptr : calls.front().get();
}

NcclWatch::NcclWatch(CudaDevice& device) : device_(device), stream_(make_stream()) {
  device_.set_event_wait([this](cudaEvent_t event) { wait(event); });
  device_.set_exchange_stream(stream());
}

NcclWatch::~NcclWatch() {
  device_.set_exchange_stream(nullptr);
  device_.set_event_wait({});
}

void NcclWatch::settle(WatchedGroup& group, const std::string& call) {
  const auto ready = [&] {
    try {
      return group.comm->ready();
    } catch (const Error& error) {
      end_group(group, call, error.what());
    }
  };
  poll(ready, [&](Clock::duration waited) {
    check_deadline(group, call, waited);
    group.host.progress();
  });
}

void NcclWatch::check(WatchedGroup& group) {
  SY_REQUIRE(!group.comm->aborted(), ExitCode::run_failed,
             "{} has been given up after an error; end the launch", group.name);
  try {
    group.comm->ready();
  } catch (const Error& error) {
    const NcclCall* call = group.oldest();
    end_group(group, call ? call->text : group.name, error.what());
  }
}

void NcclWatch::wait(cudaEvent_t event) {
  poll([event] { return has_passed(event); },
       [this](Clock::duration waited) {
         for (WatchedGroup* group : groups_) {
           check(*group);
           const NcclCall* call = group->oldest();
           if (call) check_deadline(*group, call->text, waited);
           group->host.progress();
         }
       });
}

}  // namespace switchyard
