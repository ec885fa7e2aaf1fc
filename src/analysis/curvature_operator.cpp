#include "analysis/curvature_operator.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "profile/step_scope.hpp"

namespace switchyard {
namespace {

// While it lives, the parameters outside of a space are constants.
class FixedOthers {
 public:
  FixedOthers(ModelState& state, const ParameterSpace& space) : state_(state) {
    for (Parameter& p : state.parameters()) p.fixed = true;
    for (Parameter* p : space.parameters()) p->fixed = false;
  }
  ~FixedOthers() {
    for (Parameter& p : state_.parameters()) p.fixed = false;
  }
  FixedOthers(const FixedOthers&) = delete;
  FixedOthers& operator=(const FixedOthers&) = delete;

 private:
  ModelState& state_;
};

// While it lives, the directions are tangents of the parameters of a space.
class SeededParameters {
 public:
  SeededParameters(ParameterSpace& space, std::span<const Tensor> directions) : space_(space) {
    for (std::size_t i = 0; i < space.parameters().size(); ++i)
      for (const Tensor& x : directions)
        space.parameters()[i]->tangents.push_back(space.part(x, i));
  }
  ~SeededParameters() {
    for (Parameter* p : space_.parameters()) p->tangents.clear();
  }
  SeededParameters(const SeededParameters&) = delete;
  SeededParameters& operator=(const SeededParameters&) = delete;

 private:
  ParameterSpace& space_;
};

// Adds what a backward pass makes of the gradients to vectors of the space, parameter by parameter:
// `take` is given the gradient and its parameter's part of each vector.
template <class Take>
void collect_gradients(Tape& tape, ParameterSpace& space, std::vector<Tensor>& sums, Take take) {
  std::unordered_map<const Parameter*, std::size_t> places;
  for (Parameter* p : space.parameters()) places.emplace(p, places.size());
  tape.on_parameter_ready = [&space, &sums, take, places = std::move(places)](Parameter& p) {
    const Dual grad = std::exchange(p.grad, Dual());
    std::vector<Tensor> parts;
    for (const Tensor& sum : sums) parts.push_back(space.part(sum, places.at(&p)));
    take(grad, parts);
  };
}

void collect_tangents(Tape& tape, ParameterSpace& space, std::vector<Tensor>& sums) {
  collect_gradients(tape, space, sums,
                    [&backend = tape.backend()](const Dual& grad, std::vector<Tensor>& parts) {
                      for (std::size_t i = 0; i < parts.size(); ++i)
                        if (Tensor t = grad.tangent(i)) backend.accumulate(parts[i], t);
                    });
}

void collect_values(Tape& tape, ParameterSpace& space, std::vector<Tensor>& sums) {
  collect_gradients(tape, space, sums,
                    [&backend = tape.backend()](const Dual& grad, std::vector<Tensor>& parts) {
                      if (grad.value) backend.accumulate(parts[0], grad.value);
                    });
}

std::int64_t count_samples(const std::vector<Batch>& batches) {
  std::int64_t samples = 0;
  for (const Batch& batch : batches) samples += batch.global_size;
  return samples;
}

void validate(const CurvatureOptions& options, const HeadConfig& head) {
  SY_REQUIRE(options.block >= 1, ExitCode::bad_usage,
             "{} vectors at once are none; a block of 1 multiplies one after the other",
             options.block);
  const ObjectiveConfig& o = options.objective;
  bool balanced = head.is_moe() && (head.is_sparse() ? o.importance_weight > 0 || o.load_weight > 0
                                                     : o.kl_weight > 0);
  SY_REQUIRE(options.matrix == CurvatureMatrix::hessian || !balanced, ExitCode::bad_usage,
             "the Gauss-Newton matrix is that of a loss of the logits, and the balance losses are "
             "none; take the cross-entropy alone, or the Hessian");
}

}  // namespace

CurvatureOperator::CurvatureOperator(DistributedClassifier& classifier, ParameterSpace& space,
                                     PrimalCache& cache, std::vector<Batch> batches,
                                     const CurvatureOptions& options)
    : classifier_(classifier),
      space_(space),
      cache_(cache),
      batches_(std::move(batches)),
      options_(options),
      samples_(count_samples(batches_)) {
  SY_REQUIRE(samples_ > 0, ExitCode::bad_usage,
             "curvature is a mean over samples, and there are none; choose some");
  validate(options_, classifier_.model().config().head);
  records_.resize(batches_.size());
  if (options_.cache == CacheUse::on) cached_ = batches_.size();
  if (options_.cache == CacheUse::automatic) {
    cached_ = 1;  // to see what one takes
    cached_is_final_ = false;
  }
}

std::vector<Tensor> CurvatureOperator::apply(std::span<const Tensor> xs) {
  std::vector<Tensor> products;
  auto block = static_cast<std::size_t>(options_.block);
  for (std::size_t i = 0; i < xs.size(); i += block)
    for (Tensor& y : apply_block(xs.subspan(i, std::min(block, xs.size() - i))))
      products.push_back(std::move(y));
  return products;
}

std::vector<Tensor> CurvatureOperator::apply_block(std::span<const Tensor> xs) {
  StepScope product(classifier_.backend().recorder(), StepKind::product, product_);
  FixedOthers fixed(classifier_.state(), space_);
  std::vector<Tensor> sums;
  for (std::size_t i = 0; i < xs.size(); ++i) sums.push_back(space().zeros());
  drop_stale_values();
  for (std::size_t i = 0; i < batches_.size(); ++i)
    pass_over(i, [&](const Batch& batch) {
      options_.matrix == CurvatureMatrix::hessian ? apply_hessian(batch, xs, sums)
                                                  : apply_gauss_newton(batch, xs, sums);
    });
  for (Tensor& sum : sums) space_.sum_over_copies(sum);
  product.end();
  ++product_;
  return sums;
}

void CurvatureOperator::pass_over(std::size_t i, const std::function<void(const Batch&)>& work) {
  const Batch& batch = batches_[i];
  if (i >= cached_) return work(batch);
  std::vector<Tensor> known = {batch.images, batch.labels, batch.sample_ids};
  for (const Parameter& p : classifier_.state().parameters()) known.push_back(p.value);
  for (const BufferTensor& b : classifier_.state().buffers()) known.push_back(b.value);
  cache_.run(records_[i], known, [&] { work(batch); });
  if (cached_is_final_) return;
  cached_ = batches_with_room();
  cached_is_final_ = true;
  if (cached_ == 0) records_[0].clear();
}

// The same on all ranks, for what is kept is not sent again: as many as the fullest has room for.
std::size_t CurvatureOperator::batches_with_room() {
  const std::size_t each = std::max<std::size_t>(records_[0].kept_bytes(), 1);
  const auto room =
      static_cast<std::int64_t>(std::min(options_.cache_bytes / each, batches_.size()));
  Communicator& world = classifier_.grid().world();
  const std::vector<std::int64_t> mine(static_cast<std::size_t>(world.size()), room);
  return static_cast<std::size_t>(std::ranges::min(world.all_to_all_counts(mine, 1)));
}

void CurvatureOperator::drop_stale_values() {
  const std::uint64_t version = classifier_.state().version();
  if (std::exchange(version_, version) == version) return;
  for (PrimalRecord& record : records_) record.clear();
}

std::size_t CurvatureOperator::cached_bytes() const {
  std::size_t bytes = 0;
  for (const PrimalRecord& record : records_) bytes += record.kept_bytes();
  return bytes;
}

void CurvatureOperator::apply_hessian(const Batch& batch, std::span<const Tensor> xs,
                                      std::vector<Tensor>& sums) {
  SeededParameters seeded(space_, xs);
  Tape tape(cache_, Recording::on, static_cast<int>(xs.size()), DualParts::tangents);
  ForwardContext pass = context(tape, batch);
  Variable root = share(pass, batch, forward(pass, batch));
  collect_tangents(tape, space_, sums);
  tape.backward(root, seed(batch));
}

// J v by a forward pass, H_L J v by a pass through the loss alone, and J' of that as tangents of
// the gradient by the logits, along which no parameter has a tangent.
void CurvatureOperator::apply_gauss_newton(const Batch& batch, std::span<const Tensor> xs,
                                           std::vector<Tensor>& sums) {
  const int probes = static_cast<int>(xs.size());
  Dual logits, by_logits;
  {
    SeededParameters seeded(space_, xs);
    Tape tape(cache_, Recording::off, probes);
    logits = forward(context(tape, batch), batch).logits.dual;
  }
  {
    Tape tape(cache_, Recording::on, probes);
    Variable input = tape.input(std::move(logits));
    Variable root = share(context(tape, batch), batch, {input, std::nullopt});
    tape.backward(root, seed(batch));
    by_logits = tape.gradient(input);
  }
  Tape tape(cache_, Recording::on, probes, DualParts::tangents);
  Variable root = forward(context(tape, batch), batch).logits;
  collect_tangents(tape, space_, sums);
  tape.backward(root, std::move(by_logits));
}

Tensor CurvatureOperator::gradient() {
  FixedOthers fixed(classifier_.state(), space_);
  std::vector<Tensor> sums = {space().zeros()};
  for (const Batch& batch : batches_) {
    Tape tape(cache_, Recording::on);
    ForwardContext pass = context(tape, batch);
    Variable root = share(pass, batch, forward(pass, batch));
    collect_values(tape, space_, sums);
    tape.backward(root, seed(batch));
  }
  space_.sum_over_copies(sums[0]);
  return sums[0];
}

double CurvatureOperator::objective() {
  Tensor sum = cache_.zeros({1}, DType::f64);
  for (const Batch& batch : batches_) {
    Tape tape(cache_, Recording::off);
    ForwardContext pass = context(tape, batch);
    Variable root = share(pass, batch, forward(pass, batch));
    cache_.add_scaled(sum, cache_.convert(root.value(), DType::f64),
                      static_cast<double>(batch.global_size) / static_cast<double>(samples_));
  }
  double mean = 0;
  cache_.to_host(classifier_.batch().sum(sum), &mean);
  return mean;
}

ForwardContext CurvatureOperator::context(Tape& tape, const Batch& batch) {
  ForwardContext context = classifier_.context(tape, Mode::eval, batch.sample_ids);
  context.norm_statistics = options_.norm;
  return context;
}

HeadOutput CurvatureOperator::forward(const ForwardContext& context, const Batch& batch) {
  return classifier_.model().forward(context, context.tape.constant(batch.images)).head;
}

Variable CurvatureOperator::share(const ForwardContext& context, const Batch& batch,
                                  const HeadOutput& output) {
  return training_objective(context, output, batch.labels.reshape({batch.size(), 1}),
                            batch.global_size, classifier_.model().config().head,
                            options_.objective)
      .share;
}

// Of the mean over all samples: the batch's loss counts by its share of them.
Tensor CurvatureOperator::seed(const Batch& batch) {
  return cache_.full({1}, classifier_.dtype(),
                     static_cast<double>(batch.global_size) / static_cast<double>(samples_));
}

}  // namespace switchyard
