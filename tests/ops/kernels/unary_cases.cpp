#include <fmt/format.h>

#include "ops/kernels/host_data.hpp"
#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kTolerance = 1e-6;

void append_orders(Tensors& out, Backend& backend, UnaryOp op, const Tensor& x) {
  for (int order : {0, 1, 2}) out.push_back(backend.unary(op, order, x));
}

/// Functions on all numbers, and the square root with some zeros.
KernelCase everywhere(Shape shape) {
  return {fmt::format("unary_{}", count_elements(shape)),
          {shape},
          kTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            Tensors out;
            for (UnaryOp op : {UnaryOp::exp, UnaryOp::square, UnaryOp::softplus, UnaryOp::sigmoid,
                               UnaryOp::normal_cdf})
              append_orders(out, backend, op, in[0]);
            append_orders(out, backend, UnaryOp::sqrt, backend.relu(in[0]));
            return out;
          },
          InBf16{kBf16Rounding, {}}};
}

KernelCase on_positive_numbers(Shape shape) {
  return {fmt::format("unary_positive_{}", count_elements(shape)),
          {shape},
          kTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            const Tensor squares = backend.binary(BinaryOp::mul, in[0], in[0]);
            const Tensor half = backend.full({1}, in[0].dtype(), 0.5);
            const Tensor x = backend.binary(BinaryOp::add, squares, half);
            Tensors out;
            for (UnaryOp op : {UnaryOp::log, UnaryOp::reciprocal})
              append_orders(out, backend, op, x);
            return out;
          }};
}

/// Far from zero, where a careless formula overflows or cancels.
KernelCase far_out() {
  return {"unary_far_out", {{1}}, kTolerance, [](Backend& backend, const Tensors& in) -> Tensors {
            const std::vector<double> far{-60, -30, -8, 8, 30, 60};
            const Tensor x = backend.convert(host_tensor(backend, far), in[0].dtype());
            Tensors out;
            for (std::int64_t i = 0; i < x.numel(); ++i) {
              for (UnaryOp op : {UnaryOp::softplus, UnaryOp::sigmoid, UnaryOp::normal_cdf})
                out.push_back(backend.unary(op, 0, x.rows(i, i + 1)));
              out.push_back(backend.unary(UnaryOp::softplus, 1, x.rows(i, i + 1)));
            }
            return out;
          }};
}

KernelCase conversions(Shape shape) {
  return {fmt::format("convert_{}", count_elements(shape)),
          {shape},
          0.0,
          [shape](Backend& backend, const Tensors& in) -> Tensors {
            const Tensor bytes = random_integers<std::uint8_t>(backend, shape, 0, 256);
            const Tensor wide = random_integers<std::int64_t>(backend, shape, -100000, 100000);
            Tensors out{backend.convert(wide, DType::f64), backend.convert(wide, DType::i64)};
            for (DType to : {DType::f32, DType::f64, DType::bf16}) {
              out.push_back(backend.convert(in[0], to));
              out.push_back(backend.convert(bytes, to));
              out.push_back(backend.convert(backend.convert(in[0], DType::bf16), to));
              out.push_back(backend.full(shape, to, 2.7));
            }
            return out;
          },
          InBf16{0.0, {}}};
}

}  // namespace

std::vector<KernelCase> unary_cases() {
  return {everywhere({50021}),           everywhere({3, 5, 7}),    everywhere({0, 4}),
          on_positive_numbers({37, 19}), on_positive_numbers({0}), far_out(),
          conversions({37, 19}),         conversions({5003}),      conversions({0, 4})};
}

}  // namespace switchyard::test
