#pragma once
// The parts of a step that time is booked on. Every one is named here and nowhere else.

#include <cstdint>

#include "base/config/field.hpp"

namespace switchyard {

enum class Zone : std::uint8_t {
  other,           ///< of a step, what no zone below covers
  data,            ///< waiting for the next batch, and handing it to the device
  augment,         ///< decoding and augmenting a batch, on the loader's thread or by kernels
  backbone,        ///< images to features
  router,          ///< features to chosen experts and weights
  plan,            ///< sorting samples by expert, and who sends how many rows to whom
  count_exchange,  ///< the ranks tell one another these numbers
  pack,            ///< rows into the order in which they are sent
  dispatch,        ///< rows to their experts: starting, and waiting for, the exchange
  experts,         ///< the experts on the rows that have arrived
  combine,         ///< outputs back to their samples: starting, and waiting for, the exchange
  unpack,          ///< arrived rows into the order in which they are used; the weighted sum
  dense_head,      ///< the head of a model without experts
  loss,            ///< cross-entropy and balance losses
  report,          ///< metrics and status of all ranks in one message
  gradient_sync,   ///< summing gradients over ranks
  norm_sync,       ///< summing batch norm's statistics over ranks
  optimizer,       ///< clipping and update
  checkpoint,      ///< writing one
};

inline constexpr Choice<Zone> zone_choices[] = {
    {Zone::other, "other"},
    {Zone::data, "data"},
    {Zone::augment, "augment"},
    {Zone::backbone, "backbone"},
    {Zone::router, "router"},
    {Zone::plan, "plan"},
    {Zone::count_exchange, "count exchange"},
    {Zone::pack, "pack"},
    {Zone::dispatch, "dispatch"},
    {Zone::experts, "experts"},
    {Zone::combine, "combine"},
    {Zone::unpack, "unpack"},
    {Zone::dense_head, "dense head"},
    {Zone::loss, "loss"},
    {Zone::report, "report"},
    {Zone::gradient_sync, "gradient sync"},
    {Zone::norm_sync, "batch-norm sync"},
    {Zone::optimizer, "optimizer"},
    {Zone::checkpoint, "checkpoint"},
};

/// Of a zone that has both: its forward part, or that of its vjps.
enum class Pass : std::uint8_t { forward, backward };
inline constexpr Choice<Pass> pass_choices[] = {{Pass::forward, "forward"},
                                                {Pass::backward, "backward"}};

/// What ranks do together, as nccl-tests name it where they do.
enum class Collective : std::uint8_t {
  all_reduce,
  all_to_all_counts,
  all_to_all_rows,  ///< a variable number of rows for each rank
  all_gather,
  reduce_scatter,
  broadcast,
  barrier,
};
inline constexpr Choice<Collective> collective_choices[] = {
    {Collective::all_reduce, "all_reduce"},
    {Collective::all_to_all_counts, "all_to_all_counts"},
    {Collective::all_to_all_rows, "all_to_all_rows"},
    {Collective::all_gather, "all_gather"},
    {Collective::reduce_scatter, "reduce_scatter"},
    {Collective::broadcast, "broadcast"},
    {Collective::barrier, "barrier"}};

/// What a command counts as its steps.
enum class StepKind : std::uint8_t {
  training,    ///< optimizer steps
  evaluation,  ///< batches
  product,     ///< products of a curvature matrix
  benchmark,   ///< repetitions
};
inline constexpr Choice<StepKind> step_kind_choices[] = {{StepKind::training, "training step"},
                                                         {StepKind::evaluation, "batch"},
                                                         {StepKind::product, "product"},
                                                         {StepKind::benchmark, "repetition"}};

}  // namespace switchyard
