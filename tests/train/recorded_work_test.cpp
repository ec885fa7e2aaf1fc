#include "train/recorded_work.hpp"

#include <gtest/gtest.h>

#include <string>

#include "comm/forwarding_communicator.hpp"
#include "ops/ref/ref_backend.hpp"
#include "profile/recorder.hpp"

namespace switchyard {
namespace {

// A backend whose programs repeat what was recorded, as those of a device do: without the host's
// part of the work.
class RecordingBackend final : public RefBackend {
 public:
  std::unique_ptr<Program> record(std::function<void()> work) override {
    if (lacks_memory)
      throw OutOfMemory(ExitCode::run_failed, "full", {}, std::source_location::current());
    work();
    ++records;
    return std::make_unique<Replay>(replays);
  }

  bool lacks_memory = false;  // for programs
  int records = 0;
  int replays = 0;

 private:
  struct Replay final : Program {
    explicit Replay(int& count) : count(count) {}
    void run() override { ++count; }
    int& count;
  };
};

// This rank and one that answers like it, or that it could not.
class TwoRanks final : public ForwardingCommunicator {
 public:
  using ForwardingCommunicator::ForwardingCommunicator;
  int size() const override { return 2; }
  std::vector<std::int64_t> all_to_all_counts(Counts counts, int) override {
    return {counts[0], other_lacks_memory ? 0 : counts[1]};
  }

  bool other_lacks_memory = false;
};

class RecordedWorkTest : public ::testing::Test {
 protected:
  // What each of the runs did: called, recorded or only replayed.
  std::string run(bool recording, const std::vector<std::int64_t>& forms) {
    int calls = 0;
    RecordedWork work(backend_, ranks_, recording, [&] {
      ++calls;
      return backend_.full({1}, DType::f64, static_cast<double>(form_));
    });
    std::string story;
    for (std::int64_t form : forms) {
      int calls_before = calls, records_before = backend_.records;
      form_ = form;
      Tensor result = work.run(form);
      EXPECT_EQ(result.data<double>()[0], static_cast<double>(form));
      story += backend_.records > records_before ? 'r' : calls > calls_before ? 'c' : '.';
    }
    return story;
  }

  RecordingBackend backend_;
  std::unique_ptr<Communicator> self_ = make_self_communicator();
  TwoRanks ranks_{*self_};
  std::int64_t form_ = 0;
};

TEST_F(RecordedWorkTest, IsCalledTwiceThenRecordedThenReplayed) {
  EXPECT_EQ(run(true, {8, 8, 8, 8}), "cr..");
  EXPECT_EQ(backend_.replays, 2);
}

TEST_F(RecordedWorkTest, IsCalledEveryTimeWithoutRecording) {
  EXPECT_EQ(run(false, {8, 8, 8}), "ccc");
  EXPECT_EQ(backend_.records, 0);
}

TEST_F(RecordedWorkTest, KeepsTheProgramOfTheCommonFormBesideShortOnes) {
  EXPECT_EQ(run(true, {8, 8, 8, 3, 8, 8, 3, 8}), "cr.c..c.");
}

TEST_F(RecordedWorkTest, RecordsAnotherFormThatComesTwiceInARow) {
  EXPECT_EQ(run(true, {8, 8, 3, 3, 3, 8, 8}), "crcr.cr");
}

TEST_F(RecordedWorkTest, IsCalledWhereItsProgramFindsNoMemory) {
  backend_.lacks_memory = true;
  EXPECT_EQ(run(true, {8, 8, 8}), "ccc");
}

TEST_F(RecordedWorkTest, IsCalledWhereTheProgramOfAnotherRankFindsNoMemory) {
  ranks_.other_lacks_memory = true;
  EXPECT_EQ(run(true, {8, 8, 8}), "crc");
  EXPECT_EQ(backend_.replays, 0);
}

TEST_F(RecordedWorkTest, IsCalledInStepsThatAreWatchedAndReplayedAroundThem) {
  Recorder recorder(StepKind::training, {.first = 4, .last = 6});  // timed: 3 and 6
  backend_.set_recorder(&recorder);
  int calls = 0;
  RecordedWork work(backend_, ranks_, true, [&] {
    ++calls;
    return backend_.zeros({1}, DType::f64);
  });
  std::vector<int> calls_of_steps;
  for (int step = 0; step < 9; ++step) {
    const int before = calls;
    recorder.begin_step(StepKind::training, step);
    work.run(8);
    recorder.end_step(StepKind::training);
    calls_of_steps.push_back(calls - before);
  }
  EXPECT_EQ(calls_of_steps, (std::vector<int>{1, 2, 0, 1, 1, 1, 1, 0, 0}));
  EXPECT_EQ(backend_.replays, 3);
}

TEST_F(RecordedWorkTest, ForgetsItsProgram) {
  RecordedWork work(backend_, ranks_, true, [&] { return backend_.zeros({1}, DType::f64); });
  work.run(8);
  work.run(8);
  work.forget();
  work.run(8);
  EXPECT_EQ(backend_.records, 2);
}

}  // namespace
}  // namespace switchyard
