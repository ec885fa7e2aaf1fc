// A sparse router (Shazeer et al. 2017) and its derivative, in kernels on whole matrices.

#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"
#include "ops/ref/routing_check.hpp"

namespace switchyard {
namespace {

constexpr double kStdFloor = 1e-5;

// Matrix arithmetic by the names of the formulas. An undefined addend is zero, an undefined mask
// one.
class Algebra {
 public:
  explicit Algebra(Backend& backend) : backend_(backend) {}

  Tensor add(const Tensor& a, const Tensor& b) {
    if (!a || !b) return a ? a : b;
    return backend_.binary(BinaryOp::add, a, b);
  }
  Tensor add(const Tensor& a, double b) { return add(a, backend_.full({1}, a.dtype(), b)); }
  Tensor sub(const Tensor& a, const Tensor& b) { return backend_.binary(BinaryOp::sub, a, b); }
  Tensor mul(const Tensor& a, const Tensor& b) { return backend_.binary(BinaryOp::mul, a, b); }
  Tensor masked(const Tensor& a, const Tensor& mask) { return mask ? mul(a, mask) : a; }
  Tensor scale(const Tensor& a, double factor) { return backend_.scale(a, factor); }
  Tensor f(UnaryOp op, const Tensor& a) { return backend_.unary(op, 0, a); }
  Tensor slope(UnaryOp op, const Tensor& a) { return backend_.unary(op, 1, a); }
  Tensor row_sums(const Tensor& a) { return backend_.sum_to(a, {a.dim(0), 1}); }
  Tensor centred(const Tensor& a) {
    return sub(a, scale(row_sums(a), 1.0 / static_cast<double>(a.dim(1))));
  }

  Tensor softmax(const Tensor& logits) {
    const Tensor e = f(UnaryOp::exp, sub(logits, backend_.row_max(logits)));
    return mul(e, f(UnaryOp::reciprocal, row_sums(e)));
  }
  Tensor softmax_grad(const Tensor& p, const Tensor& dp) {
    return mul(p, sub(dp, row_sums(mul(p, dp))));
  }

 private:
  Backend& backend_;
};

// z standardised: centred * inverse, by row.
struct Standardised {
  Tensor centred;   ///< z - mean
  Tensor variance;  ///< (B,1), unbiased
  Tensor inverse;   ///< (B,1), 1 / (std + floor)
};

Standardised standardise(Algebra& m, const Tensor& z) {
  const Tensor centred = m.centred(z);
  const double freedom = static_cast<double>(z.dim(1)) - 1.0;
  const Tensor squares = m.row_sums(m.f(UnaryOp::square, centred));
  const Tensor variance = m.scale(squares, 1.0 / freedom);
  const Tensor std = m.f(UnaryOp::sqrt, variance);
  return {centred, variance, m.f(UnaryOp::reciprocal, m.add(std, kStdFloor))};
}

// With c = z - mean, s = std, r = 1 / (s + floor) and y = c r:
// dc = r dy - r^2 (sum of dy c) ds/dc, ds/dc = s'(variance) 2 c / (E - 1), dz = dc - mean dc.
Tensor standardise_grad(Algebra& m, const Tensor& z, const Tensor& dy) {
  const Standardised by = standardise(m, z);
  const double freedom = static_cast<double>(z.dim(1)) - 1.0;
  const Tensor dr = m.row_sums(m.mul(dy, by.centred));
  const Tensor ds = m.scale(m.mul(dr, m.f(UnaryOp::square, by.inverse)), -1.0);
  const Tensor per_c = m.scale(m.mul(ds, m.slope(UnaryOp::sqrt, by.variance)), 2.0 / freedom);
  return m.centred(m.add(m.mul(dy, by.inverse), m.mul(per_c, by.centred)));
}

void expect_grads(const TopKGrads& grads, const TopKRouting& routing) {
  ref::expect_like(grads.clean, "the gradient of the clean logits", routing.clean);
  if (routing.noise_std)
    ref::expect_like(grads.noise_std, "the gradient of the noise's deviation", routing.noise_std);
  ref::expect_like(grads.logits, "the gradient of the routing logits", routing.logits);
  ref::expect_like(grads.weights, "the gradient of the weights", routing.weights);
  ref::expect_like(grads.probs, "the gradient of the probabilities", routing.probs);
}

// From the weights of the chosen back to the routing logits.
Tensor weights_grad(Backend& backend, const TopKRouting& routing, const Tensor& dweights,
                    const TopKSpec& spec) {
  Algebra m(backend);
  const double cooling = 1.0 / spec.temperature;
  auto scatter = [&](const Tensor& of_chosen) {
    return backend.scatter_add_columns(of_chosen, routing.chosen, routing.logits.dim(1));
  };
  if (spec.full_softmax) {
    const Tensor p = m.softmax(m.scale(routing.logits, cooling));
    return m.scale(m.softmax_grad(p, scatter(dweights)), cooling);
  }
  return scatter(m.scale(m.softmax_grad(routing.weights, dweights), cooling));
}

}  // namespace

TopKRouting RefBackend::route_topk(const TopKInputs& in, const TopKSpec& spec) {
  ref::expect_routable(in, spec);
  Algebra m(*this);
  TopKRouting out;
  out.clean = convert(in.gate_logits, in.gate_logits.dtype());
  if (spec.standardize) {
    const Standardised by = standardise(m, in.gate_logits);
    out.clean = m.mul(by.centred, by.inverse);
  }
  out.logits = convert(out.clean, out.clean.dtype());
  if (in.noise) {
    out.noise_std = m.add(m.f(UnaryOp::softplus, in.noise_logits), spec.noise_floor);
    out.logits = m.add(out.clean, m.mul(in.noise, out.noise_std));
  }
  out.logits = m.masked(out.logits, in.mask);
  out.chosen = topk(out.logits, spec.k);
  const Tensor cooled = m.scale(out.logits, 1.0 / spec.temperature);
  out.weights = spec.full_softmax ? gather_columns(m.softmax(cooled), out.chosen)
                                  : m.softmax(gather_columns(cooled, out.chosen));
  out.probs = scatter_add_columns(out.weights, out.chosen, out.logits.dim(1));
  return out;
}

TopKInputGrads RefBackend::route_topk_grad(const TopKInputs& in, const TopKRouting& routing,
                                           const TopKGrads& grads, const TopKSpec& spec) {
  ref::expect_routable(in, spec);
  expect_grads(grads, routing);
  Algebra m(*this);
  Tensor dweights = grads.weights;
  if (grads.probs) dweights = m.add(dweights, gather_columns(grads.probs, routing.chosen));
  Tensor dlogits = zeros(routing.logits.shape(), routing.logits.dtype());
  if (grads.logits) accumulate(dlogits, grads.logits);
  if (dweights) dlogits = m.add(dlogits, weights_grad(*this, routing, dweights, spec));
  const Tensor dnoisy = m.masked(dlogits, in.mask);

  TopKInputGrads out;
  out.gate_logits = m.add(grads.clean, dnoisy);
  if (spec.standardize) out.gate_logits = standardise_grad(m, in.gate_logits, out.gate_logits);
  if (in.noise) {
    const Tensor dstd = m.add(grads.noise_std, m.mul(dnoisy, in.noise));
    out.noise_logits = m.mul(dstd, m.slope(UnaryOp::softplus, in.noise_logits));
  }
  return out;
}

}  // namespace switchyard
