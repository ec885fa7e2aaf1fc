#include "apps/parity/hessian.hpp"

#include <cmath>
#include <unordered_map>

#include "analysis/hvp.hpp"
#include "apps/parity/objectives.hpp"

namespace switchyard::parity {
namespace {

const Tensor& gradient_of(const Parameter& p) {
  return p.grad.value;
}
const Tensor& product_of(const Parameter& p) {
  return p.grad.tangents[0];
}

using Direction = std::unordered_map<const Parameter*, Tensor>;

Direction read_direction(Subject& subject, const TensorSource& source) {
  auto host = make_host_allocator();
  Backend& backend = subject.backend();
  Direction direction;
  for (Parameter& p : subject.state().parameters()) {
    Tensor v = source(p.name, file_shape(p.value.shape()));
    SY_REQUIRE(v && v.shape() == file_shape(p.value.shape()), ExitCode::bad_data,
               "there is no direction for {} in its shape {}; make the fixture again", p.name,
               to_string(file_shape(p.value.shape())));
    v = from_file_layout(*host, v);
    direction[&p] =
        backend.convert(backend.from_host(v.raw(), v.shape(), v.dtype()), subject.dtype());
  }
  return direction;
}

}  // namespace

AlongDirection differentiate_along(Subject& subject, const Samples& samples,
                                   const TensorSource& source) {
  Direction direction = read_direction(subject, source);
  VectorPart v = [&](const Parameter& p) -> const Tensor& { return direction.at(&p); };
  Batch batch{.images = samples.x,
              .labels = samples.labels,
              .sample_ids = samples.ids,
              .first = samples.share.begin,
              .global_size = samples.batch};
  HessianOperator hessian(subject.classifier(), batch,
                          {.mode = Mode::eval, .objective = cross_entropy_objective()});
  auto dot = [&](const VectorPart& a, const VectorPart& b) {
    return sharded_dot(subject.state(), subject.grid(), a, b);
  };
  AlongDirection along;
  along.loss = hessian.apply({&v, 1});
  along.curvature = dot(v, product_of);
  along.slope = dot(v, gradient_of);
  along.gradient_norm = std::sqrt(dot(gradient_of, gradient_of));
  return along;
}

}  // namespace switchyard::parity
