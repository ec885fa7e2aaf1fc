#pragma once
// The members of kernels' arguments and results, for those that look at every call: visit(v, x)
// calls v with each member of x, in order. An x that is not const may be changed by v.

#include <concepts>
#include <span>
#include <type_traits>
#include <vector>

#include "ops/backend.hpp"

namespace switchyard {

/// T, const or not.
template <class X, class T>
concept Either = std::same_as<std::remove_const_t<X>, T>;

template <class V>
void visit_members(V& v, const Conv2dSpec& x) {
  v(x.stride, x.padding);
}
template <class V>
void visit_members(V& v, const TopKSpec& x) {
  v(x.k, x.standardize, x.noise_floor, x.temperature, x.full_softmax);
}
template <class V>
void visit_members(V& v, const RandomKey& x) {
  v(x.seed, x.purpose, x.step);
}
template <class V>
void visit_members(V& v, const ImageSpec& x) {
  v(x.crop, x.mirror, x.seed);
  for (double value : x.mean) v(value);
  for (double value : x.std) v(value);
}
template <class V>
void visit_members(V& v, const Shape& x) {
  v(x.size());
  for (std::int64_t n : x) v(n);
}
template <class V>
void visit_members(V& v, std::span<const Tensor> xs) {
  v(xs.size());
  for (const Tensor& x : xs) v(x);
}
template <class V>
void visit_members(V& v, std::vector<Tensor>& xs) {
  for (Tensor& x : xs) v(x);
}
template <class V, Either<BatchMoments> X>
void visit_members(V& v, X& x) {
  v(x.mean, x.inv_std);
}
template <class V, Either<BatchStatistics> X>
void visit_members(V& v, X& x) {
  v(x.moments, x.variance, x.count);
}
template <class V, Either<ChannelTerm> X>
void visit_members(V& v, X& x) {
  v(x.x, x.slope);
}
template <class V, Either<ChannelSum> X>
void visit_members(V& v, X& x) {
  v(x.first, x.second, x.offset, x.addend, x.mask);
}
template <class V, Either<TopKInputs> X>
void visit_members(V& v, X& x) {
  v(x.gate_logits, x.noise_logits, x.noise, x.mask);
}
template <class V, Either<TopKRouting> X>
void visit_members(V& v, X& x) {
  v(x.clean, x.noise_std, x.logits, x.chosen, x.weights, x.probs);
}
template <class V, Either<TopKGrads> X>
void visit_members(V& v, X& x) {
  v(x.clean, x.noise_std, x.logits, x.weights, x.probs);
}
template <class V, Either<TopKInputGrads> X>
void visit_members(V& v, X& x) {
  v(x.gate_logits, x.noise_logits);
}
template <class V, Either<CombinedGrads> X>
void visit_members(V& v, X& x) {
  v(x.rows, x.weights);
}
template <class V, Either<Grouping> X>
void visit_members(V& v, X& x) {
  v(x.place, x.row, x.offsets);
}
template <class V, Either<Backend::BatchNormGradSums> X>
void visit_members(V& v, X& x) {
  v(x.sums, x.dgamma, x.dbeta);
}
template <class V, Either<Backend::BatchNormGrad> X>
void visit_members(V& v, X& x) {
  v(x.dx, x.dresidual);
}

}  // namespace switchyard
