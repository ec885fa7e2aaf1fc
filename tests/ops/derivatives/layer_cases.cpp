#include <algorithm>

#include "ops/arithmetic.hpp"
#include "ops/conv2d.hpp"
#include "ops/derivatives/op_case.hpp"
#include "ops/linear.hpp"
#include "ops/pooling.hpp"
#include "ops/softmax.hpp"

namespace switchyard::test {
namespace {

OpCase conv2d_case(const std::string& name, std::int64_t rows, std::int64_t kernel,
                   Conv2dSpec spec) {
  return {name, {{rows, 5, 4, 2}, {3, kernel, kernel, 2}}, [spec](Tape& tape, Inputs in) {
            return conv2d(tape, in[0], in[1], spec);
          }};
}

// Four groups: some rows, none, one at most, the rest.
std::vector<std::int64_t> group_offsets(std::int64_t rows) {
  std::int64_t first = std::min<std::int64_t>(rows, 2);
  return {0, first, first, std::min(rows, first + 1), rows};
}

Variable four_experts(Tape& tape, const Variable& x, Inputs in) {
  return grouped_linear(tape, x, group_offsets(x.dim(0)), in.subspan(0, 4), in.subspan(4, 4));
}

std::vector<Shape> four_expert_shapes() {
  return {{3, 2}, {3, 2}, {3, 2}, {3, 2}, {3}, {3}, {3}, {3}};
}

OpCase grouped_linear_case(std::int64_t rows) {
  auto shapes = four_expert_shapes();
  shapes.push_back({rows, 2});
  return {"grouped_linear", shapes,
          [](Tape& tape, Inputs in) { return four_experts(tape, in[8], in); }};
}

// Experts weighted by a gate: every product of two inputs has a mixed second derivative.
OpCase gated_experts_case(std::int64_t rows) {
  auto shapes = four_expert_shapes();
  shapes.insert(shapes.end(), {{rows, 2}, {3, 2}, {3}});
  return {"gated_experts", shapes, [](Tape& tape, Inputs in) {
            Variable gate = softmax(tape, linear(tape, in[8], in[9], in[10]));
            return mul(tape, gate, four_experts(tape, in[8], in));
          }};
}

OpCase cross_entropy_case(const std::string& name, std::int64_t rows, double smoothing) {
  return {name, {{rows, 4}}, [rows, smoothing](Tape& tape, Inputs in) {
            std::vector<std::int32_t> labels;
            for (std::int64_t r = 0; r < rows; ++r)
              labels.push_back(static_cast<std::int32_t>(3 * r % 4));
            return cross_entropy_sum(tape, in[0],
                                     tape.backend().from_host(labels.data(), {rows, 1}, DType::i32),
                                     smoothing);
          }};
}

}  // namespace

std::vector<OpCase> layer_cases(std::int64_t rows) {
  return {
      conv2d_case("conv2d_3x3_padded", rows, 3, {.stride = 1, .padding = 1}),
      conv2d_case("conv2d_3x3_unpadded", rows, 3, {.stride = 1, .padding = 0}),
      conv2d_case("conv2d_3x3_strided", rows, 3, {.stride = 2, .padding = 1}),
      conv2d_case("conv2d_1x1_strided", rows, 1, {.stride = 2, .padding = 0}),
      {"linear",
       {{rows, 2}, {3, 2}, {3}},
       [](Tape& tape, Inputs in) { return linear(tape, in[0], in[1], in[2]); }},
      grouped_linear_case(rows),
      gated_experts_case(rows),
      {"global_avg_pool",
       {{rows, 3, 2, 4}},
       [](Tape& tape, Inputs in) { return global_avg_pool(tape, in[0]); }},
      {"softmax", {{rows, 4}}, [](Tape& tape, Inputs in) { return softmax(tape, in[0]); }},
      {"log_softmax", {{rows, 4}}, [](Tape& tape, Inputs in) { return log_softmax(tape, in[0]); }},
      cross_entropy_case("cross_entropy", rows, 0.0),
      cross_entropy_case("cross_entropy_smoothed", rows, 0.1),
  };
}

}  // namespace switchyard::test
