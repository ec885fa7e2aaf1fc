#include "ops/derivatives/check_derivatives.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "ops/derivatives/evaluation.hpp"

namespace switchyard::test {
namespace {

constexpr double step = 1e-5;
constexpr double difference_tolerance = 1e-7;
constexpr double symmetry_tolerance = 1e-10;
constexpr double same_tolerance = 1e-12;

std::vector<Point> directions_of(const OpCase& op, const Ranks& ranks) {
  std::vector<Point> directions;
  auto add = [&](auto seeded) {
    directions.push_back(random_direction(op, ranks, static_cast<int>(directions.size()), seeded));
  };
  add([](std::size_t) { return true; });
  add([](std::size_t) { return true; });
  for (std::size_t i = 0; i < op.shapes.size(); ++i) add([i](std::size_t j) { return i == j; });
  auto on_last_rank = [&](std::size_t i) {
    return ranks.rank == ranks.size - 1 && !op.replicated.contains(i);
  };
  if (ranks.size > 1) add(on_last_rank);
  return directions;
}

// Central differences along v.
struct Differences {
  double scalar;
  Point value;
  Point grad;
};

Differences central_differences(Backend& backend, const OpCase& op, const Ranks& ranks,
                                const Point& x, const Point& v) {
  Evaluation after = evaluate(backend, op, ranks, moved(x, step, v));
  Evaluation before = evaluate(backend, op, ranks, moved(x, -step, v));
  auto quotient = [](const Point& a, const Point& b) {
    Point slope = moved(a, -1.0, b);
    for (auto& block : slope)
      for (double& s : block) s /= 2.0 * step;
    return slope;
  };
  return {ranks.sum(after.scalar - before.scalar) / (2.0 * step),
          quotient(after.value, before.value), quotient(after.grad, before.grad)};
}

void expect_near(double a, double b, double tolerance, const char* what) {
  EXPECT_NEAR(a, b, tolerance * (1.0 + std::abs(b))) << what;
}

}  // namespace

void check_derivatives(Backend& backend, const OpCase& op, const Ranks& ranks) {
  Point x = random_point(op, ranks);
  auto directions = directions_of(op, ranks);
  const Point& u = directions[0];
  Evaluation plain = evaluate(backend, op, ranks, x);
  Evaluation along_u = evaluate(backend, op, ranks, x, {u});

  for (std::size_t k = 0; k < directions.size(); ++k) {
    SCOPED_TRACE(testing::Message() << op.name << ", direction " << k);
    const Point& v = directions[k];
    Evaluation both = evaluate(backend, op, ranks, x, {u, v});
    EXPECT_LT(error(ranks, both.value, plain.value), same_tolerance) << "value with probes";
    EXPECT_LT(error(ranks, both.grad, plain.grad), same_tolerance) << "gradient with probes";
    EXPECT_LT(error(ranks, both.jvp[0], along_u.jvp[0]), same_tolerance) << "jvp of two probes";
    EXPECT_LT(error(ranks, both.hess[0], along_u.hess[0]), same_tolerance) << "H v of two probes";

    Evaluation alone = evaluate(backend, op, ranks, x, {u, v}, DualParts::tangents);
    EXPECT_LT(error(ranks, alone.hess[1], both.hess[1]), same_tolerance) << "H v alone";

    Differences expected = central_differences(backend, op, ranks, x, v);
    expect_near(dot(ranks, plain.grad, v), expected.scalar, difference_tolerance, "vjp");
    EXPECT_LT(error(ranks, both.jvp[1], expected.value), difference_tolerance) << "jvp";
    EXPECT_LT(error(ranks, both.hess[1], expected.grad), difference_tolerance) << "H v";
    expect_near(dot(ranks, u, both.hess[1]), dot(ranks, v, both.hess[0]), symmetry_tolerance,
                "<u, H v> = <v, H u>");
  }
}

}  // namespace switchyard::test
