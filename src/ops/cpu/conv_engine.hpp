#pragma once
// float32 convolutions through oneDNN, each compiled once.

#include <map>
#include <tuple>

#include "ops/cpu/conv_primitives.hpp"

namespace switchyard {

/// Keeps one primitive a (pass, sizes, epilogue, thread count). No size may be 0. Used by one
/// thread at a time.
class ConvEngine {
 public:
  /// `allocator` outlives the engine.
  explicit ConvEngine(Allocator& allocator);

  Tensor forward(const ConvProblem& problem, const Tensor& x, const Tensor& w);
  Tensor grad_input(const ConvProblem& problem, const Tensor& dy, const Tensor& w);
  Tensor grad_weight(const ConvProblem& problem, const Tensor& x, const Tensor& dy);

  /// The primitive for these sizes; the reference stays valid.
  const ConvPrimitive& primitive(ConvPass pass, const ConvProblem& problem,
                                 const ConvEpilogue& epilogue = {});
  /// w (O,KH,KW,I) in the primitive's layout; w itself where that is the same.
  Tensor pack(const ConvPrimitive& primitive, const Tensor& w);
  /// y = the forward pass with packed weights; `bias` may be undefined.
  void run_forward(const ConvPrimitive& primitive, const Tensor& x, const Tensor& packed,
                   const Tensor& bias, Tensor& y);

 private:
  using Key = std::tuple<ConvPass, ConvProblem, ConvEpilogue, int>;
  struct Argument;

  Tensor bytes_for(const dnnl::memory::desc& desc);
  void execute(const dnnl::primitive& primitive, std::initializer_list<Argument> arguments);

  Allocator& allocator_;
  dnnl::engine engine_;
  dnnl::stream stream_;
  std::map<Key, ConvPrimitive> primitives_;
};

}  // namespace switchyard
