#include "cuda_emulation/worker.hpp"

#include <boost/context/fixedsize_stack.hpp>
#include <boost/context/preallocated.hpp>
#include <cstddef>
#include <memory>
#include <utility>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace cuda_emulation {
namespace {

namespace context = boost::context;

constexpr std::size_t kStackBytes = 64 * 1024;

}  // namespace

void Worker::announce([[maybe_unused]] Stack& from, [[maybe_unused]] const Stack& to) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_start_switch_fiber(&from.fake, to.bottom, to.bytes);
#endif
}

void Worker::arrive([[maybe_unused]] Stack& here, [[maybe_unused]] Stack& other) {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(here.fake, &other.bottom, &other.bytes);
#endif
}

Worker::Worker(std::function<void(Worker&)> body) : body_(std::move(body)) {
  context::fixedsize_stack stacks(kStackBytes);
  context::stack_context stack = stacks.allocate();
  own_ = {static_cast<std::byte*>(stack.sp) - stack.size, stack.size};
  fiber_ = context::fiber(std::allocator_arg, context::preallocated(stack.sp, stack.size, stack),
                          stacks, [this](context::fiber&& caller) {
                            caller_ = std::move(caller);
                            arrive(own_, caller_stack_);
                            body_(*this);
                            return std::move(caller_);
                          });
}

void Worker::enter() {
  announce(caller_stack_, own_);
  fiber_ = std::move(fiber_).resume();
  Stack ignored;
  arrive(caller_stack_, ignored);
}

void Worker::leave() {
  announce(own_, caller_stack_);
  caller_ = std::move(caller_).resume();
  arrive(own_, caller_stack_);
}

}  // namespace cuda_emulation
