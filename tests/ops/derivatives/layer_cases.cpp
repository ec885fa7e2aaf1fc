#include <algorithm>

#include "ops/arithmetic.hpp"
#include "ops/conv2d.hpp"
#include "ops/derivatives/op_case.hpp"
#include "ops/linear.hpp"
#include "ops/pooling.hpp"
#include "ops/softmax.hpp"
#include "ops/squared_cv.hpp"

namespace switchyard::test {
namespace {

OpCase conv2d_case(const std::string& name, std::int64_t rows, std::int64_t kernel,
                   Conv2dSpec spec) {
  return {name, {{rows, 5, 4, 2}, {3, kernel, kernel, 2}}, [spec](Tape& tape, Inputs in) {
            return conv2d(tape, in[0], in[1], spec);
          }};
}

// Four groups: some rows, none, one at most, the rest.
Tensor group_offsets(Backend& backend, std::int64_t rows) {
  std::int64_t first = std::min<std::int64_t>(rows, 2);
  std::int64_t offsets[] = {0, first, first, std::min(rows, first + 1), rows};
  return backend.from_host(offsets, {5}, DType::i64);
}

Variable four_experts(Tape& tape, const Variable& x, Inputs in, Activation act = Activation::none) {
  return grouped_linear(tape, x, group_offsets(tape.backend(), x.dim(0)), in.subspan(0, 4),
                        in.subspan(4, 4), act);
}

std::vector<Shape> four_expert_shapes() {
  return {{3, 2}, {3, 2}, {3, 2}, {3, 2}, {3}, {3}, {3}, {3}};
}

OpCase grouped_linear_case(const std::string& name, std::int64_t rows, Activation act) {
  auto shapes = four_expert_shapes();
  shapes.push_back({rows, 2});
  return {name, shapes,
          [act](Tape& tape, Inputs in) { return four_experts(tape, in[8], in, act); }};
}

OpCase linear_case(const std::string& name, std::int64_t rows, Activation act) {
  return {name, {{rows, 2}, {3, 2}, {3}}, [act](Tape& tape, Inputs in) {
            return linear(tape, in[0], in[1], in[2], act);
          }};
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

// Of sums over rows, far from a mean of zero.
OpCase squared_cv_case(std::int64_t rows) {
  return {"squared_cv", {{rows, 4}}, [](Tape& tape, Inputs in) {
            return squared_cv(tape, sum_to(tape, in[0], {4}), 6.0);
          }};
}

}  // namespace

std::vector<OpCase> layer_cases(std::int64_t rows) {
  return {
      conv2d_case("conv2d_3x3_padded", rows, 3, {.stride = 1, .padding = 1}),
      conv2d_case("conv2d_3x3_unpadded", rows, 3, {.stride = 1, .padding = 0}),
      conv2d_case("conv2d_3x3_strided", rows, 3, {.stride = 2, .padding = 1}),
      conv2d_case("conv2d_1x1_strided", rows, 1, {.stride = 2, .padding = 0}),
      linear_case("linear", rows, Activation::none),
      linear_case("linear_relu", rows, Activation::relu),
      grouped_linear_case("grouped_linear", rows, Activation::none),
      grouped_linear_case("grouped_linear_relu", rows, Activation::relu),
      gated_experts_case(rows),
      {"global_avg_pool",
       {{rows, 3, 2, 4}},
       [](Tape& tape, Inputs in) { return global_avg_pool(tape, in[0]); }},
      {"softmax", {{rows, 4}}, [](Tape& tape, Inputs in) { return softmax(tape, in[0]); }},
      {"log_softmax", {{rows, 4}}, [](Tape& tape, Inputs in) { return log_softmax(tape, in[0]); }},
      cross_entropy_case("cross_entropy", rows, 0.0),
      cross_entropy_case("cross_entropy_smoothed", rows, 0.1),
      squared_cv_case(rows),
  };
}

}  // namespace switchyard::test
