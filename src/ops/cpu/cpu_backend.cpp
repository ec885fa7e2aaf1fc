#include "ops/cpu/cpu_backend.hpp"

#include "ops/cpu/conv_engine.hpp"

namespace switchyard {

CpuBackend::CpuBackend() : conv_engine_(std::make_unique<ConvEngine>(RefBackend::allocator())) {}

CpuBackend::~CpuBackend() = default;

}  // namespace switchyard
