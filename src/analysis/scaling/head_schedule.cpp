#include "analysis/scaling/head_schedule.hpp"

#include "analysis/scaling/model_work.hpp"
#include "device/dtype.hpp"
#include "parallel/grid.hpp"

namespace switchyard {
namespace {

constexpr double kNumberBytes = sizeof(std::int64_t);

double size(DType dtype) {
  return static_cast<double>(size_of(dtype));
}

// Rows of routed samples on their way to experts and back, in parts (parallel/expert_parallel.cpp).
class RoutedSchedule {
 public:
  RoutedSchedule(ScheduleBuilder& schedule, const StepShape& shape, const GridShape& grid,
                 double overload)
      : schedule_(schedule),
        parts_(grid.ep == 1 ? 1 : shape.overlap_degree),
        share_(1.0 / parts_),
        keys_(shape.model.head.hidden_dropout > 0),
        rows_(shape.rows(grid) * overload * share_),
        features_(features_of(shape.model)),
        classes_(shape.model.classes),
        compute_(size(compute_dtype(shape.precision))),
        master_(size(master_dtype(shape.precision))) {
    const int slots = expert_range(shape.model.head.experts, grid.ep, 0).size() + 1;
    counts_ = kNumberBytes * grid.ep * parts_ * slots;
  }

  void forward() {
    in(Zone::router, kForward).compute();
    in(Zone::plan, kForward).compute();
    in(Zone::pack, kForward).compute(there());
    in(Zone::count_exchange, kForward).compute();
    schedule_.exchange({Collective::all_to_all_counts, RankGroup::expert_parallel, counts_});
    std::vector<int> keys, rows, outputs;
    for (int part = 0; part < parts_; ++part) {
      in(Zone::dispatch, kForward).compute(share_);
      keys.push_back(keys_ ? start(kNumberBytes) : -1);
      rows.push_back(start(features_ * compute_));
    }
    for (int part = 0; part < parts_; ++part) {
      in(Zone::dispatch, kForward).wait(rows[index(part)]);
      in(Zone::unpack, kForward).wait(keys[index(part)]);
      schedule_.compute(there() * share_);
      in(Zone::experts, kForward).compute(share_);
      in(Zone::pack, kForward).compute(back() * share_);
      in(Zone::combine, kForward).compute(share_);
      outputs.push_back(start(classes_ * master_));
    }
    for (int part = 0; part < parts_; ++part) {
      in(Zone::combine, kForward).wait(outputs[index(part)]);
      in(Zone::unpack, kForward).compute(back() * share_);
    }
  }

  void backward(const std::function<void()>& experts_done) {
    std::vector<int> outputs(index(parts_)), rows(index(parts_));
    for (int part = parts_ - 1; part >= 0; --part) {
      in(Zone::unpack, kBackward).compute(back() * share_);
      in(Zone::combine, kBackward).compute(share_);
      outputs[index(part)] = start(classes_ * master_);
    }
    for (int part = parts_ - 1; part >= 0; --part) {
      in(Zone::combine, kBackward).wait(outputs[index(part)]);
      in(Zone::pack, kBackward).compute(back() * share_);
      in(Zone::experts, kBackward).compute(share_);
      if (part == 0) experts_done();
      in(Zone::unpack, kBackward).compute(there() * share_);
      in(Zone::dispatch, kBackward).compute(share_);
      rows[index(part)] = start(features_ * compute_);
    }
    for (int part = parts_ - 1; part >= 0; --part) {
      in(Zone::dispatch, kBackward).wait(rows[index(part)]);
      in(Zone::pack, kBackward).compute(there() * share_);
    }
    in(Zone::router, kBackward).compute();
  }

 private:
  static constexpr Pass kForward = Pass::forward;
  static constexpr Pass kBackward = Pass::backward;

  static std::size_t index(int part) { return static_cast<std::size_t>(part); }
  ScheduleBuilder& in(Zone zone, Pass pass) { return schedule_.in(zone, pass); }
  int start(double bytes_of_row) {
    return schedule_.start(
        {Collective::all_to_all_rows, RankGroup::expert_parallel, rows_ * bytes_of_row});
  }
  // Of what is packed and unpacked, the parts that are features and outputs.
  double there() const { return features_ / (features_ + classes_); }
  double back() const { return classes_ / (features_ + classes_); }

  ScheduleBuilder& schedule_;
  int parts_;
  double share_;
  bool keys_;
  double rows_;  // of one part
  double features_, classes_, compute_, master_;
  double counts_ = 0;
};

// Every sample's features to every expert's rank, sums of outputs back.
class MixedSchedule {
 public:
  MixedSchedule(ScheduleBuilder& schedule, const StepShape& shape, const GridShape& grid)
      : schedule_(schedule),
        ep_(grid.ep),
        samples_(shape.samples(grid) * grid.ep),
        features_(features_of(shape.model) * size(compute_dtype(shape.precision))),
        probs_(shape.model.head.experts * size(master_dtype(shape.precision))),
        logits_(shape.model.classes * size(master_dtype(shape.precision))) {}

  void forward() {
    schedule_.in(Zone::router, Pass::forward).compute();
    schedule_.in(Zone::count_exchange, Pass::forward).compute();
    schedule_.exchange(
        {Collective::all_to_all_counts, RankGroup::expert_parallel, kNumberBytes * ep_});
    schedule_.in(Zone::dispatch, Pass::forward).compute();
    for (double bytes : {kNumberBytes, features_, probs_}) exchange(Collective::all_gather, bytes);
    schedule_.in(Zone::experts, Pass::forward).compute();
    schedule_.in(Zone::combine, Pass::forward).compute();
    exchange(Collective::reduce_scatter, logits_);
  }

  void backward(const std::function<void()>& experts_done) {
    schedule_.in(Zone::combine, Pass::backward).compute();
    exchange(Collective::all_gather, logits_);
    schedule_.in(Zone::experts, Pass::backward).compute();
    experts_done();
    schedule_.in(Zone::dispatch, Pass::backward).compute();
    for (double bytes : {probs_, features_}) exchange(Collective::reduce_scatter, bytes);
    schedule_.in(Zone::router, Pass::backward).compute();
  }

 private:
  void exchange(Collective operation, double bytes_of_sample) {
    schedule_.exchange({operation, RankGroup::expert_parallel, samples_ * bytes_of_sample});
  }

  ScheduleBuilder& schedule_;
  int ep_;
  double samples_;  // of the whole group
  double features_, probs_, logits_;
};

}  // namespace

void add_head_forward(ScheduleBuilder& schedule, const StepShape& shape, const GridShape& grid,
                      double overload) {
  if (!shape.model.head.is_moe()) return schedule.in(Zone::dense_head, Pass::forward).compute();
  if (!shape.model.head.is_sparse()) return MixedSchedule(schedule, shape, grid).forward();
  RoutedSchedule(schedule, shape, grid, overload).forward();
}

void add_head_backward(ScheduleBuilder& schedule, const StepShape& shape, const GridShape& grid,
                       double overload, const std::function<void()>& experts_done) {
  if (!shape.model.head.is_moe()) return schedule.in(Zone::dense_head, Pass::backward).compute();
  if (!shape.model.head.is_sparse())
    return MixedSchedule(schedule, shape, grid).backward(experts_done);
  RoutedSchedule(schedule, shape, grid, overload).backward(experts_done);
}

}  // namespace switchyard
