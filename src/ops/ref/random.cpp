#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

// y (R, columns) with y[r,c] = f(sample_ids[r], c).
template <class F>
Tensor fill_by_sample(Backend& backend, const Tensor& sample_ids, std::int64_t columns, DType dtype,
                      F&& f) {
  ref::expect_rank(sample_ids, "the sample ids", 1);
  ref::expect(sample_ids, "the sample ids", sample_ids.shape(), DType::i64);
  Tensor y = backend.empty({sample_ids.dim(0), columns}, dtype);
  dispatch_float(dtype, [&]<class T>() {
    T* to = y.data<T>();
    for (std::int64_t id : sample_ids.span<std::int64_t>()) {
      for (std::int64_t c = 0; c < columns; ++c) {
        *to++ = static_cast<T>(f(static_cast<std::uint64_t>(id), static_cast<std::uint32_t>(c)));
      }
    }
  });
  return y;
}

RandomStream stream_of(const RandomKey& key) {
  ref::expect(key.step, "the step of the random numbers", {1}, DType::i64);
  const std::int64_t step = key.step.data<std::int64_t>()[0];
  return {key.seed, key.purpose, static_cast<std::uint64_t>(step)};
}

}  // namespace

Tensor RefBackend::random_normal(const RandomKey& key, const Tensor& sample_ids,
                                 std::int64_t columns, DType dtype) {
  const RandomStream stream = stream_of(key);
  return fill_by_sample(
      *this, sample_ids, columns, dtype,
      [&](std::uint64_t sample, std::uint32_t c) { return stream.normal(sample, c); });
}

Tensor RefBackend::dropout_mask(const RandomKey& key, const Tensor& sample_ids,
                                std::int64_t columns, std::int64_t first_column, double p,
                                DType dtype) {
  SY_REQUIRE(0 <= p && p < 1, ExitCode::run_failed,
             "cannot drop with probability {} (expected 0 <= p < 1)", p);
  const RandomStream stream = stream_of(key);
  const auto shift = static_cast<std::uint32_t>(first_column);
  return fill_by_sample(*this, sample_ids, columns, dtype,
                        [&](std::uint64_t sample, std::uint32_t c) {
                          return stream.uniform(sample, shift + c) < p ? 0.0 : 1 / (1 - p);
                        });
}

}  // namespace switchyard
