#include "analysis/landscape/loss_surface.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "analysis/landscape/displacement.hpp"
#include "analysis/landscape/gate_view.hpp"

namespace switchyard {
namespace {

// The first element of a tensor of doubles.
double first_number(Backend& backend, const Tensor& x) {
  std::vector<double> host(static_cast<std::size_t>(x.numel()));
  backend.to_host(x, host.data());
  return host.front();
}

double epsilon(DType dtype) {
  return dtype == DType::f64 ? std::numeric_limits<double>::epsilon()
                             : std::numeric_limits<float>::epsilon();
}

}  // namespace

struct LossSurface::Sums {
  enum Name { objective, correct, rerouted, entropy, fixed_set, fixed_weights, names };
  std::array<double, names> of{};
  std::vector<double> margins;  ///< of this rank's samples
};

LossSurface::LossSurface(DistributedClassifier& classifier, ParameterSpace& space,
                         std::vector<Batch> batches, const SurfaceOptions& options)
    : classifier_(classifier), space_(space), batches_(std::move(batches)), options_(options) {
  for (const Batch& batch : batches_) {
    samples_ += static_cast<double>(batch.global_size);
    fixed_.push_back(routing_now(batch));
  }
  SY_REQUIRE(samples_ > 0, ExitCode::bad_usage,
             "a loss surface was asked for over no samples at all; choose some");
  origin_ = measure({});
}

SurfacePoint LossSurface::at(std::vector<double> coordinates, std::span<const Tensor> directions) {
  Displacement displaced(space_, coordinates, directions);
  return measure(std::move(coordinates));
}

double LossSurface::resolution() const {
  constexpr double kRoundings = 64;
  return kRoundings * epsilon(classifier_.dtype()) * std::max(1.0, origin_.loss);
}

ForwardContext LossSurface::context(Tape& tape, const Batch& batch) {
  ForwardContext context = classifier_.context(tape, Mode::eval, batch.sample_ids);
  context.norm_statistics = options_.norm;
  return context;
}

std::optional<LossSurface::Fixed> LossSurface::routing_now(const Batch& batch) {
  Backend& backend = classifier_.backend();
  Tape tape(backend, Recording::off);
  Classifier& model = classifier_.model();
  HeadOutput head = model.forward(context(tape, batch), tape.constant(batch.images)).head;
  if (!head.routing) return {};
  const Routing& routing = *head.routing;
  const Variable& weights = routing.chosen ? routing.weights : routing.probs;
  return Fixed{.routing = {routing.chosen, weights.value()},
               .leading = leading_experts(backend, routing)};
}

double LossSurface::objective_share(const ForwardContext& context, const Batch& batch,
                                    const HeadOutput& output) {
  Backend& backend = classifier_.backend();
  Tensor labels = batch.labels.reshape({batch.size(), 1});
  Variable share = training_objective(context, output, labels, batch.global_size,
                                      classifier_.model().config().head, options_.objective)
                       .share;
  return first_number(backend, backend.convert(share.value(), DType::f64)) *
         static_cast<double>(batch.global_size);
}

void LossSurface::measure(const Batch& batch, const std::optional<Fixed>& fixed, Sums& sums) {
  Backend& backend = classifier_.backend();
  Classifier& model = classifier_.model();
  Tape tape(backend, Recording::off);
  ForwardContext surroundings = context(tape, batch);
  auto [features, free] = model.forward(surroundings, tape.constant(batch.images));
  auto& of = sums.of;
  of[Sums::objective] += objective_share(surroundings, batch, free);
  of[Sums::correct] +=
      first_number(backend, backend.count_correct(free.logits.value(), batch.labels));
  if (!fixed) return;

  const Routing& routing = *free.routing;
  of[Sums::entropy] +=
      first_number(backend, backend.routing_sums(routing.probs.value(), routing.chosen));
  of[Sums::rerouted] += static_cast<double>(
      count_rerouted(backend, fixed->leading, leading_experts(backend, routing)));
  std::ranges::copy(gate_margins(backend, routing), std::back_inserter(sums.margins));

  auto with = [&](FrozenRouting frozen) {
    surroundings.frozen = std::move(frozen);
    return objective_share(surroundings, batch, model.forward_head(surroundings, features));
  };
  if (routing.chosen) of[Sums::fixed_set] += with({fixed->routing.chosen, {}});
  of[Sums::fixed_weights] += with(fixed->routing);
}

SurfacePoint LossSurface::measure(std::vector<double> coordinates) {
  Backend& backend = classifier_.backend();
  Sums sums;
  for (std::size_t i = 0; i < batches_.size(); ++i) measure(batches_[i], fixed_[i], sums);
  Tensor mine = backend.from_host(sums.of.data(), {std::ssize(sums.of)}, DType::f64);
  backend.to_host(classifier_.batch().sum(mine), sums.of.data());

  auto mean = [&](Sums::Name name) { return sums.of[name] / samples_; };
  SurfacePoint point{std::move(coordinates), mean(Sums::objective), mean(Sums::correct), {}};
  const HeadConfig& head = classifier_.model().config().head;
  if (!head.is_moe()) return point;
  point.routing = RoutingAtPoint{.rerouted = mean(Sums::rerouted),
                                 .margin = gate_margin(classifier_.grid().world(), sums.margins),
                                 .entropy = mean(Sums::entropy),
                                 .fixed_set_loss = {},
                                 .fixed_weights_loss = mean(Sums::fixed_weights)};
  if (head.is_sparse()) point.routing->fixed_set_loss = mean(Sums::fixed_set);
  return point;
}

}  // namespace switchyard
