#include "ops/backend.hpp"

#include "base/error.hpp"
#include "ops/cpu/cpu_backend.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {

std::unique_ptr<Backend> make_backend(BackendKind kind) {
  switch (kind) {
    case BackendKind::ref:
      return std::make_unique<RefBackend>();
    case BackendKind::cpu:
      return std::make_unique<CpuBackend>();
  }
  fail(ExitCode::run_failed, "unknown backend");
}

}  // namespace switchyard
