#pragma once
// A device with engines for convolutions whose lines are kept, and numbers to convolve.

#include <memory>
#include <string>
#include <vector>

#include "ops/cuda/cudnn_engine.hpp"
#include "ops/cuda/device_tensors.hpp"

namespace switchyard::test {

/// Channels as engines like them.
inline constexpr ConvProblem kProblem{2, 8, 6, 32, 16, 3, 3, 2, 1};

/// Numbers of a convolution's tensors, rounded to the type under test, in double on the host.
struct Numbers {
  Tensor x, w, y, bias, residual;
};

class ConvEngineTest : public ::testing::Test {
 protected:
  Numbers numbers(const ConvProblem& problem, DType dtype) {
    const auto make = [&](const Shape& shape, std::uint64_t key) {
      return rounded(noise(ref_, shape, key), dtype);
    };
    return {make(problem.x_shape(), 1), make(problem.w_shape(), 2), make(problem.y_shape(), 3),
            make({problem.out_channels}, 4), make(problem.y_shape(), 5)};
  }
  Tensor upload(const Tensor& host, DType dtype) {
    return to_device(*device_, ref_.convert(host, dtype));
  }
  Tensor download(const Tensor& x) { return to_host(*device_, x); }

  Tensor on_device(const Shape& shape, DType dtype) {
    return Tensor(device_->allocator(), shape, dtype);
  }

  CudnnEngine& engine(const CudaBackendOptions& options = {}) {
    CudaBackendOptions logged = options;
    logged.log = [this](const std::string& line) { lines_.push_back(line); };
    engines_.push_back(std::make_unique<CudnnEngine>(*device_, logged));
    return *engines_.back();
  }

  /// The result of a forward convolution, or nothing where there is no engine.
  Tensor forward(CudnnEngine& engine, const ConvProblem& problem, DType dtype) {
    const Numbers host = numbers(problem, dtype);
    const Tensor y = on_device(problem.y_shape(), dtype);
    const ConvOperands operands{upload(host.x, dtype), upload(host.w, dtype), y};
    return engine.run({ConvKind::forward, dtype, problem}, operands) ? y : Tensor();
  }

  Tensor expected_forward(const ConvProblem& problem, DType dtype) {
    const Numbers host = numbers(problem, dtype);
    return ref_.conv2d(host.x, host.w, spec(problem));
  }

  static Conv2dSpec spec(const ConvProblem& problem) {
    return {static_cast<int>(problem.stride), static_cast<int>(problem.padding)};
  }

  std::unique_ptr<CudaDevice> device_ = open_cuda_device(0);
  RefBackend ref_;
  std::vector<std::unique_ptr<CudnnEngine>> engines_;
  std::vector<std::string> lines_;
};

}  // namespace switchyard::test
