#include "apps/curvature/safe_points.hpp"

namespace switchyard {

void SafePoints::pass(const std::function<void()>& save) {
  // Rank 0's clock says when to save, any rank's signal when to stop.
  std::shared_ptr<Allocator> host = make_host_allocator();
  Tensor flags(*host, {2}, DType::i64);
  const bool due = world_.rank() == Rank{0} && Clock::now() - saved_ >= save_every_;
  flags.data<std::int64_t>()[0] = due;
  flags.data<std::int64_t>()[1] = signals_.requested();
  world_.all_reduce_sum(flags);
  const bool stop = flags.data<std::int64_t>()[1] > 0;
  if (flags.data<std::int64_t>()[0] == 0 && !stop) return;
  save();
  saved_ = Clock::now();
  if (stop) throw StopRequested{};
}

}  // namespace switchyard
