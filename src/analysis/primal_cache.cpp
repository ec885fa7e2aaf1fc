#include "analysis/primal_cache.hpp"

namespace switchyard {
namespace {

// While it lives, another pass is under way, or none.
class Swapped {
 public:
  Swapped(PrimalPass*& current, PrimalPass* other)
      : current_(current), before_(std::exchange(current, other)) {}
  ~Swapped() { current_ = before_; }
  Swapped(const Swapped&) = delete;
  Swapped& operator=(const Swapped&) = delete;

 private:
  PrimalPass*& current_;
  PrimalPass* before_;
};

}  // namespace

void PrimalCache::run(PrimalRecord& record, std::span<const Tensor> leaves,
                      const std::function<void()>& work) {
  PrimalPass pass(record, leaves);
  Swapped under_way(pass_, &pass);
  work();
  pass.finish();
}

void PrimalCache::upload(const void* source, Tensor& into) {
  inner().upload(source, into);
  if (pass_) pass_->enter_upload(source, into);
}

void PrimalCache::to_host(const Tensor& x, void* destination) {
  expose(x);
  inner().to_host(x, destination);
}

std::unique_ptr<HostCopy> PrimalCache::start_to_host(const Tensor& x) {
  expose(x);
  return inner().start_to_host(x);
}

void PrimalCache::expose(const Tensor& x) {
  if (pass_) pass_->need(x);
}

// The kernels of an exchange work on what travels, which other ranks have made too: no calls of
// theirs are kept.
Tensor PrimalCache::exchange_values(const Tensor& x, const std::function<Tensor()>& exchange) {
  if (!pass_) return exchange();
  Call call{*pass_, "exchange\n"};
  call(pass_->next_exchange(), x);
  return recall<Tensor>(call, [&] {
    pass_->require_first("an exchange");
    Swapped outside(pass_, nullptr);
    return exchange();
  });
}

void PrimalCache::exchange_anew(const Tensor& x, const std::function<void()>& exchange) {
  expose(x);
  Swapped outside(pass_, nullptr);
  exchange();
}

void PrimalCache::Call::add(const Tensor& x) {
  known = known && pass.knows(x);
  if (known) pass.describe(x, text);
  inputs.push_back(x);
}

void PrimalCache::need_inputs(const Call& call) {
  for (const Tensor& x : call.inputs) pass_->need(x);
}

void PrimalCache::require_inputs(const Call& call) {
  for (const Tensor& x : call.inputs)
    pass_->require_memory(x, call.text.substr(0, call.text.find('\n')));
}

}  // namespace switchyard
