#pragma once
// Small tensors for tests of kernels: made from numbers, and read back as numbers.

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard::test {

inline Tensor make(Backend& backend, Shape shape, const std::vector<double>& values,
                   DType dtype = DType::f64) {
  EXPECT_EQ(count_elements(shape), static_cast<std::int64_t>(values.size()));
  return backend.convert(backend.from_host(values.data(), std::move(shape), DType::f64), dtype);
}

inline Tensor indices(Backend& backend, Shape shape, const std::vector<std::int32_t>& values) {
  EXPECT_EQ(count_elements(shape), static_cast<std::int64_t>(values.size()));
  return backend.from_host(values.data(), std::move(shape), DType::i32);
}

inline Tensor sample_ids(Backend& backend, const std::vector<std::int64_t>& ids) {
  return backend.from_host(ids.data(), {static_cast<std::int64_t>(ids.size())}, DType::i64);
}

/// Standard normal numbers; another `key`, other numbers.
inline Tensor noise(Backend& backend, const Shape& shape, std::uint64_t key,
                    DType dtype = DType::f64) {
  RandomStream stream(key, RandomPurpose::synthetic_data);
  std::vector<double> values(count_elements(shape));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = stream.normal(i, 0);
  return make(backend, shape, values, dtype);
}

inline std::vector<double> values(Backend& backend, const Tensor& x) {
  std::vector<double> host(x.numel());
  backend.to_host(backend.convert(x, DType::f64), host.data());
  return host;
}

inline void expect_values(Backend& backend, const Tensor& x, const Shape& shape,
                          const std::vector<double>& expected, double tolerance = 1e-12) {
  ASSERT_EQ(x.shape(), shape);
  const std::vector<double> found = values(backend, x);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], tolerance) << "at element " << i;
  }
}

inline void expect_equal(Backend& backend, const Tensor& x, const Tensor& expected,
                         double tolerance = 1e-12) {
  expect_values(backend, x, expected.shape(), values(backend, expected), tolerance);
}

}  // namespace switchyard::test
