// bench_ops: the kernels that a training step spends its time in, one at a time, at the shapes of
// ResNet-18 on 32x32 images. OMP_NUM_THREADS sets the threads.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "ops/backend.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t batch = 32;

struct ConvShape {
  std::int64_t in, out, kernel, stride, side;  ///< side: of the input images, pixels
};

constexpr ConvShape conv_shapes[] = {
    {3, 64, 3, 1, 32},   {64, 64, 3, 1, 32},   {64, 128, 3, 2, 32},
    {64, 128, 1, 2, 32}, {128, 128, 3, 1, 16}, {128, 256, 3, 2, 16},
    {256, 256, 3, 1, 8}, {256, 512, 3, 2, 8},  {512, 512, 3, 1, 4},
};

enum class ConvKernel { forward, grad_input, grad_weight, prepared };

struct ConvKernelName {
  ConvKernel kernel;
  const char* name;
};

constexpr ConvKernelName conv_kernels[] = {{ConvKernel::forward, "conv2d"},
                                           {ConvKernel::grad_input, "conv2d_grad_input"},
                                           {ConvKernel::grad_weight, "conv2d_grad_weight"},
                                           {ConvKernel::prepared, "prepared_conv2d"}};

void bench_conv(benchmark::State& state, ConvKernel kernel, const ConvShape& s) {
  auto backend = make_backend(BackendKind::cpu);
  Conv2dSpec spec{static_cast<int>(s.stride), static_cast<int>(s.kernel / 2)};
  Tensor x = backend->full({batch, s.side, s.side, s.in}, DType::f32, 0.5);
  Tensor w = backend->full({s.out, s.kernel, s.kernel, s.in}, DType::f32, 0.1);
  Tensor y = backend->conv2d(x, w, spec);
  auto prepared =
      backend->prepare_conv2d(w, backend->zeros({s.out}, DType::f32), spec, Activation::relu);
  auto once = [&] {
    switch (kernel) {
      case ConvKernel::forward:
        return backend->conv2d(x, w, spec);
      case ConvKernel::grad_input:
        return backend->conv2d_grad_input(y, w, spec, x.shape());
      case ConvKernel::grad_weight:
        return backend->conv2d_grad_weight(x, y, spec, w.shape());
      case ConvKernel::prepared:
        return prepared->run(x, {});
    }
    return Tensor();
  };
  once();
  for (auto _ : state) benchmark::DoNotOptimize(once().raw());
  double flops = 2.0 * static_cast<double>(y.numel() * s.kernel * s.kernel * s.in);
  state.counters["FLOP/s"] =
      benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

/// Wall time: that of one thread says nothing about the others.
template <class Body>
void add_benchmark(const std::string& name, Body body) {
  benchmark::RegisterBenchmark(name.c_str(), std::move(body))
      ->UseRealTime()
      ->Unit(benchmark::kMicrosecond);
}

void register_convolutions() {
  for (auto [kernel, name] : conv_kernels)
    for (const ConvShape& s : conv_shapes)
      add_benchmark(
          fmt::format("{}/{}x{}x{}/{}x{}/stride:{}", name, s.in, s.side, s.side, s.out, s.kernel,
                      s.stride),
          [kernel = kernel, s](benchmark::State& state) { bench_conv(state, kernel, s); });
}

/// The arguments of the kernels that memory bounds: activations (batch,side,side,C).
struct Activations {
  std::unique_ptr<Backend> backend = make_backend(BackendKind::cpu);
  Tensor x, y, dy, gamma, beta, sums;
  BatchMoments moments;

  Activations(std::int64_t channels, std::int64_t side)
      : x(backend->full({batch, side, side, channels}, DType::f32, 0.5)),
        y(backend->full(x.shape(), DType::f32, 0.25)),
        dy(backend->full(x.shape(), DType::f32, 0.1)),
        gamma(backend->full({channels}, DType::f32, 1.0)),
        beta(backend->zeros({channels}, DType::f32)),
        sums(backend->zeros({2, channels}, DType::f64)),
        moments{backend->full({channels}, DType::f64, 0.1),
                backend->full({channels}, DType::f64, 1.0)} {}
};

/// A kernel and how often it passes over tensors of the size of x.
struct StreamKernel {
  const char* name;
  int passes;
  void (*run)(Activations&);
};

constexpr StreamKernel stream_kernels[] = {
    {"batch_norm_sums", 1, [](Activations& a) { a.backend->batch_norm_sums(a.x); }},
    {"batch_norm_apply/relu", 2,
     [](Activations& a) {
       a.backend->batch_norm_apply(a.x, a.moments, a.gamma, a.beta, {}, Activation::relu);
     }},
    {"batch_norm_apply/residual_relu", 3,
     [](Activations& a) {
       a.backend->batch_norm_apply(a.x, a.moments, a.gamma, a.beta, a.y, Activation::relu);
     }},
    {"batch_norm_grad_sums/relu", 3,
     [](Activations& a) { a.backend->batch_norm_grad_sums(a.dy, a.y, a.x, a.moments); }},
    {"batch_norm_grad/relu", 4,
     [](Activations& a) {
       a.backend->batch_norm_grad(a.dy, a.y, a.x, a.moments, a.gamma, a.sums, 1e5, false);
     }},
    {"batch_norm_grad/residual_relu", 5,
     [](Activations& a) {
       a.backend->batch_norm_grad(a.dy, a.y, a.x, a.moments, a.gamma, a.sums, 1e5, true);
     }},
    {"relu", 2, [](Activations& a) { a.backend->relu(a.x); }},
    {"accumulate", 3, [](Activations& a) { a.backend->accumulate(a.y, a.x); }},
};

void count_bytes(benchmark::State& state, std::size_t bytes) {
  state.counters["bytes/s"] =
      benchmark::Counter(static_cast<double>(bytes), benchmark::Counter::kIsIterationInvariantRate);
}

void bench_stream(benchmark::State& state, const StreamKernel& kernel, std::int64_t channels,
                  std::int64_t side) {
  Activations activations(channels, side);
  kernel.run(activations);
  for (auto _ : state) kernel.run(activations);
  count_bytes(state, static_cast<std::size_t>(kernel.passes) * activations.x.bytes());
}

void register_streams() {
  for (const StreamKernel& kernel : stream_kernels)
    for (auto [channels, side] : {std::pair{64, 32}, std::pair{512, 4}})
      add_benchmark(fmt::format("{}/{}x{}x{}", kernel.name, channels, side, side),
                    [&kernel, channels = channels, side = side](benchmark::State& state) {
                      bench_stream(state, kernel, channels, side);
                    });
}

/// As many parameters as the full-size model has.
void bench_sgd(benchmark::State& state) {
  constexpr std::int64_t parameters = 11'436'618;
  auto backend = make_backend(BackendKind::cpu);
  Tensor p = backend->zeros({parameters}, DType::f32);
  Tensor g = backend->full({parameters}, DType::f32, 0.1);
  Tensor m = backend->zeros({parameters}, DType::f32);
  for (auto _ : state) backend->sgd_step(p, g, m, SgdSpec{});
  constexpr int passes = 5;  // reads p, g, m; writes p, m
  count_bytes(state, passes * p.bytes());
}

}  // namespace
}  // namespace switchyard

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  switchyard::register_convolutions();
  switchyard::register_streams();
  switchyard::add_benchmark("sgd_step", switchyard::bench_sgd);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
