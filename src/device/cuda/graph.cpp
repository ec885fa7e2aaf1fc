#include "device/cuda/graph.hpp"

#include <type_traits>
#include <utility>

#include "device/cuda/check.hpp"

namespace switchyard {
namespace {

struct DestroyGraph {
  void operator()(cudaGraph_t graph) const { cudaGraphDestroy(graph); }
  void operator()(cudaGraphExec_t graph) const { cudaGraphExecDestroy(graph); }
};
using Graph = std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, DestroyGraph>;
using ExecutableGraph = std::shared_ptr<std::remove_pointer_t<cudaGraphExec_t>>;

bool is_empty(cudaGraph_t graph) {
  std::size_t nodes = 0;
  SY_CUDA(cudaGraphGetNodes(graph, nullptr, &nodes));
  return nodes == 0;
}

class GraphProgram final : public Program {
 public:
  GraphProgram(std::vector<std::function<void()>> steps, std::shared_ptr<GraphMemory> memory,
               cudaStream_t stream)
      : memory_(std::move(memory)), steps_(std::move(steps)), stream_(stream) {}
  // The last run may still use the memory.
  ~GraphProgram() override { cudaStreamSynchronize(stream_); }

  void run() override {
    for (const auto& step : steps_) step();
  }

 private:
  std::shared_ptr<GraphMemory> memory_;
  std::vector<std::function<void()>> steps_;
  cudaStream_t stream_;
};

}  // namespace

StreamCapture::StreamCapture(cudaStream_t stream) : stream_(stream) {
  // Relaxed: the allocator may take memory meanwhile, and other threads may do what they like.
  SY_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
}

StreamCapture::~StreamCapture() {
  if (ended_) return;
  cudaGraph_t graph = nullptr;
  cudaStreamEndCapture(stream_, &graph);
  if (graph) cudaGraphDestroy(graph);
  cudaGetLastError();
}

std::function<void()> StreamCapture::end() {
  ended_ = true;
  cudaGraph_t captured = nullptr;
  SY_CUDA(cudaStreamEndCapture(stream_, &captured));
  Graph graph(captured);
  if (is_empty(graph.get())) return {};
  cudaGraphExec_t executable = nullptr;
  SY_CUDA(cudaGraphInstantiate(&executable, graph.get(), 0));
  return [graph = ExecutableGraph(executable, DestroyGraph()), stream = stream_] {
    SY_CUDA(cudaGraphLaunch(graph.get(), stream));
  };
}

void GraphRecording::end_piece() {
  if (auto launch = capture_->end()) steps_.push_back(std::move(launch));
  capture_.reset();
}

void GraphRecording::add_step(std::function<void()> step) {
  end_piece();
  steps_.push_back(std::move(step));
  capture_.emplace(stream_);
}

std::unique_ptr<Program> GraphRecording::finish() {
  end_piece();
  return std::make_unique<GraphProgram>(std::move(steps_), scope_.memory(), stream_);
}

}  // namespace switchyard
