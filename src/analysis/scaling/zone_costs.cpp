#include "analysis/scaling/zone_costs.hpp"

#include <algorithm>

#include "analysis/scaling/gradient_buckets.hpp"
#include "analysis/scaling/model_work.hpp"
#include "device/dtype.hpp"
#include "parallel/grid.hpp"

namespace switchyard {
namespace {

// Kernels of one pass; a convolution with its batch norm is about four.
constexpr double kKernelsOfLayer = 4;
constexpr double kKernelsOfHeadZone = 4;
// A backward pass has two products for each of the forward pass.
constexpr double kBackwardWork = 2;
// Activations are read or written by the convolution, by the sums of batch norm and by what applies
// it: about three times each.
constexpr double kActivationPasses = 3;
// SGD with momentum reads parameter, gradient and momentum, and writes two of them.
constexpr double kOptimizerPasses = 5;

double backbone_flops(const ModelConfig& model) {
  double flops = 0;
  for (const ConvWork& layer : backbone_work(model.width)) flops += layer.flops();
  return flops;
}

double backbone_elements(const ModelConfig& model) {
  double elements = 0;
  for (const ConvWork& layer : backbone_work(model.width)) elements += layer.activations();
  return elements;
}

double total_bytes(const std::vector<GradientBucket>& buckets) {
  double bytes = 0;
  for (const GradientBucket& bucket : buckets) bytes += bucket.bytes;
  return bytes;
}

// Rows that the experts of a rank see.
double expert_rows(const StepShape& shape, const GridShape& grid) {
  const HeadConfig& head = shape.model.head;
  if (head.is_sparse()) return shape.rows(grid);
  return shape.samples(grid) * grid.ep * expert_range(head.experts, grid.ep, 0).size();
}

double synced_bytes(const StepShape& shape, const GridShape& grid) {
  return (grid.ranks > 1 ? total_bytes(replicated_buckets(shape)) : 0) +
         (grid.dp() > 1 ? total_bytes(expert_buckets(shape, grid)) : 0);
}

struct Prior {
  double seconds_of_flops;
  double seconds_of_byte;
  double kernel;

  LinearCost arithmetic(double flops, double bytes, double kernels, double times) const {
    const double seconds = std::max(flops * seconds_of_flops, bytes * seconds_of_byte);
    return {times * kernels * kernel, flops > 0 ? times * seconds / flops : 0};
  }
  LinearCost moving(double kernels, double passes) const {
    return {kernels * kernel, passes * seconds_of_byte};
  }
};

}  // namespace

ZoneTable<double> zone_work(const StepShape& shape, const GridShape& grid, double overload) {
  const HeadWork head = head_work(shape.model);
  const HeadConfig& config = shape.model.head;
  const double samples = shape.samples(grid);
  const double moved = shape.rows(grid) * (features_of(shape.model) + shape.model.classes) *
                       static_cast<double>(size_of(compute_dtype(shape.precision)));
  const double owned =
      total_bytes(replicated_buckets(shape)) + total_bytes(expert_buckets(shape, grid));
  ZoneTable<double> work;
  for (const auto& [pass, name] : pass_choices) {
    auto set = [&work, pass = pass](Zone zone, double units) { work.at(zone, pass) = units; };
    for (Zone zone : {Zone::other, Zone::data, Zone::augment, Zone::loss}) set(zone, samples);
    set(Zone::backbone, samples * backbone_flops(shape.model));
    set(Zone::optimizer, owned);
    set(Zone::gradient_sync, synced_bytes(shape, grid));
    set(Zone::norm_sync, grid.ranks > 1 && shape.norm_sync == NormSync::sync ? 1 : 0);
    if (!config.is_moe()) {
      set(Zone::dense_head, samples * head.mlp_flops);
      continue;
    }
    set(Zone::router, samples * head.router_flops);
    set(Zone::experts, overload * expert_rows(shape, grid) * head.mlp_flops);
    for (Zone zone : {Zone::dispatch, Zone::combine}) set(zone, grid.ep > 1 ? moved : 0);
    if (!config.is_sparse()) continue;
    set(Zone::plan, shape.rows(grid));
    for (Zone zone : {Zone::pack, Zone::unpack}) set(zone, moved);
  }
  return work;
}

ZoneCosts described_costs(const MachineDescription& machine, const StepShape& shape) {
  const Prior prior{1 / machine.flops(shape.precision), 1 / machine.memory_bytes(),
                    machine.kernel_overhead * 1e-6};
  const auto element = static_cast<double>(size_of(compute_dtype(shape.precision)));
  const double bytes = kActivationPasses * element * backbone_elements(shape.model);
  const HeadWork head = head_work(shape.model);
  const double row = element * (features_of(shape.model) + shape.model.classes);
  const double layers = static_cast<double>(backbone_work(shape.model.width).size());
  ZoneCosts costs;
  for (const auto& [pass, name] : pass_choices) {
    const double times = pass == Pass::forward ? 1 : kBackwardWork;
    auto set = [&costs, pass = pass](Zone zone, LinearCost cost) { costs.at(zone, pass) = cost; };
    set(Zone::backbone,
        prior.arithmetic(backbone_flops(shape.model), bytes, layers * kKernelsOfLayer, times));
    set(Zone::loss, {kKernelsOfHeadZone * prior.kernel, 0});
    if (!shape.model.head.is_moe()) {
      set(Zone::dense_head, prior.arithmetic(head.mlp_flops, row, kKernelsOfHeadZone, times));
      continue;
    }
    set(Zone::router, prior.arithmetic(head.router_flops, row, kKernelsOfHeadZone, times));
    set(Zone::experts, prior.arithmetic(head.mlp_flops, row, kKernelsOfHeadZone, times));
    if (!shape.model.head.is_sparse()) continue;
    for (Zone zone : {Zone::pack, Zone::unpack}) set(zone, prior.moving(2, 2));
  }
  if (shape.model.head.is_sparse())
    costs.at(Zone::plan, Pass::forward) = prior.moving(kKernelsOfHeadZone, 0);
  costs.at(Zone::optimizer, Pass::forward) = prior.moving(1, kOptimizerPasses);
  costs.at(Zone::gradient_sync, Pass::backward) = prior.moving(0, 4);
  return costs;
}

}  // namespace switchyard
