#include "ops/cuda/cudnn_engine.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "device/cuda/event.hpp"
#include "ops/cuda/conv_choices.hpp"
#include "ops/cuda/conv_plan.hpp"

namespace switchyard {
namespace {

constexpr std::size_t kTimedRuns = 5;

struct DestroyHandle {
  void operator()(cudnnHandle_t handle) const { cudnnDestroy(handle); }
};
using CudnnHandle = std::unique_ptr<cudnnContext, DestroyHandle>;

CudnnHandle make_handle(cudaStream_t stream) {
  cudnnHandle_t made = nullptr;
  SY_CUDNN(cudnnCreate(&made));
  CudnnHandle handle(made);
  SY_CUDNN(cudnnSetStream(made, stream));
  return handle;
}

/// One that keeps its time.
CudaEvent make_mark() {
  cudaEvent_t event = nullptr;
  SY_CUDA(cudaEventCreateWithFlags(&event, cudaEventDefault));
  return CudaEvent(event);
}

std::int64_t common_alignment(const ConvOperands& operands) {
  std::uintptr_t bits = 16;
  for (const Tensor* x :
       {&operands.x, &operands.w, &operands.y, &operands.bias, &operands.residual})
    if (*x) bits |= reinterpret_cast<std::uintptr_t>(x->raw());
  return static_cast<std::int64_t>(bits & -bits);
}

}  // namespace

class CudnnEngine::Impl {
 public:
  Impl(CudaDevice& device, const CudaBackendOptions& options)
      : device_(device),
        rules_{options.fast_nondeterministic, options.precision == Precision::tf32},
        log_(options.log ? options.log : [](const std::string&) {}),
        choices_(options.choices),
        handle_(make_handle(device.stream())) {}

  bool run(ConvOperation operation, const ConvOperands& operands) {
    operation.alignment = common_alignment(operands);
    auto known = plans_.find(operation);
    if (known == plans_.end()) known = plans_.emplace(operation, choose(operation, operands)).first;
    if (!known->second) return false;
    check_cudnn(start(*known->second, operands), "cudnnBackendExecute");
    return true;
  }

 private:
  std::optional<ConvPlan> choose(const ConvOperation& operation, const ConvOperands& operands) {
    SY_REQUIRE(!device_.capturing(), ExitCode::run_failed,
               "{} is being recorded, but its algorithm has not been chosen yet, which takes "
               "measurements; run the same work once before recording it",
               to_string(operation));
    const std::string key = key_of(operation);
    if (const auto recorded = choices_.find(key))
      if (auto plans = list_plans(handle_.get(), operation, rules_, *recorded); !plans.empty()) {
        log(operation, plans[0], "as chosen before");
        return std::move(plans[0]);
      }
    return measure_all(key, operation, operands);
  }

  std::optional<ConvPlan> measure_all(const std::string& key, const ConvOperation& operation,
                                      const ConvOperands& operands) {
    std::vector<ConvPlan> plans;
    std::vector<float> times;
    for (ConvPlan& plan : list_plans(handle_.get(), operation, rules_))
      if (const std::optional<float> time = measure(plan, operands)) {
        plans.push_back(std::move(plan));
        times.push_back(*time);
      }
    if (plans.empty()) {
      log_(fmt::format("{}: cuDNN has no engine for it", to_string(operation)));
      return {};
    }
    const std::size_t fastest = choose_fastest(times);
    const std::string agreed = settle(key, plans[fastest].engine);
    const auto other = std::ranges::find(plans, agreed, &ConvPlan::engine);
    const std::size_t best = other == plans.end() ? fastest : other - plans.begin();
    log(operation, plans[best], fmt::format("{:.3f} ms, of {} tried", times[best], plans.size()));
    return std::move(plans[best]);
  }

  /// What tells choices apart, beside the device: whatever engines are proposed for.
  std::string key_of(const ConvOperation& operation) const {
    return fmt::format("{}, cuDNN {}: {}, aligned to {}{}{}", device_.info().name,
                       cudnnGetVersion(), to_string(operation), operation.alignment,
                       rules_.tf32 ? ", tf32" : "",
                       rules_.nondeterministic ? ", nondeterministic" : "");
  }

  std::string settle(const std::string& key, const std::string& engine) {
    try {
      return choices_.settle(key, engine);
    } catch (const Error& error) {
      log_(error.what());
      choices_ = ConvChoices({});
      return engine;
    }
  }

  /// Milliseconds of a run; nothing where it does not run after all, for lack of memory say.
  std::optional<float> measure(const ConvPlan& plan, const ConvOperands& operands) {
    std::array<CudaEvent, kTimedRuns + 1> marks;
    for (CudaEvent& mark : marks) mark = make_mark();
    try {
      for (CudaEvent& mark : marks) {  // the run before the first mark warms up
        if (start(plan, operands) != CUDNN_STATUS_SUCCESS) return {};
        SY_CUDA(cudaEventRecord(mark.get(), device_.stream()));
      }
    } catch (const OutOfMemory&) {
      return {};
    }
    device_.synchronize();
    std::array<float, kTimedRuns> times{};
    for (std::size_t i = 0; i < kTimedRuns; ++i)
      SY_CUDA(cudaEventElapsedTime(&times[i], marks[i].get(), marks[i + 1].get()));
    std::ranges::nth_element(times, times.begin() + kTimedRuns / 2);
    return times[kTimedRuns / 2];
  }

  cudnnStatus_t start(const ConvPlan& plan, const ConvOperands& operands) {
    const auto bytes = static_cast<std::size_t>(plan.workspace_bytes);
    const Block workspace = bytes ? device_.allocator().allocate(bytes) : Block();
    return enqueue_plan(handle_.get(), plan, operands, workspace.get());
  }

  void log(const ConvOperation& operation, const ConvPlan& plan, const std::string& how) {
    log_(fmt::format("{}: cuDNN engine {}, {:.1f} MiB of workspace, {}", to_string(operation),
                     plan.engine, static_cast<double>(plan.workspace_bytes) / (1 << 20), how));
  }

  CudaDevice& device_;
  EngineRules rules_;
  std::function<void(const std::string&)> log_;
  ConvChoices choices_;
  CudnnHandle handle_;
  std::map<ConvOperation, std::optional<ConvPlan>> plans_;
};

CudnnEngine::CudnnEngine(CudaDevice& device, const CudaBackendOptions& options)
    : impl_(std::make_unique<Impl>(device, options)) {}

CudnnEngine::~CudnnEngine() = default;

bool CudnnEngine::run(const ConvOperation& operation, const ConvOperands& operands) {
  return impl_->run(operation, operands);
}

}  // namespace switchyard
