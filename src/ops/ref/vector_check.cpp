#include "ops/ref/vector_check.hpp"

#include "ops/ref/check.hpp"

namespace switchyard::ref {
namespace {

double number(const Tensor& x, std::string_view name) {
  expect(x, name, {1}, DType::f64);
  return x.data<double>()[0];
}

}  // namespace

void expect_pairs(std::span<const Tensor> a, std::span<const Tensor> b) {
  SY_REQUIRE(a.size() == b.size(), ExitCode::run_failed,
             "{} vectors cannot be multiplied with {} (expected as many)", a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    expect(b[i], "the second vector", a[i].shape(), a[i].dtype());
  }
}

void expect_slot(const SgdSlot& slot) {
  expect(*slot.gradient, "the gradient", slot.parameter->shape(), slot.parameter->dtype());
  expect(*slot.momentum, "the momentum", slot.parameter->shape(), slot.parameter->dtype());
}

SgdNumbers read_sgd_numbers(const SgdScalars& scalars) {
  return {number(scalars.learning_rate, "the learning rate"),
          scalars.gradient_factor ? number(scalars.gradient_factor, "the gradients' factor") : 1.0,
          scalars.skip && number(scalars.skip, "the flag to skip the update") != 0};
}

}  // namespace switchyard::ref
