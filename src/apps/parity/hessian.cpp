#include "apps/parity/hessian.hpp"

#include "analysis/curvature_operator.hpp"

namespace switchyard::parity {
namespace {

Tensor read_direction(Subject& subject, const ParameterSpace& space, const VectorSpace& vectors,
                      const TensorSource& source) {
  auto host = make_host_allocator();
  Backend& backend = subject.backend();
  Tensor direction = vectors.zeros();
  for (std::size_t i = 0; i < space.parameters().size(); ++i) {
    const Parameter& p = *space.parameters()[i];
    Tensor v = source(p.name, file_shape(p.value.shape()));
    SY_REQUIRE(v && v.shape() == file_shape(p.value.shape()), ExitCode::bad_data,
               "there is no direction for {} in its shape {}; make the fixture again", p.name,
               to_string(file_shape(p.value.shape())));
    v = from_file_layout(*host, v);
    Tensor part = space.part(direction, i);
    backend.assign(
        part, backend.convert(backend.from_host(v.raw(), v.shape(), v.dtype()), subject.dtype()));
  }
  return direction;
}

}  // namespace

AlongDirection differentiate_along(Subject& subject, const Samples& samples,
                                   const TensorSource& source) {
  ParameterSpace space(subject.state(), subject.grid(), [](const std::string&) { return true; });
  VectorSpace& vectors = space.vectors();
  const Tensor v = read_direction(subject, space, vectors, source);
  Batch batch{.images = samples.x,
              .labels = samples.labels,
              .sample_ids = samples.ids,
              .first = samples.share.begin,
              .global_size = samples.batch};
  CurvatureOperator hessian(subject.classifier(), space, subject.cache(), {batch}, {});
  const Tensor gradient = hessian.gradient(), product = hessian.apply(v);
  for (std::size_t i = 0; i < space.parameters().size(); ++i)
    space.parameters()[i]->grad = Dual(space.part(gradient, i), {space.part(product, i)});
  return {.loss = hessian.objective(),
          .curvature = vectors.dot(v, product),
          .slope = vectors.dot(v, gradient),
          .gradient_norm = vectors.norm(gradient)};
}

}  // namespace switchyard::parity
