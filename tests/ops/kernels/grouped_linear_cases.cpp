#include <fmt/format.h>

#include "ops/kernels/host_data.hpp"
#include "ops/kernels/kernel_case.hpp"

namespace switchyard::test {
namespace {

constexpr double kTolerance = 2e-6;

struct Sizes {
  std::int64_t in, out;
  std::vector<std::int64_t> offsets;
  std::int64_t behind = 0;  // rows of no group

  std::int64_t groups() const { return std::ssize(offsets) - 1; }
  std::int64_t rows() const { return offsets.back() + behind; }
};

/// x, dy, the weights, the biases.
std::vector<Shape> inputs(const Sizes& sizes) {
  std::vector<Shape> shapes{{sizes.rows(), sizes.in}, {sizes.rows(), sizes.out}};
  shapes.insert(shapes.end(), sizes.groups(), Shape{sizes.out, sizes.in});
  shapes.insert(shapes.end(), sizes.groups(), Shape{sizes.out});
  return shapes;
}

KernelCase passes(const std::string& name, const Sizes& sizes) {
  return {"grouped_linear_" + name, inputs(sizes), kTolerance,
          [sizes](Backend& backend, const Tensors& in) -> Tensors {
            const Tensor offsets = host_tensor(backend, sizes.offsets);
            const auto groups = static_cast<std::size_t>(sizes.groups());
            const std::span weights = std::span(in).subspan(2, groups);
            const std::span biases = std::span(in).subspan(2 + groups, groups);
            Tensors out = backend.grouped_linear_grad_weight(in[0], in[1], offsets);
            for (Tensor& bias : backend.grouped_linear_grad_bias(in[1], offsets))
              out.push_back(std::move(bias));
            auto add_rows = [&](const Tensor& y) {
              out.push_back(y.rows(0, sizes.offsets.back()));
            };
            add_rows(backend.grouped_linear(in[0], offsets, weights, biases));
            add_rows(backend.grouped_linear(in[0], offsets, weights, biases, Activation::relu));
            add_rows(backend.grouped_linear(in[0], offsets, weights, {}, Activation::none));
            add_rows(backend.grouped_linear_grad_input(in[1], offsets, weights));
            return out;
          },
          InBf16{kBf16Rounding, {}}};
}

}  // namespace

std::vector<KernelCase> grouped_linear_cases() {
  return {passes("empty_group_inside", {5, 3, {0, 4, 4, 7}}),
          passes("empty_groups_at_the_ends", {6, 4, {0, 0, 0, 9, 9}}),
          passes("one_group", {33, 10, {0, 19}}),
          passes("no_rows", {4, 3, {0, 0, 0}}),
          passes("one_row_each", {8, 8, {0, 1, 2, 3, 4, 5, 6, 7, 8}}),
          passes("ragged", {70, 67, {0, 64, 65, 65, 130, 137}}),
          passes("wide", {512, 128, {0, 17, 40}}),
          passes("no_inputs", {0, 3, {0, 2, 5}}),
          passes("rows_behind_the_groups", {9, 5, {0, 3, 3, 70}, 131})};
}

}  // namespace switchyard::test
