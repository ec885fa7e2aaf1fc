// The emulation's own rules: the order of streams, times of events, and what spoils a capture.

#include "cuda_emulation/stream.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace cuda_emulation {
namespace {

class EmulatedStream : public ::testing::Test {
 protected:
  void SetUp() override {
    setenv("CUDA_EMULATION_LAZY", "1", 1);
    for (cudaStream_t* stream : {&a, &b})
      ASSERT_EQ(cudaStreamCreateWithFlags(stream, cudaStreamNonBlocking), cudaSuccess);
    ASSERT_EQ(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), cudaSuccess);
  }
  void TearDown() override {
    cudaEventDestroy(event);
    for (cudaStream_t stream : {a, b}) cudaStreamDestroy(stream);
    unsetenv("CUDA_EMULATION_LAZY");
  }
  void say(cudaStream_t stream, const char* word) {
    enqueue(stream, [this, word] { said += word; });
  }

  cudaStream_t a = nullptr;
  cudaStream_t b = nullptr;
  cudaEvent_t event = nullptr;
  std::string said;
};

TEST_F(EmulatedStream, LateWorkRunsWhenItIsWaitedFor) {
  say(a, "1");
  say(a, "2");
  EXPECT_EQ(said, "");
  EXPECT_EQ(cudaStreamSynchronize(a), cudaSuccess);
  EXPECT_EQ(said, "12");
}

TEST_F(EmulatedStream, WorkRunsAtOnceUnlessItIsPutOff) {
  unsetenv("CUDA_EMULATION_LAZY");
  say(a, "1");
  EXPECT_EQ(said, "1");
}

TEST_F(EmulatedStream, StreamsAreOrderedByEventsAlone) {
  say(a, "1");
  cudaEventRecord(event, a);
  say(a, "late");
  cudaStreamWaitEvent(b, event, 0);
  say(b, "2");
  cudaStreamSynchronize(b);
  EXPECT_EQ(said, "12");
}

TEST_F(EmulatedStream, AnEventIsPassedWhenWhatCameBeforeItIsDone) {
  say(a, "1");
  cudaEventRecord(event, a);
  say(a, "2");
  EXPECT_EQ(cudaEventQuery(event), cudaErrorNotReady);
  EXPECT_EQ(cudaEventSynchronize(event), cudaSuccess);
  EXPECT_EQ(said, "1");
  EXPECT_EQ(cudaEventQuery(event), cudaSuccess);
}

class EmulatedClock : public EmulatedStream {
 protected:
  void SetUp() override {
    EmulatedStream::SetUp();
    for (cudaEvent_t* made : {&first, &second}) ASSERT_EQ(cudaEventCreate(made), cudaSuccess);
  }
  void TearDown() override {
    for (cudaEvent_t made : {first, second}) cudaEventDestroy(made);
    unsetenv("CUDA_EMULATION_DRIFT");
    EmulatedStream::TearDown();
  }
  void work(cudaStream_t stream) {
    enqueue(stream, [] { std::this_thread::sleep_for(std::chrono::milliseconds(2)); });
  }
  float elapsed(cudaEvent_t from, cudaEvent_t to) {
    float milliseconds = 0;
    EXPECT_EQ(cudaEventElapsedTime(&milliseconds, from, to), cudaSuccess);
    return milliseconds;
  }

  cudaEvent_t first = nullptr;
  cudaEvent_t second = nullptr;
};

TEST_F(EmulatedClock, EventsHaveTheTimesAtWhichTheirStreamsGotThere) {
  cudaEventRecord(first, a);
  work(a);
  cudaEventRecord(second, a);
  cudaStreamSynchronize(a);
  EXPECT_GE(elapsed(first, second), 2);
  EXPECT_EQ(elapsed(second, first), -elapsed(first, second));
}

TEST_F(EmulatedClock, MayGoFasterThanTheHosts) {
  cudaEventRecord(first, a);
  work(a);
  cudaEventRecord(second, a);
  cudaStreamSynchronize(a);
  const float true_time = elapsed(first, second);
  setenv("CUDA_EMULATION_DRIFT", "500000", 1);
  EXPECT_FLOAT_EQ(elapsed(first, second), 1.5f * true_time);
}

TEST_F(EmulatedClock, KnowsNoTimeOfEventsThatHaveNone) {
  float milliseconds = 0;
  cudaEventRecord(first, a);
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, first, second), cudaErrorInvalidResourceHandle);
  work(a);
  cudaEventRecord(second, a);
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, first, second), cudaErrorNotReady);
  cudaEventRecord(event, a);
  cudaStreamSynchronize(a);
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, first, event), cudaErrorInvalidResourceHandle)
      << "without timing";

  cudaStreamBeginCapture(a, cudaStreamCaptureModeRelaxed);
  cudaEventRecord(second, a);
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, first, second), cudaErrorCapturedEvent);
  cudaGraph_t graph = nullptr;
  cudaStreamEndCapture(a, &graph);
  cudaGraphDestroy(graph);
}

TEST_F(EmulatedStream, FreeingWaitsForEverything) {
  void* memory = nullptr;
  cudaMalloc(&memory, 10);
  say(a, "1");
  EXPECT_EQ(cudaFree(memory), cudaSuccess);
  EXPECT_EQ(said, "1");
}

TEST_F(EmulatedStream, MemoryOfTheHostIsReadWhenTheStreamGetsThere) {
  void *pinned = nullptr, *memory = nullptr;
  char pageable = 'p', back = 0;
  cudaMallocHost(&pinned, 1);
  cudaMalloc(&memory, 2);
  *static_cast<char*>(pinned) = 'a';
  cudaMemcpyAsync(memory, pinned, 1, cudaMemcpyHostToDevice, a);
  cudaMemcpyAsync(static_cast<char*>(memory) + 1, &pageable, 1, cudaMemcpyHostToDevice, a);
  *static_cast<char*>(pinned) = 'b';
  pageable = 'q';
  cudaStreamSynchronize(a);
  cudaMemcpy(&back, memory, 1, cudaMemcpyDeviceToHost);
  EXPECT_EQ(back, 'b') << "too early a reuse goes unseen";
  cudaMemcpy(&back, static_cast<char*>(memory) + 1, 1, cudaMemcpyDeviceToHost);
  EXPECT_EQ(back, 'q') << "pageable memory may be read as late";
  cudaFree(memory);
  cudaFreeHost(pinned);
}

TEST_F(EmulatedStream, CopiesMustNameTheirDirectionRightly) {
  void* memory = nullptr;
  char here = 0;
  cudaMalloc(&memory, 1);
  EXPECT_EQ(cudaMemcpyAsync(&here, memory, 1, cudaMemcpyHostToDevice, a), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemsetAsync(&here, 0, 1, a), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFree(&here), cudaErrorInvalidValue);
  cudaFree(memory);
}

TEST_F(EmulatedStream, ACaptureMustNotDependOnWorkOutsideOfIt) {
  cudaEventRecord(event, b);
  cudaStreamBeginCapture(a, cudaStreamCaptureModeRelaxed);
  EXPECT_EQ(cudaStreamWaitEvent(a, event, 0), cudaErrorStreamCaptureIsolation);
  cudaGraph_t graph = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(a, &graph), cudaErrorStreamCaptureInvalidated);
  EXPECT_EQ(graph, nullptr);
}

TEST_F(EmulatedStream, AnEventOfACaptureCannotBeWaitedFor) {
  cudaStreamBeginCapture(a, cudaStreamCaptureModeRelaxed);
  cudaEventRecord(event, a);
  EXPECT_EQ(cudaEventSynchronize(event), cudaErrorCapturedEvent);
  cudaGraph_t graph = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(a, &graph), cudaSuccess);
  cudaGraphDestroy(graph);
}

TEST_F(EmulatedStream, UnsafeCallsSpoilACaptureByItsMode) {
  struct Case {
    cudaStreamCaptureMode mode;
    cudaError_t same_thread;
    cudaError_t other_thread;
  };
  for (const Case& expected :
       {Case{cudaStreamCaptureModeGlobal, cudaErrorStreamCaptureUnsupported,
             cudaErrorStreamCaptureUnsupported},
        Case{cudaStreamCaptureModeThreadLocal, cudaErrorStreamCaptureUnsupported, cudaSuccess},
        Case{cudaStreamCaptureModeRelaxed, cudaSuccess, cudaSuccess}}) {
    auto allocate = [&] {
      void* memory = nullptr;
      cudaError_t status = cudaMalloc(&memory, 1);
      return status;
    };
    cudaStreamBeginCapture(a, expected.mode);
    EXPECT_EQ(allocate(), expected.same_thread);
    std::thread([&] { EXPECT_EQ(allocate(), expected.other_thread); }).join();
    cudaGraph_t graph = nullptr;
    cudaStreamEndCapture(a, &graph);
    if (graph) cudaGraphDestroy(graph);
  }
}

TEST_F(EmulatedStream, AThreadMayExemptItself) {
  cudaStreamBeginCapture(a, cudaStreamCaptureModeGlobal);
  cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
  cudaThreadExchangeStreamCaptureMode(&mode);
  void* memory = nullptr;
  EXPECT_EQ(cudaMalloc(&memory, 1), cudaSuccess);
  cudaFree(memory);
  cudaThreadExchangeStreamCaptureMode(&mode);
  cudaGraph_t graph = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(a, &graph), cudaSuccess);
  cudaGraphDestroy(graph);
}

}  // namespace
}  // namespace cuda_emulation
