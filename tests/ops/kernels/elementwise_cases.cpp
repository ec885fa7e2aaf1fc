#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kTolerance = 2e-7;  // an operation or two, rounded in another order

KernelCase binary(std::string name, Shape a, Shape b) {
  return {"binary_" + name,
          {std::move(a), std::move(b)},
          0.0,
          [](Backend& backend, const Tensors& in) -> Tensors {
            Tensors out;
            for (BinaryOp op : {BinaryOp::add, BinaryOp::sub, BinaryOp::mul}) {
              out.push_back(backend.binary(op, in[0], in[1]));
              out.push_back(backend.binary(op, in[1], in[0]));
            }
            return out;
          },
          InBf16{kBf16Rounding, {}}};
}

KernelCase maps(Shape shape) {
  return {fmt::format("maps_{}", count_elements(shape)),
          {shape, shape},
          kTolerance,
          [](Backend& backend, const Tensors& in) -> Tensors {
            Tensor sum = backend.convert(in[0], in[0].dtype());
            backend.accumulate(sum, in[1]);
            Tensor further = backend.convert(in[0], in[0].dtype());
            backend.add_scaled(further, in[1], -1.7);
            Tensor replaced = backend.zeros(in[0].shape(), in[0].dtype());
            backend.assign(replaced, in[1]);
            const Tensor y = backend.relu(in[0]);
            return {
                sum, further, replaced, y, backend.relu_grad(in[1], y), backend.scale(in[0], -0.3)};
          },
          InBf16{kBf16Rounding, {}}};
}

KernelCase broadcast(const Shape& from, const Shape& to) {
  return {fmt::format("broadcast_{}_to_{}", fmt::join(from, "x"), fmt::join(to, "x")),
          {from},
          0.0,
          [to](Backend& backend, const Tensors& in) -> Tensors {
            return {backend.broadcast_to(in[0], to)};
          },
          InBf16{0.0, {}}};
}

}  // namespace

std::vector<KernelCase> elementwise_cases() {
  return {binary("same", {37, 19}, {37, 19}),
          binary("same_large", {8, 16, 16, 24}, {8, 16, 16, 24}),
          binary("vector", {37, 19}, {19}),
          binary("row", {37, 19}, {1, 19}),
          binary("row_large", {4096, 24}, {24}),
          binary("image_channel", {2, 3, 4, 5}, {5}),
          binary("column", {37, 19}, {37, 1}),
          binary("column_large", {4096, 24}, {4096, 1}),
          binary("scalar", {37, 19}, {1}),
          binary("scalar_matrix", {37, 19}, {1, 1}),
          binary("rank_zero", {37, 19}, {}),
          binary("outer", {37, 1}, {1, 19}),
          binary("image_plane", {2, 3, 4, 5}, {3, 1, 5}),
          binary("longer_scalar", {5}, {1, 1}),
          binary("narrow", {37, 1}, {1}),
          binary("no_rows", {0, 19}, {19}),
          binary("no_columns", {37, 0}, {37, 1}),
          maps({0, 4}),
          maps({3, 5, 7}),
          maps({50021}),
          broadcast({19}, {37, 19}),
          broadcast({37, 1}, {37, 19}),
          broadcast({1}, {50021}),
          broadcast({}, {3, 5}),
          broadcast({3, 1, 5}, {2, 3, 4, 5}),
          broadcast({4, 6}, {4, 6}),
          broadcast({1, 19}, {0, 19}),
          broadcast({0, 1}, {0, 19})};
}

}  // namespace switchyard::test
