#include "apps/scale/measurements.hpp"

#include <gtest/gtest.h>

#include "apps/scale/run_files.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using nlohmann::json;
using testing::contains;
using testing::error_text;

class ReadMeasurements : public ::testing::Test {
 protected:
  std::string write(const json& profile, const std::string& config = "batch = 64\nwidth = 8\n",
                    const std::string& name = "run") {
    test::write_run(folder_ / name, profile, config);
    return (folder_ / name).string();
  }
  std::string refused(const json& profile) {
    const std::string run = write(profile);
    return error_text(ExitCode::bad_data, [&] { read_measurements(run, 10); });
  }
  testing::TempFolder folder_;
};

TEST_F(ReadMeasurements, TakeExchangesOutOfZones) {
  const auto points = read_measurements(write(test::profile_of_two()), 10).points;
  ASSERT_EQ(points.size(), 1u);
  const MeasuredPoint& point = points[0];
  EXPECT_EQ(point.grid, (GridShape{2, 2}));
  EXPECT_EQ(point.shape.batch, 64);
  EXPECT_EQ(point.shape.model.width, 8);
  EXPECT_DOUBLE_EQ(point.step, 10e-3);
  EXPECT_DOUBLE_EQ(point.computed.at(Zone::backbone, Pass::forward), 4e-3);
  EXPECT_DOUBLE_EQ(point.computed.at(Zone::norm_sync, Pass::forward), 1e-3);
  EXPECT_EQ(point.computed.at(Zone::checkpoint, Pass::forward), 0);
  EXPECT_DOUBLE_EQ(point.waiting, 0.5e-3);
  EXPECT_DOUBLE_EQ(point.overload, 1.25);
}

TEST_F(ReadMeasurements, TakeOnlyCallsWhoseTimeWasSeen) {
  const auto points = read_measurements(write(test::profile_of_two()), 10).points;
  ASSERT_EQ(points[0].calls.size(), 1u);
  const MeasuredCall& call = points[0].calls[0];
  EXPECT_EQ(call.operation, Collective::all_reduce);
  EXPECT_EQ(call.layout.ranks, 2);
  EXPECT_FALSE(call.layout.crosses_nodes());
  EXPECT_EQ(call.bytes, 8000);
  EXPECT_DOUBLE_EQ(call.seconds, 20e-6);
}

TEST_F(ReadMeasurements, KnowCallsBetweenComputers) {
  json profile = test::profile_of_two();
  profile["ranks"][1]["host"] = "there";
  EXPECT_TRUE(read_measurements(write(profile), 10).points[0].calls[0].layout.crosses_nodes());
}

TEST_F(ReadMeasurements, OfOneStepOnOneGridAreOnePointOfMedians) {
  std::string runs;
  for (double step : {12e-3, 10e-3, 99e-3, 14e-3}) {
    const json profile = test::profile_of_two(step, 0.5 - step);
    runs += write(profile, "batch = 64\n", fmt::format("run{}", step)) + ",";
  }
  runs += write(test::profile_of_two(), "batch = 128\n", "other");
  const auto points = read_measurements(runs, 10).points;
  ASSERT_EQ(points.size(), 2u);
  EXPECT_DOUBLE_EQ(points[0].step, 13e-3);
  EXPECT_DOUBLE_EQ(points[0].computed.at(Zone::backbone, Pass::forward), 0.5 - 13e-3);
  EXPECT_DOUBLE_EQ(points[0].overload, 1.25);
  EXPECT_EQ(points[0].calls.size(), 4u);
  EXPECT_EQ(points[1].shape.batch, 128);
}

TEST_F(ReadMeasurements, AreOfStepsThatWereNotRecordedWhereThereAreAny) {
  json profile = test::profile_of_two();
  profile["overhead"]["timed"]["median"] = 8e-3;
  EXPECT_DOUBLE_EQ(read_measurements(write(profile), 10).points[0].step, 8e-3);
  profile["overhead"]["timed"] = {{"steps", 0}, {"median", 0}};
  EXPECT_DOUBLE_EQ(read_measurements(write(profile), 10).points[0].step, 10e-3);
}

// A sweep of two ranks, with the profile a.json.
json sweep_of_two() {
  return {{"settings", {{"arguments", {"--width", "16", "--head", "sparse"}}}},
          {"points",
           {{{"ranks", 2},
             {"grid", "2x1"},
             {"batch", 96},
             {"oversubscribed", false},
             {"repeats", {{{"profile", "a.json"}}, {{"profile", "a.json"}}}}}}}};
}

TEST_F(ReadMeasurements, OfASweepAreReadByItsResults) {
  write_file(folder_ / "a.json", test::profile_of_two().dump());
  json sweep = sweep_of_two();
  write_file(folder_ / "results.json", sweep.dump());
  const auto points = read_measurements(folder_.path().string(), 10).points;
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].grid, (GridShape{2, 1}));
  EXPECT_EQ(points[0].shape.batch, 96);
  EXPECT_EQ(points[0].shape.model.width, 16);

  sweep["points"][0]["grid"] = "auto";
  write_file(folder_ / "results.json", sweep.dump());
  EXPECT_TRUE(contains(
      error_text(ExitCode::bad_data, [&] { read_measurements(folder_.path().string(), 10); }),
      "have a grid 'auto'"));
}

TEST_F(ReadMeasurements, OfSharedCoresOrGpusAreNamedAndNotUsed) {
  write_file(folder_ / "a.json", test::profile_of_two().dump());
  json sweep = sweep_of_two();
  sweep["points"].push_back(sweep["points"][0]);
  sweep["points"][1]["batch"] = 192;
  sweep["points"][1]["oversubscribed"] = true;
  write_file(folder_ / "results.json", sweep.dump());
  const Measurements found = read_measurements(folder_.path().string(), 10);
  ASSERT_EQ(found.points.size(), 1u);
  EXPECT_EQ(found.points[0].shape.batch, 96);
  EXPECT_EQ(found.oversubscribed,
            (std::vector<std::string>{"sparse, 8 experts, width 16, f32, batch 192, 2 x 1"}));

  sweep["points"].erase(0);
  write_file(folder_ / "results.json", sweep.dump());
  EXPECT_TRUE(contains(
      error_text(ExitCode::bad_data, [&] { read_measurements(folder_.path().string(), 10); }),
      "with more threads than cores or more ranks than GPUs (sparse, 8 experts"));
}

TEST_F(ReadMeasurements, OfStepsThatDifferInWhatIsExchangedAreNotOnePoint) {
  std::string runs;
  for (const char* key : {"overlap-degree = 1", "overlap-degree = 2", "batch-norm = local"})
    runs += write(test::profile_of_two(), std::string("width = 8\n") + key + "\n", key) + ",";
  EXPECT_EQ(read_measurements(runs, 10).points.size(), 3u);
}

TEST_F(ReadMeasurements, OfHeadsThatDifferInWhatIsComputedAreNotOnePoint) {
  std::string runs;
  for (const char* key :
       {"k = 2", "k = 3", "expert-hidden = 32", "head = dense", "head = dense\ndense-hidden = 64"})
    runs += write(test::profile_of_two(), std::string("width = 8\n") + key + "\n",
                  std::to_string(runs.size())) +
            ",";
  const std::vector<MeasuredPoint> points = read_measurements(runs, 10).points;
  ASSERT_EQ(points.size(), 5u);
  EXPECT_EQ(points[1].name, "sparse, 8 experts, 3 a sample, width 8, f32, batch 128, 1 x 2");
  EXPECT_EQ(points[2].name, "sparse, 8 experts of 32 units, width 8, f32, batch 128, 1 x 2");
}

TEST_F(ReadMeasurements, RefuseFilesThatAreNoProfiles) {
  EXPECT_TRUE(contains(refused(json{{"ranks", 3}}), "profile.json is no profile of a run"));
  json other = test::profile_of_two();
  other["steps"]["kind"] = "batch";
  EXPECT_TRUE(contains(refused(other), "is not of training steps"));
  const std::string nothing = (folder_ / "nothing").string();
  EXPECT_TRUE(contains(error_text(ExitCode::bad_data, [&] { read_measurements(nothing, 10); }),
                       "holds neither a profiled run nor a sweep"));
  write_file(folder_ / "results.json", "half a fi");
  EXPECT_TRUE(contains(
      error_text(ExitCode::bad_data, [&] { read_measurements(folder_.path().string(), 10); }),
      "is no results file of launch/scaling: it is cut off, or no JSON (at byte 1)"));
}

TEST_F(ReadMeasurements, OfCollectivesComeFromTheFirstCommunicator) {
  auto table = [](const char* communicator, double ms) {
    return json{{"collective", "all_to_all"},
                {"communicator", communicator},
                {"rows", {{{"size", 4096}, {"host", {{"median_ms", ms}}}, {"device", nullptr}}}}};
  };
  const json bench = {
      {"ranks", 4}, {"hosts", 2}, {"tables", {table("nccl", 0.25), table("mpi", 9)}}};
  write_file(folder_ / "comm.json", bench.dump());
  const auto calls = read_comm_benchmark((folder_ / "comm.json").string());
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0].operation, Collective::all_to_all_rows);
  EXPECT_EQ(calls[0].layout.per_node, 2);
  EXPECT_DOUBLE_EQ(calls[0].seconds, 0.25e-3);

  json negative = bench;
  negative["tables"][0]["rows"][0]["host"]["median_ms"] = -1;
  write_file(folder_ / "comm.json", negative.dump());
  error_text(ExitCode::bad_data, [&] { read_comm_benchmark((folder_ / "comm.json").string()); });
}

}  // namespace
}  // namespace switchyard
