#include "parallel/gradient_sync.hpp"

#include <algorithm>

#include "profile/recorder.hpp"

namespace switchyard {

GradientSync::GradientSync(ModelState& state, const ProcessGrid& grid, std::size_t bucket_bytes)
    : backend_(state.backend()) {
  std::vector<Parameter*> replicated, sharded;
  for (Parameter& p : state.parameters()) (p.expert ? sharded : replicated).push_back(&p);
  add_buckets(std::move(replicated), grid.world(), bucket_bytes);
  add_buckets(std::move(sharded), grid.data_parallel(), bucket_bytes);
}

void GradientSync::add_buckets(std::vector<Parameter*> parameters, Communicator& group,
                               std::size_t bucket_bytes) {
  std::reverse(parameters.begin(), parameters.end());
  std::size_t filled = bucket_bytes;
  for (Parameter* p : parameters) {
    if (filled >= bucket_bytes) {
      buckets_.push_back(Bucket{&group, {}, 0, {}, nullptr});
      filled = 0;
    }
    buckets_.back().parameters.push_back(p);
    bucket_of_[p] = buckets_.size() - 1;
    filled += p->value.bytes();
  }
}

void GradientSync::attach(Tape& tape) {
  probes_ = tape.probes();
  parts_ = tape.leaf_gradients();
  for (Bucket& bucket : buckets_) {
    bucket.missing = bucket.parameters.size();
    // The tape knows only the parameters that it met: what others hold from before is stale.
    for (Parameter* p : bucket.parameters) p->grad = Dual();
  }
  tape.on_parameter_ready = [this](Parameter& p) {
    Bucket& bucket = buckets_[bucket_of_.at(&p)];
    if (--bucket.missing == 0) start(bucket);
  };
  tape.on_step = [this] {
    for (Bucket& bucket : buckets_)
      if (bucket.request) bucket.request->test();
  };
}

// The gradient where it is wanted, then its tangents; zeros where nothing has arrived.
std::vector<Tensor*> GradientSync::sent(Parameter& parameter) {
  std::vector<Tensor*> tensors;
  if (parts_ == DualParts::all) tensors.push_back(&parameter.grad.value);
  parameter.grad.tangents.resize(static_cast<std::size_t>(probes_));
  for (Tensor& t : parameter.grad.tangents) tensors.push_back(&t);
  for (Tensor* t : tensors)
    if (!*t) *t = backend_.zeros(parameter.value.shape(), parameter.value.dtype());
  return tensors;
}

// One contiguous message of all that the bucket's parameters send.
void GradientSync::start(Bucket& bucket) {
  const ZoneScope zone(backend_.recorder(), Zone::gradient_sync, Pass::backward);
  std::vector<Tensor> parts;
  for (Parameter* p : bucket.parameters)
    for (Tensor* t : sent(*p)) parts.push_back(t->reshape({1, t->numel()}));
  if (bucket.group->size() == 1 || parts.empty()) return;
  bucket.flat = backend_.concat_columns(parts);
  bucket.flat = bucket.flat.reshape({bucket.flat.numel()});
  bucket.request = bucket.group->start_all_reduce_sum(bucket.flat);
}

void GradientSync::unpack(Bucket& bucket) {
  std::int64_t at = 0;
  auto take = [&](Tensor& into) {
    std::int64_t n = into.numel();
    into = bucket.flat.rows(at, at + n).reshape(into.shape());
    at += n;
  };
  for (Parameter* p : bucket.parameters)
    for (Tensor* t : sent(*p)) take(*t);
  bucket.flat = Tensor();
}

void GradientSync::finish() {
  const ZoneScope zone(backend_.recorder(), Zone::gradient_sync, Pass::backward);
  for (Bucket& bucket : buckets_)
    if (bucket.missing > 0) start(bucket);
  for (Bucket& bucket : buckets_) {
    bucket.missing = 0;
    if (!bucket.request) continue;
    bucket.request->wait();
    bucket.request.reset();
    unpack(bucket);
  }
}

}  // namespace switchyard
