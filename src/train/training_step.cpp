#include "train/training_step.hpp"

#include <fmt/ranges.h>

#include <cmath>
#include <memory>
#include <vector>

#include "base/error.hpp"

namespace switchyard {
namespace {

double scalar(Backend& backend, const Tensor& x) {
  double value = 0;
  backend.to_host(backend.convert(x, DType::f64), &value);
  return value;
}

// What the ranks tell one another about a step: a flag a rank for a loss that is not finite, the
// number of ranks asked to stop, and the metric sums.
class StepStatus {
 public:
  StepStatus(DistributedClassifier& classifier, MetricSums own, bool finite, bool stop)
      : backend_(classifier.backend()), world_(classifier.grid().world()), sums_(std::move(own)) {
    std::vector<double> message(static_cast<std::size_t>(world_.size()) + 1, 0.0);
    if (!finite) {
      message[static_cast<std::size_t>(world_.rank().value)] = 1;
      // One rank's infinity must not hide which rank it was.
      sums_ = MetricSums(sums_.experts());
    }
    message.back() = stop;
    message.insert(message.end(), sums_.values().begin(), sums_.values().end());
    flat_ =
        backend_.from_host(message.data(), {static_cast<std::int64_t>(message.size())}, DType::f64);
    request_ = world_.start_all_reduce_sum(flat_);
  }

  void wait() {
    request_->wait();
    std::vector<double> message(static_cast<std::size_t>(flat_.numel()));
    backend_.to_host(flat_, message.data());
    for (int r = 0; r < world_.size(); ++r)
      if (message[static_cast<std::size_t>(r)] != 0) not_finite_.push_back(r);
    auto tail = message.begin() + world_.size();
    stop_ = *tail > 0;
    sums_.values().assign(tail + 1, message.end());
  }

  const std::vector<int>& not_finite() const { return not_finite_; }
  bool stop() const { return stop_; }
  const MetricSums& sums() const { return sums_; }

 private:
  Backend& backend_;
  Communicator& world_;
  MetricSums sums_;
  Tensor flat_;
  std::unique_ptr<Request> request_;
  std::vector<int> not_finite_;
  bool stop_ = false;
};

}  // namespace

TrainingStep::TrainingStep(DistributedClassifier& classifier, Sgd& sgd,
                           const ObjectiveConfig& objective, double clip_norm)
    : classifier_(classifier),
      sgd_(sgd),
      objective_(objective),
      clip_norm_(clip_norm),
      gradients_(classifier.state(), classifier.grid()) {}

StepResult TrainingStep::run(const StepInput& input) {
  Backend& backend = classifier_.backend();
  const HeadConfig& head = classifier_.model().config().head;
  Tape tape(backend, Recording::on);
  ForwardContext context =
      classifier_.context(tape, Mode::train, input.batch.sample_ids, input.step);
  auto output = classifier_.model().forward(context, tape.constant(input.batch.images));
  Tensor labels = input.batch.labels.reshape({input.batch.size(), 1});
  Objective objective =
      training_objective(context, output.head, labels, input.batch.global_size, head, objective_);
  double balance = scalar(backend, objective.balance);
  double share = scalar(backend, objective.share.value());
  StepStatus status(classifier_,
                    measure(backend, output.head, input.batch.labels, objective.cross_entropy_sum,
                            head.is_moe() ? head.experts : 0),
                    std::isfinite(share), input.stop_requested);
  output = {};

  gradients_.attach(tape);
  tape.backward(objective.share, backend.full({1}, objective.share.dtype(), 1.0));
  gradients_.finish();
  status.wait();
  if (!status.not_finite().empty())
    fail_everywhere(
        ExitCode::run_failed,
        fmt::format(
            "the loss is not finite at step {} (on rank {}); checkpoints are as before: "
            "resume from the last one, if there is one, with a lower --lr or with --clip-norm",
            input.step, fmt::join(status.not_finite(), ", ")));

  StepResult result{.sums = status.sums(), .balance = balance, .stop_requested = status.stop()};
  if (clip_norm_ > 0)
    result.grad_norm = clip_gradients(classifier_.state(), classifier_.grid(), clip_norm_);
  sgd_.step(input.learning_rate);
  classifier_.average_running_statistics(input.batch.size());
  return result;
}

}  // namespace switchyard
