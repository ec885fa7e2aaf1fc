#include "ops/derivatives/evaluation.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace switchyard::test {
namespace {

std::vector<Parameter> parameters_at(Backend& backend, const OpCase& op, const Point& x,
                                     const std::vector<Point>& directions) {
  std::vector<Parameter> parameters(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    parameters[i].value = to_tensor(backend, x[i], op.shapes[i]);
    for (auto& v : directions)
      parameters[i].tangents.push_back(to_tensor(backend, v[i], op.shapes[i]));
  }
  return parameters;
}

Tensor output_weights(Backend& backend, const Ranks& ranks, const Shape& shape) {
  RandomStream stream(11, RandomPurpose::probe_vector);
  std::vector<double> w(static_cast<std::size_t>(count_elements(shape)));
  for (std::size_t j = 0; j < w.size(); ++j)
    w[j] = stream.normal(static_cast<std::uint64_t>(ranks.rank), static_cast<std::uint32_t>(j));
  return backend.from_host(w.data(), shape, DType::f64);
}

}  // namespace

Evaluation evaluate(Backend& backend, const OpCase& op, const Ranks& ranks, const Point& x,
                    const std::vector<Point>& directions, DualParts parts) {
  auto parameters = parameters_at(backend, op, x, directions);
  Tape tape(backend, Recording::on, static_cast<int>(directions.size()), parts);
  std::vector<Variable> inputs;
  for (auto& p : parameters) inputs.push_back(tape.parameter(p));
  Variable y = op.forward(tape, inputs);

  Tensor w = output_weights(backend, ranks, y.shape());
  tape.backward(y, Dual(backend.binary(BinaryOp::add, w, y.value()), y.dual.tangents));

  Evaluation result;
  result.value = {to_block(backend, y.value())};
  result.scalar = backend.dot(w, y.value()) + 0.5 * backend.dot(y.value(), y.value());
  for (auto& p : parameters) {
    EXPECT_EQ(p.grad.value.defined(), parts == DualParts::all) << op.name << ": a gradient";
    if (p.grad.value) result.grad.push_back(to_block(backend, p.grad.value));
  }
  for (std::size_t probe = 0; probe < directions.size(); ++probe) {
    result.jvp.push_back({to_block(backend, y.dual.tangent(probe))});
    Point& hess = result.hess.emplace_back();
    for (auto& p : parameters) hess.push_back(to_block(backend, p.grad.tangent(probe)));
  }
  return result;
}

}  // namespace switchyard::test
