#include "apps/bench/dispatch_subject.hpp"

namespace switchyard {

DispatchTokens::DispatchTokens(const DispatchCase& c, int ranks) : case_(c) {
  for (int step = 0; step < kRoutingSteps; ++step)
    steps_.emplace_back(RoutingSpec{.workload = c.workload.value_or(RoutingWorkload::balanced),
                                    .seed = c.seed,
                                    .step = step,
                                    .tokens = c.tokens,
                                    .experts = c.experts,
                                    .k = c.k,
                                    .ranks = ranks,
                                    .ep = c.ep});
}

Share DispatchTokens::of(int rank) const {
  const std::int64_t first = steps_.front().first_token(rank);
  return {first, first + counts()[static_cast<std::size_t>(rank)]};
}

Tensor DispatchTokens::chosen(Backend& backend, Share share, int step) const {
  if (!case_.workload) return {};
  const auto experts = steps_[static_cast<std::size_t>(step)].chosen(share.begin, share.end);
  return backend.from_host(experts.data(), {share.size(), case_.k}, DType::i32);
}

DispatchSubject::DispatchSubject(const BenchPlace& place, const DispatchCase& c)
    : case_(c),
      tokens_(c, place.world.size()),
      layer_(place.backend, place.world, c, tokens_.of(place.world.rank().value)) {
  const Share own = tokens_.of(place.world.rank().value);
  for (int step = 0; step < kRoutingSteps; ++step)
    chosen_.push_back(tokens_.chosen(place.backend, own, step));
}

}  // namespace switchyard
