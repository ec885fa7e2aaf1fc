#include "apps/profiling/watched_steps.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <thread>

#include "apps/profiling/profile_session.hpp"
#include "base/file.hpp"
#include "model/objective.hpp"
#include "parallel/gradient_sync.hpp"
#include "profile/recorder.hpp"
#include "support/temp_folder.hpp"

namespace switchyard::test {
namespace {

class ThrottledRequest final : public Request {
 public:
  ThrottledRequest(std::unique_ptr<Request> inner, Sleeper& sleeper)
      : inner_(std::move(inner)), sleeper_(sleeper) {}
  bool test() override { return false; }
  void wait() override {
    inner_->wait();
    sleeper_.sleep();
  }

 private:
  std::unique_ptr<Request> inner_;
  Sleeper& sleeper_;
};

void take_step(DistributedClassifier& classifier, const Batch& batch) {
  Backend& backend = classifier.backend();
  GradientSync gradients(classifier.state(), classifier.grid());
  Tape tape(backend, Recording::on);
  ForwardContext context = classifier.context(tape, Mode::train, batch.sample_ids);
  auto output = classifier.model().forward(context, tape.constant(batch.images));
  Objective objective =
      training_objective(context, output.head, batch.labels.reshape({batch.size(), 1}),
                         batch.global_size, classifier.model().config().head, {.load_weight = 0});
  gradients.attach(tape);
  tape.backward(objective.share, backend.full({1}, DType::f64, 1.0));
  gradients.finish();
}

}  // namespace

void Sleeper::sleep() {
  const auto start = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(each_);
  const std::chrono::duration<double> slept = std::chrono::steady_clock::now() - start;
  if (counting_) seconds_ += slept.count();
}

std::unique_ptr<Request> ThrottledCommunicator::start_all_to_all_rows(Tensor send, Counts send_rows,
                                                                      Tensor receive,
                                                                      Counts receive_rows) {
  return std::make_unique<ThrottledRequest>(
      inner().start_all_to_all_rows(std::move(send), send_rows, std::move(receive), receive_rows),
      sleeper_);
}

std::unique_ptr<Communicator> ThrottledCommunicator::split(int color, std::string name) {
  return std::unique_ptr<Communicator>(
      new ThrottledCommunicator(inner().split(color, std::move(name)), sleeper_));
}

std::unique_ptr<DistributedClassifier> plain_classifier(Machine& machine) {
  ModelConfig config = tiny_config(HeadKind::sparse_moe, 6);
  config.head.gate_noise = false;
  config.head.gate_input_dropout = config.head.gate_logit_dropout = 0;
  config.head.hidden_dropout = 0;
  return tiny_classifier(machine.backend(), machine.world(), config);
}

Batch share_of_step(Machine& machine) {
  return tiny_share(machine.backend(), machine.world(), 13);
}

Json profile_steps(Machine& machine, Sleeper* sleeper,
                   const std::function<void(DistributedClassifier&)>& prepare) {
  testing::TempFolder folder;
  std::ostringstream messages;
  Logger log(machine.world().rank(), {messages});
  ProfileSession session({fmt::format("steps={}:{}", kFirst, kLast)}, StepKind::training, machine,
                         folder.path(), log);
  auto classifier = plain_classifier(session.machine());
  if (prepare) prepare(*classifier);
  const Batch batch = share_of_step(machine);
  Recorder& recorder = *machine.backend().recorder();
  for (int step = 0; step < 2 * kLast; ++step) {
    recorder.begin_step(StepKind::training, step);
    if (sleeper) sleeper->count(recorder.recording());
    take_step(*classifier, batch);
    recorder.end_step(StepKind::training);
  }
  EXPECT_EQ(session.finish(ExitCode::requeue_me), ExitCode::requeue_me);
  if (machine.world().rank().value != 0) return nullptr;
  return Json::parse(read_file(folder / "profile.json"));
}

const Json& find(const Json& array, const Json& values) {
  for (const Json& entry : array) {
    bool all = true;
    for (const auto& [key, value] : values.items()) all = all && entry.at(key) == value;
    if (all) return entry;
  }
  throw std::runtime_error("there is no entry " + values.dump());
}

}  // namespace switchyard::test
