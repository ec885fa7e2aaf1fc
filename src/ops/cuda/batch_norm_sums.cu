#include "ops/cuda/batch_norm_kernels.hpp"
#include "ops/cuda/channel_walk.cuh"

namespace switchyard {
namespace {

constexpr unsigned kSecondPassThreads = 1024;

// In which the terms of the rows in flight are added up.
template <class T>
using Term = std::conditional_t<std::is_same_v<T, BFloat16>, float, double>;

// Terms x and x^2.
template <class T>
struct Squares {
  static constexpr int kRowsInFlight = 8;
  const T* x;

  template <int N>
  using Row = Pack<T, N>;
  template <int N>
  __device__ Row<N> load(std::int64_t i) const {
    return load_pack<N>(x + i);
  }
  template <int N>
  __device__ void add(const Row<N>& row, int j, Term<T>& first, Term<T>& second) const {
    const auto v = static_cast<Term<T>>(static_cast<Compute<T>>(row.at[j]));
    first += v;
    second += v * v;
  }
};

// Terms g and g x. A row of zeros adds nothing.
template <class T>
struct MaskedProducts {
  static constexpr int kRowsInFlight = sizeof(T) == 2 ? 3 : 4;  // what registers hold
  BatchNormGradInputs<T> in;

  template <int N>
  struct Row {
    Pack<T, N> dy, y, x;
  };
  template <int N>
  __device__ Row<N> load(std::int64_t i) const {
    const Pack<T, N> dy = load_pack<N>(in.dy + i), x = load_pack<N>(in.x + i);
    return {dy, in.y ? load_pack<N>(in.y + i) : Pack<T, N>{}, x};
  }
  template <int N>
  __device__ void add(const Row<N>& row, int j, Term<T>& first, Term<T>& second) const {
    const bool passes = !in.y || static_cast<Compute<T>>(row.y.at[j]) > 0;
    const auto g =
        passes ? static_cast<Term<T>>(static_cast<Compute<T>>(row.dy.at[j])) : Term<T>{0};
    first += g;
    second += g * static_cast<Term<T>>(static_cast<Compute<T>>(row.x.at[j]));
  }
};

// Terms tg and tg x + g tx. A row of zeros adds nothing.
template <class T>
struct MaskedProductTangents {
  static constexpr int kRowsInFlight = 2;  // what registers hold
  BatchNormGradTangents<T> p;

  template <int N>
  struct Row {
    Pack<T, N> dy, tdy, y, x, tx;
  };
  template <int N>
  __device__ Row<N> load(std::int64_t i) const {
    const Pack<T, N> dy = load_pack<N>(p.in.dy + i), tdy = load_pack<N>(p.tdy + i);
    const Pack<T, N> x = load_pack<N>(p.in.x + i), tx = load_pack<N>(p.tx + i);
    return {dy, tdy, p.in.y ? load_pack<N>(p.in.y + i) : Pack<T, N>{}, x, tx};
  }
  template <int N>
  __device__ void add(const Row<N>& row, int j, Term<T>& first, Term<T>& second) const {
    auto term = [](T v) { return static_cast<Term<T>>(static_cast<Compute<T>>(v)); };
    if (p.in.y && !(static_cast<Compute<T>>(row.y.at[j]) > 0)) return;
    first += term(row.tdy.at[j]);
    second += term(row.tdy.at[j]) * term(row.x.at[j]) + term(row.dy.at[j]) * term(row.tx.at[j]);
  }
};

// A block's sums of both terms by channel, of its walkers in ascending order: partial
// (gridDim.x, 2, channels).
template <int N>
__device__ void store_partial(const ChannelWalk& walk, const double (&total)[2][N],
                              double* partial) {
  __shared__ double by_thread[2 * N][kBlock];
#pragma unroll
  for (int j = 0; j < 2 * N; ++j) by_thread[j][threadIdx.x] = total[j / N][j % N];
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); i < 2 * N * walk.packs; i += kBlock) {
    const int j = i / walk.packs, pack = i % walk.packs;
    const int channel = walk.block_channel(N) + pack * N + j % N;
    double sum = 0;
    for (int w = 0; w < walk.walkers; ++w) sum += by_thread[j][w * walk.packs + pack];
    if (channel < walk.channels)
      partial[(std::int64_t{blockIdx.x} * 2 + j / N) * walk.channels + channel] = sum;
  }
}

template <class T, int N, class Terms>
__global__ void __launch_bounds__(kBlock, 2)
    channel_sums_kernel(ChannelWalk walk, Terms terms, double* partial) {
  using Row = typename Terms::template Row<N>;
  constexpr int kRowsInFlight = Terms::kRowsInFlight;
  double total[2][N] = {};
  const std::int64_t stride = walk.stride();
  std::int64_t r = walk.takes_part(N) ? walk.first_row() : walk.rows;
  for (; r < walk.rows; r += kRowsInFlight * stride) {
    Row rows[kRowsInFlight];
#pragma unroll
    for (int n = 0; n < kRowsInFlight; ++n) {
      const std::int64_t row = r + n * stride;
      rows[n] =
          row < walk.rows ? terms.template load<N>(row * walk.channels + walk.channel(N)) : Row{};
    }
#pragma unroll
    for (int j = 0; j < N; ++j) {
      Term<T> first = 0, second = 0;
#pragma unroll
      for (int n = 0; n < kRowsInFlight; ++n) terms.template add<N>(rows[n], j, first, second);
      total[0][j] += static_cast<double>(first);
      total[1][j] += static_cast<double>(second);
    }
  }
  store_partial<N>(walk, total, partial);
}

// What becomes of the totals of the partial sums.
struct StoreSums {
  double* sums;
  double rows;
  __device__ void operator()(int channels, int c, double first, double second) const {
    if (c < channels) {
      sums[c] = first;
      sums[channels + c] = second;
    } else {
      sums[2 * channels] = rows;
    }
  }
};

// sum of g xhat = inv_std (sum of g x - mean sum of g)
template <class T>
struct StoreGradSums {
  BatchNormGradSumsOut<T> out;
  BatchNormMoments moments;
  __device__ void operator()(int channels, int c, double first, double second) const {
    if (c >= channels) return;
    const double normalised = moments.inv_std[c] * (second - moments.mean[c] * first);
    out.sums[c] = first;
    out.sums[channels + c] = normalised;
    out.dbeta[c] = static_cast<Compute<T>>(first);
    out.dgamma[c] = static_cast<Compute<T>>(normalised);
  }
};

// Adds up partial (blocks, 2, channels) in a fixed order; store(channels, c, sums) for c up to and
// including `channels`.
template <class Store>
__global__ void __launch_bounds__(kSecondPassThreads)
    second_pass_kernel(const double* partial, int blocks, int channels, Store store) {
  constexpr int kAdders = kSecondPassThreads / kWarp;
  __shared__ double sums[2][kAdders][kWarp];
  const int lane = static_cast<int>(threadIdx.x % kWarp);
  const int adder = static_cast<int>(threadIdx.x / kWarp);
  const int c = static_cast<int>(blockIdx.x * kWarp) + lane;
  double first = 0, second = 0;
  if (c < channels)
    for (int b = adder; b < blocks; b += kAdders) {
      first += partial[std::int64_t{2} * b * channels + c];
      second += partial[(std::int64_t{2} * b + 1) * channels + c];
    }
  sums[0][adder][lane] = first;
  sums[1][adder][lane] = second;
  __syncthreads();
  if (adder != 0 || c > channels) return;
  for (int a = 1; a < kAdders; ++a) {
    first += sums[0][a][lane];
    second += sums[1][a][lane];
  }
  store(channels, c, first, second);
}

template <class T, int N, class Terms, class Store>
void launch_sums(cudaStream_t stream, const BatchNormExtent& extent, const Terms& terms,
                 double* partial, const Store& store) {
  const ChannelWalk walk = ChannelWalk::over(extent.rows, extent.channels, N);
  const dim3 grid = walk.grid(N, Terms::kRowsInFlight, extent.partial_blocks());
  launch(channel_sums_kernel<T, N, Terms>, grid, kBlock, stream, walk, terms, partial);
  launch(second_pass_kernel<Store>, dim3(static_cast<unsigned>(extent.channels) / kWarp + 1),
         kSecondPassThreads, stream, partial, static_cast<int>(grid.x), extent.channels, store);
}

}  // namespace

template <class T>
void launch_batch_norm_sums(cudaStream_t stream, const BatchNormExtent& extent, const T* x,
                            double* partial, double* sums) {
  constexpr int kPack = kPackSize<T>;
  const Squares<T> terms{x};
  const StoreSums store{sums, static_cast<double>(extent.rows)};
  if (extent.channels % kPack == 0 && aligned_to(kAccessBytes, x))
    launch_sums<T, kPack>(stream, extent, terms, partial, store);
  else
    launch_sums<T, 1>(stream, extent, terms, partial, store);
}

template <class T>
void launch_batch_norm_grad_sums(cudaStream_t stream, const BatchNormExtent& extent,
                                 const BatchNormGradInputs<T>& in, const BatchNormMoments& moments,
                                 double* partial, const BatchNormGradSumsOut<T>& out) {
  constexpr int kPack = kPackSize<T>;
  const MaskedProducts<T> terms{in};
  const StoreGradSums<T> store{out, moments};
  if (extent.channels % kPack == 0 && aligned_to(kAccessBytes, in.dy, in.y, in.x))
    launch_sums<T, kPack>(stream, extent, terms, partial, store);
  else
    launch_sums<T, 1>(stream, extent, terms, partial, store);
}

template <class T>
void launch_batch_norm_grad_sums_tangent(cudaStream_t stream, const BatchNormExtent& extent,
                                         const BatchNormGradTangents<T>& in,
                                         const BatchNormMoments& moments, double* partial,
                                         const BatchNormGradSumsOut<T>& out) {
  constexpr int kPack = kPackSize<T>;
  const MaskedProductTangents<T> terms{in};
  const StoreGradSums<T> store{out, moments};
  if (extent.channels % kPack == 0 &&
      aligned_to(kAccessBytes, in.in.dy, in.tdy, in.in.y, in.in.x, in.tx))
    launch_sums<T, kPack>(stream, extent, terms, partial, store);
  else
    launch_sums<T, 1>(stream, extent, terms, partial, store);
}

#define SY_INSTANTIATE(T)                                                                       \
  template void launch_batch_norm_sums(cudaStream_t, const BatchNormExtent&, const T*, double*, \
                                       double*);                                                \
  template void launch_batch_norm_grad_sums(                                                    \
      cudaStream_t, const BatchNormExtent&, const BatchNormGradInputs<T>&,                      \
      const BatchNormMoments&, double*, const BatchNormGradSumsOut<T>&);                        \
  template void launch_batch_norm_grad_sums_tangent(                                            \
      cudaStream_t, const BatchNormExtent&, const BatchNormGradTangents<T>&,                    \
      const BatchNormMoments&, double*, const BatchNormGradSumsOut<T>&);
SY_INSTANTIATE(float)
SY_INSTANTIATE(double)
SY_INSTANTIATE(BFloat16)
#undef SY_INSTANTIATE

}  // namespace switchyard
