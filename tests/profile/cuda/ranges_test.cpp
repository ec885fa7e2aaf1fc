// Ranges as a tool gets them, such as Nsight Systems. This one is linked into the test.

#include <cstdint>

// Where NVTX looks for such a tool; its header declares this for programs without one.
#define NVTX_STATIC_INJECTION_IMPL
extern "C" {
extern int (*InitializeInjectionNvtx2_fnptr)(const void* (*)(std::uint32_t));
}
#include <gtest/gtest.h>
#include <nvtx3/nvToolsExt.h>

#include <string>
#include <vector>

#include "profile/cuda/cuda_timer.hpp"
#include "profile/recorder.hpp"

namespace {

std::vector<std::string>& heard() {
  static std::vector<std::string> heard;
  return heard;
}

int push(const char* name) {
  heard().emplace_back(name);
  return 0;
}

int pop() {
  heard().emplace_back("end");
  return 0;
}

int attach(NvtxGetExportTableFunc_t export_table) {
  const auto* callbacks =
      static_cast<const NvtxExportTableCallbacks*>(export_table(NVTX_ETID_CALLBACKS));
  NvtxFunctionTable functions = nullptr;
  unsigned size = 0;
  if (!callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE, &functions, &size)) return 0;
  *functions[NVTX_CBID_CORE_RangePushA] = reinterpret_cast<NvtxFunctionPointer>(push);
  *functions[NVTX_CBID_CORE_RangePop] = reinterpret_cast<NvtxFunctionPointer>(pop);
  return 1;
}

}  // namespace

NvtxInitializeInjectionNvtxFunc_t InitializeInjectionNvtx2_fnptr = attach;

namespace switchyard {
namespace {

TEST(Ranges, AreTheZonesOfRecordedSteps) {
  const auto device = open_cuda_device(0);
  CudaTimer timer(*device);
  Recorder recorder(StepKind::training, {.first = 1, .last = 2}, &timer);
  heard().clear();
  for (int step = 0; step < 3; ++step) {
    recorder.begin_step(StepKind::training, step);
    {
      const ZoneScope outer(&recorder, Zone::experts);
      const ZoneScope inner(&recorder, Zone::norm_sync, Pass::backward);
    }
    recorder.end_step(StepKind::training);
  }
  EXPECT_EQ(heard(), (std::vector<std::string>{"experts", "batch-norm sync", "end", "end"}));
}

}  // namespace
}  // namespace switchyard
