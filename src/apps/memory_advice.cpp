#include "apps/memory_advice.hpp"

#include <new>

#include "device/allocator.hpp"

namespace switchyard {

ExitCode with_memory_advice(std::string_view option, const std::function<ExitCode()>& work) {
  try {
    return work();
  } catch (const OutOfMemory& error) {
    fail(ExitCode::run_failed, fmt::format("{}: lower {}", error.what(), option), error.origin());
  } catch (const std::bad_alloc&) {
    fail(ExitCode::run_failed,
         fmt::format("out of host memory; use fewer ranks on this host, a machine with more "
                     "memory, or smaller tensors: lower {}",
                     option));
  }
}

}  // namespace switchyard
