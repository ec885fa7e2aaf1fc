#include "base/stop_signals.hpp"

#include <csignal>
#include <ctime>

namespace switchyard {
namespace {

sigset_t stop_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGUSR1);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  sigset_t set = stop_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

StopSignals::~StopSignals() {
  // What is still pending was meant for the work that ends here.
  requested();
  sigset_t set = stop_set();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

bool StopSignals::requested() {
  sigset_t set = stop_set();
  timespec now = {0, 0};
  while (sigtimedwait(&set, nullptr, &now) > 0) requested_ = true;
  return requested_;
}

}  // namespace switchyard
