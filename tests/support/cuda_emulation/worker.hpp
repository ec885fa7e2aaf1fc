#pragma once
// A stack of its own for work that waits in the middle of a function.

#include <boost/context/fiber.hpp>
#include <cstddef>
#include <functional>

namespace cuda_emulation {

/// Lives as long as the process: work that was left in the middle stays there.
class Worker {
 public:
  /// `body` must not return.
  explicit Worker(std::function<void(Worker&)> body);
  ~Worker() = delete;

  /// Runs `body`, from where it was left, until it leaves.
  void enter();
  /// Within `body`: goes back to whoever entered.
  void leave();

 private:
  // What the address sanitizer is told of a switch: where the other stack is.
  struct Stack {
    const void* bottom = nullptr;
    std::size_t bytes = 0;
    void* fake = nullptr;
  };
  static void announce(Stack& from, const Stack& to);
  static void arrive(Stack& here, Stack& other);

  std::function<void(Worker&)> body_;
  Stack own_;
  Stack caller_stack_;
  boost::context::fiber fiber_;   // while it is left
  boost::context::fiber caller_;  // while it is entered
};

}  // namespace cuda_emulation
