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
using ExecutableGraph = std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, DestroyGraph>;

class GraphProgram final : public Program {
 public:
  GraphProgram(ExecutableGraph graph, std::shared_ptr<GraphMemory> memory, cudaStream_t stream)
      : memory_(std::move(memory)), graph_(std::move(graph)), stream_(stream) {}
  // The last run may still use the memory.
  ~GraphProgram() override { cudaStreamSynchronize(stream_); }

  void run() override { SY_CUDA(cudaGraphLaunch(graph_.get(), stream_)); }

 private:
  std::shared_ptr<GraphMemory> memory_;
  ExecutableGraph graph_;
  cudaStream_t stream_;
};

/// Requests go to the graph's memory while this lives.
class MemoryScope {
 public:
  explicit MemoryScope(CachingAllocator& allocator)
      : memory_(allocator.begin_graph()), allocator_(allocator) {}
  ~MemoryScope() { allocator_.end_graph(); }
  MemoryScope(const MemoryScope&) = delete;
  MemoryScope& operator=(const MemoryScope&) = delete;
  const std::shared_ptr<GraphMemory>& memory() const { return memory_; }

 private:
  std::shared_ptr<GraphMemory> memory_;
  CachingAllocator& allocator_;
};

/// A capture under way, dropped by the destructor unless it was ended.
class Capture {
 public:
  explicit Capture(cudaStream_t stream) : stream_(stream) {
    // Relaxed: the allocator may take memory meanwhile, and other threads may do what they like.
    SY_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
  }
  ~Capture() {
    if (ended_) return;
    cudaGraph_t graph = nullptr;
    cudaStreamEndCapture(stream_, &graph);
    if (graph) cudaGraphDestroy(graph);
    cudaGetLastError();
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  Graph end() {
    ended_ = true;
    cudaGraph_t graph = nullptr;
    SY_CUDA(cudaStreamEndCapture(stream_, &graph));
    return Graph(graph);
  }

 private:
  cudaStream_t stream_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Program> record_graph(cudaStream_t stream, CachingAllocator& allocator,
                                      const std::function<void()>& work) {
  MemoryScope scope(allocator);
  Capture capture(stream);
  work();
  Graph graph = capture.end();
  cudaGraphExec_t executable = nullptr;
  SY_CUDA(cudaGraphInstantiate(&executable, graph.get(), 0));
  return std::make_unique<GraphProgram>(ExecutableGraph(executable), scope.memory(), stream);
}

}  // namespace switchyard
