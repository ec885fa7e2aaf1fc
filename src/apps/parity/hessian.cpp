#include "apps/parity/hessian.hpp"

#include <cmath>

#include "apps/parity/objectives.hpp"
#include "parallel/sharded_vector.hpp"

namespace switchyard::parity {
namespace {

const Tensor& direction_of(const Parameter& p) {
  return p.tangents[0];
}
const Tensor& gradient_of(const Parameter& p) {
  return p.grad.value;
}
const Tensor& product_of(const Parameter& p) {
  return p.grad.tangents[0];
}

void seed(Subject& subject, const TensorSource& direction) {
  auto host = make_host_allocator();
  Backend& backend = subject.backend();
  for (Parameter& p : subject.state().parameters()) {
    Tensor v = direction(p.name, file_shape(p.value.shape()));
    SY_REQUIRE(v && v.shape() == file_shape(p.value.shape()), ExitCode::bad_data,
               "there is no direction for {} in its shape {}; make the fixture again", p.name,
               to_string(file_shape(p.value.shape())));
    v = from_file_layout(*host, v);
    p.tangents = {
        backend.convert(backend.from_host(v.raw(), v.shape(), v.dtype()), subject.dtype())};
  }
}

}  // namespace

double differentiate_along(Subject& subject, const Samples& samples,
                           const TensorSource& direction) {
  seed(subject, direction);
  Tape tape(subject.backend(), Recording::on, 1);
  ForwardContext context = subject.context(tape, Mode::eval, samples);
  HeadOutput output = subject.forward(context, samples).head;
  Variable share = training_objective(context, output, samples.labels, samples.batch,
                                      subject.head(), cross_entropy_objective())
                       .share;
  subject.differentiate(tape, share);
  return subject.total(share);
}

double curvature_along(Subject& subject) {
  return sharded_dot(subject.state(), subject.grid(), direction_of, product_of);
}

double slope_along(Subject& subject) {
  return sharded_dot(subject.state(), subject.grid(), direction_of, gradient_of);
}

double gradient_norm(Subject& subject) {
  return std::sqrt(sharded_dot(subject.state(), subject.grid(), gradient_of, gradient_of));
}

}  // namespace switchyard::parity
