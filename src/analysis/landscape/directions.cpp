#include "analysis/landscape/directions.hpp"

namespace switchyard {
namespace {

// (O,1): the length of each of the O rows of a matrix.
Tensor row_lengths(Backend& backend, const Tensor& x) {
  Tensor squares = backend.sum_to(backend.unary(UnaryOp::square, 0, x), {x.dim(0), 1});
  return backend.unary(UnaryOp::sqrt, 0, squares);
}

// The rows of x, as long as those of `model`.
Tensor with_lengths_of(Backend& backend, const Tensor& model, const Tensor& x) {
  const Shape matrix = {x.dim(0), x.numel() / x.dim(0)};
  const Tensor rows = x.reshape(matrix);
  Tensor factors =
      backend.binary(BinaryOp::mul, row_lengths(backend, model.reshape(matrix)),
                     backend.unary(UnaryOp::reciprocal, 0, row_lengths(backend, rows)));
  return backend.binary(BinaryOp::mul, rows, factors).reshape(x.shape());
}

void scale_filters(ParameterSpace& space, const Tensor& direction) {
  Backend& backend = space.vectors().backend();
  for (std::size_t i = 0; i < space.parameters().size(); ++i) {
    const Tensor& value = space.parameters()[i]->value;
    Tensor part = space.part(direction, i);
    backend.assign(part, value.rank() > 1 ? with_lengths_of(backend, value, part)
                                          : backend.zeros(value.shape(), value.dtype()));
  }
}

}  // namespace

Tensor random_direction(ParameterSpace& space, DirectionScale scale, std::uint64_t seed,
                        std::uint64_t number) {
  const VectorSpace& vectors = space.vectors();
  Tensor direction = vectors.random(RandomEntries::normal, seed, number);
  if (scale == DirectionScale::unit)
    return vectors.scaled(direction, 1.0 / vectors.norm(direction));
  scale_filters(space, direction);
  return direction;
}

void orthonormalise(const VectorSpace& vectors, std::span<Tensor> directions) {
  // What of a unit vector is left beside others, and may be rounding.
  constexpr double kDependent = 1e-5;
  for (std::size_t i = 0; i < directions.size(); ++i) {
    Tensor& x = directions[i];
    auto normalise = [&](double least) {
      const double norm = vectors.norm(x);
      SY_REQUIRE(norm > least, ExitCode::bad_usage,
                 "direction {} is zero or lies in the span of those before it; choose another",
                 i + 1);
      x = vectors.scaled(x, 1.0 / norm);
    };
    normalise(0);
    // Twice: what rounding leaves of the others the first time is taken away the second.
    for (double least : {kDependent, kDependent}) {
      const std::vector<double> shares = vectors.dots(directions.first(i), x);
      for (std::size_t j = 0; j < i; ++j) vectors.add_scaled(x, -shares[j], directions[j]);
      normalise(least);
    }
  }
}

}  // namespace switchyard
