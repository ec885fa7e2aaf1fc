#pragma once
// A model's tensors under their PyTorch names: the parameters and buffers of this rank.

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "ops/parameter.hpp"

namespace switchyard {

/// A tensor that is part of the model but not trained (running statistics).
struct BufferTensor {
  std::string name;
  Tensor value;
};

/// How a fresh parameter is filled. Every element is a pure function of (seed, name, index), so a
/// model starts the same on every grid.
struct Init {
  enum class Kind { constant, uniform, normal } kind = Kind::constant;
  double value = 0;  ///< the constant, the uniform's bound or the normal's standard deviation
};

class ModelState {
 public:
  ModelState(Backend& backend, DType dtype, std::uint64_t seed)
      : backend_(backend), dtype_(dtype), seed_(seed) {}

  Backend& backend() { return backend_; }
  DType dtype() const { return dtype_; }

  /// References stay valid for the life of the state.
  Parameter& add_parameter(std::string name, Shape shape, Init init,
                           std::optional<ExpertId> expert = {});
  BufferTensor& add_buffer(std::string name, Tensor value);

  std::deque<Parameter>& parameters() { return parameters_; }
  const std::deque<Parameter>& parameters() const { return parameters_; }
  std::deque<BufferTensor>& buffers() { return buffers_; }
  const std::deque<BufferTensor>& buffers() const { return buffers_; }
  /// Null where this rank has no tensor of that name.
  Parameter* find_parameter(const std::string& name);

  /// Must be called after parameters or buffers change: packed copies of them are then stale.
  void mark_changed() { ++version_; }
  std::uint64_t version() const { return version_; }

 private:
  Backend& backend_;
  DType dtype_;
  std::uint64_t seed_;
  std::uint64_t version_ = 0;
  std::deque<Parameter> parameters_;
  std::deque<BufferTensor> buffers_;
};

/// Convolution weights are (O,KH,KW,I) in memory and (O,I,KH,KW) in files. Both functions take and
/// return host tensors; tensors of other ranks pass through.
Tensor to_file_layout(Allocator& host, const Tensor& x);
Tensor from_file_layout(Allocator& host, const Tensor& x);
/// The shape in files of a tensor that has this one in memory.
Shape file_shape(const Shape& shape);

}  // namespace switchyard
