#include "analysis/scaling/step_schedule.hpp"

#include "analysis/scaling/gradient_buckets.hpp"
#include "analysis/scaling/head_schedule.hpp"
#include "analysis/scaling/model_work.hpp"
#include "device/dtype.hpp"

namespace switchyard {
namespace {

constexpr double kSumBytes = sizeof(double);  // sums over ranks of statistics and metrics

// Balance losses sum one number an expert over all ranks each.
int balance_sums(const StepShape& shape) {
  const ObjectiveConfig& objective = shape.objective;
  if (!shape.model.head.is_moe()) return 0;
  if (!shape.model.head.is_sparse()) return objective.kl_weight > 0 ? 1 : 0;
  return (objective.importance_weight > 0 ? 1 : 0) + (objective.load_weight > 0 ? 1 : 0);
}

// The smooth load of experts that are always chosen is a constant: nothing to differentiate.
int differentiated_sums(const StepShape& shape) {
  const HeadConfig& head = shape.model.head;
  const bool constant = head.is_sparse() && head.active_experts() == head.experts &&
                        shape.objective.load_weight > 0 &&
                        shape.objective.load_loss == LoadLoss::smooth;
  return balance_sums(shape) - (constant ? 1 : 0);
}

class StepWriter {
 public:
  StepWriter(const StepShape& shape, const GridShape& grid, double overload)
      : shape_(shape),
        grid_(grid),
        overload_(overload),
        layers_(backbone_work(shape.model.width)),
        replicated_(replicated_buckets(shape)),
        experts_(expert_buckets(shape, grid)),
        schedule_(grid) {
    for (const ConvWork& layer : layers_) flops_ += layer.flops();
  }

  StepSchedule write() {
    for (Zone zone : {Zone::other, Zone::data, Zone::augment})
      schedule_.in(zone, Pass::forward).compute();
    backbone_forward();
    add_head_forward(schedule_, shape_, grid_, overload_);
    schedule_.in(Zone::loss, Pass::forward).compute();
    sum_balance(balance_sums(shape_));
    const int report = start_report();
    backward();
    schedule_.in(Zone::report, Pass::forward).wait(report);
    schedule_.compute();
    optimizer();
    return schedule_.take();
  }

 private:
  void backbone_forward() {
    for (const ConvWork& layer : layers_) {
      schedule_.in(Zone::backbone, Pass::forward).compute(layer.flops() / flops_);
      sum_statistics(Pass::forward, 2.0 * layer.out + 1);
    }
  }

  void backward() {
    schedule_.in(Zone::loss, Pass::backward);
    sum_balance(differentiated_sums(shape_));
    schedule_.compute();
    add_head_backward(schedule_, shape_, grid_, overload_, [this] { start_experts(); });
    start_complete(static_cast<int>(layers_.size()));
    for (int i = static_cast<int>(layers_.size()) - 1; i >= 0; --i) {
      const ConvWork& layer = layers_[static_cast<std::size_t>(i)];
      sum_statistics(Pass::backward, 2.0 * layer.out);
      schedule_.in(Zone::backbone, Pass::backward).compute(layer.flops() / flops_);
      start_complete(i);
    }
    schedule_.in(Zone::gradient_sync, Pass::backward);
    for (int number : under_way_) schedule_.wait(number);
    schedule_.compute();
  }

  void optimizer() {
    schedule_.in(Zone::optimizer, Pass::forward);
    if (shape_.clip_norm > 0)
      schedule_.exchange({Collective::all_reduce, RankGroup::expert_parallel, kSumBytes});
    schedule_.compute();
    if (shape_.norm_sync == NormSync::sync) return;
    double channels = 0;
    for (const ConvWork& layer : layers_) channels += layer.out;
    schedule_.exchange({Collective::all_reduce, RankGroup::world, 2 * channels * kSumBytes});
  }

  // One message: not finite by rank, a request to stop, metrics (train/step_report.cpp).
  int start_report() {
    const int experts = shape_.model.head.is_moe() ? shape_.model.head.experts : 0;
    const double numbers = grid_.ranks + 1 + 4 + 2.0 * experts;
    return schedule_.in(Zone::other, Pass::forward)
        .start({Collective::all_reduce, RankGroup::world, numbers * kSumBytes});
  }

  void sum_statistics(Pass pass, double numbers) {
    if (shape_.norm_sync != NormSync::sync) return;
    schedule_.in(Zone::norm_sync, pass)
        .exchange({Collective::all_reduce, RankGroup::world, numbers * kSumBytes});
    schedule_.compute(1.0 / static_cast<double>(layers_.size()));
  }

  void sum_balance(int sums) {
    const auto number = static_cast<double>(size_of(master_dtype(shape_.precision)));
    for (int i = 0; i < sums; ++i)
      schedule_.exchange(
          {Collective::all_reduce, RankGroup::world, shape_.model.head.experts * number});
  }

  void start_experts() {
    for (const GradientBucket& bucket : experts_) start_sync(RankGroup::data_parallel, bucket);
  }

  void start_complete(int layer) {
    for (const GradientBucket& bucket : replicated_)
      if (bucket.complete_after == layer) start_sync(RankGroup::world, bucket);
  }

  void start_sync(RankGroup group, const GradientBucket& bucket) {
    under_way_.push_back(schedule_.in(Zone::gradient_sync, Pass::backward)
                             .start({Collective::all_reduce, group, bucket.bytes}));
  }

  const StepShape& shape_;
  GridShape grid_;
  double overload_;
  std::vector<ConvWork> layers_;
  std::vector<GradientBucket> replicated_, experts_;
  ScheduleBuilder schedule_;
  double flops_ = 0;
  std::vector<int> under_way_;
};

}  // namespace

StepSchedule step_schedule(const StepShape& shape, const GridShape& grid, double overload) {
  return StepWriter(shape, grid, overload).write();
}

}  // namespace switchyard
