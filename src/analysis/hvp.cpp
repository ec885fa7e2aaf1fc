#include "analysis/hvp.hpp"

#include <utility>
#include <vector>

#include "parallel/gradient_sync.hpp"

namespace switchyard {

namespace {

// While it lives, the parameters' tangents are the directions, and the running statistics copies:
// training mode updates them in place. Afterwards there are no tangents, and the statistics are
// those of before.
class SeededState {
 public:
  SeededState(ModelState& state, std::span<const VectorPart> directions) : state_(state) {
    for (Parameter& p : state.parameters())
      for (const VectorPart& direction : directions) p.tangents.push_back(direction(p));
    for (BufferTensor& buffer : state.buffers()) {
      Tensor copy = state.backend().convert(buffer.value, buffer.value.dtype());
      buffers_.push_back(std::exchange(buffer.value, std::move(copy)));
    }
  }
  ~SeededState() {
    for (Parameter& p : state_.parameters()) p.tangents.clear();
    auto before = buffers_.begin();
    for (BufferTensor& buffer : state_.buffers()) buffer.value = std::move(*before++);
  }
  SeededState(const SeededState&) = delete;
  SeededState& operator=(const SeededState&) = delete;

 private:
  ModelState& state_;
  std::vector<Tensor> buffers_;
};

}  // namespace

HessianOperator::HessianOperator(DistributedClassifier& classifier, Batch batch,
                                 const HessianOptions& options)
    : classifier_(classifier), batch_(std::move(batch)), options_(options) {}

double HessianOperator::apply(std::span<const VectorPart> directions) {
  SeededState seeded(classifier_.state(), directions);
  return differentiate(static_cast<int>(directions.size()));
}

double HessianOperator::differentiate(int probes) {
  Backend& backend = classifier_.backend();
  Tape tape(backend, Recording::on, probes);
  ForwardContext context =
      classifier_.context(tape, options_.mode, batch_.sample_ids, options_.step);
  auto output = classifier_.model().forward(context, tape.constant(batch_.images));
  Tensor labels = batch_.labels.reshape({batch_.size(), 1});
  Variable share = training_objective(context, output.head, labels, batch_.global_size,
                                      classifier_.model().config().head, options_.objective)
                       .share;
  output = {};

  GradientSync gradients(classifier_.state(), classifier_.grid());
  gradients.attach(tape);
  tape.backward(share, backend.full({1}, share.dtype(), 1.0));
  gradients.finish();

  double objective = 0;
  Tensor total = classifier_.batch().sum(share.value());
  backend.to_host(backend.convert(total, DType::f64), &objective);
  return objective;
}

}  // namespace switchyard
