#include "apps/scale/measurements.hpp"

#include <gtest/gtest.h>

#include "apps/scale/run_files.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using nlohmann::json;
using testing::contains;
using testing::error_text;

class Measurements : public ::testing::Test {
 protected:
  std::string write(const json& profile, const std::string& config = "batch = 64\nwidth = 8\n",
                    const std::string& name = "run") {
    test::write_run(folder_ / name, profile, config);
    return (folder_ / name).string();
  }
  std::string refused(const json& profile) {
    const std::string run = write(profile);
    return error_text(ExitCode::bad_data, [&] { read_measured_points(run, 10); });
  }
  testing::TempFolder folder_;
};

TEST_F(Measurements, TakeExchangesOutOfZones) {
  const auto points = read_measured_points(write(test::profile_of_two()), 10);
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

TEST_F(Measurements, TakeOnlyCallsWhoseTimeWasSeen) {
  const auto points = read_measured_points(write(test::profile_of_two()), 10);
  ASSERT_EQ(points[0].calls.size(), 1u);
  const MeasuredCall& call = points[0].calls[0];
  EXPECT_EQ(call.operation, Collective::all_reduce);
  EXPECT_EQ(call.layout.ranks, 2);
  EXPECT_FALSE(call.layout.crosses_nodes());
  EXPECT_EQ(call.bytes, 8000);
  EXPECT_DOUBLE_EQ(call.seconds, 20e-6);
}

TEST_F(Measurements, KnowCallsBetweenComputers) {
  json profile = test::profile_of_two();
  profile["ranks"][1]["host"] = "there";
  EXPECT_TRUE(read_measured_points(write(profile), 10)[0].calls[0].layout.crosses_nodes());
}

TEST_F(Measurements, OfOneStepOnOneGridAreOnePointOfMedians) {
  std::string runs;
  for (double step : {12e-3, 10e-3, 99e-3}) {
    const json profile = test::profile_of_two(step, 4e-3);
    runs += write(profile, "batch = 64\n", fmt::format("run{}", step)) + ",";
  }
  runs += write(test::profile_of_two(), "batch = 128\n", "other");
  const auto points = read_measured_points(runs, 10);
  ASSERT_EQ(points.size(), 2u);
  EXPECT_DOUBLE_EQ(points[0].step, 12e-3);
  EXPECT_EQ(points[0].calls.size(), 3u);
  EXPECT_EQ(points[1].shape.batch, 128);
}

TEST_F(Measurements, OfASweepAreReadByItsResults) {
  write_file(folder_ / "a.json", test::profile_of_two().dump());
  const json sweep = {{"settings", {{"arguments", {"--width", "16", "--head", "sparse"}}}},
                      {"points",
                       {{{"ranks", 2},
                         {"grid", "2x1"},
                         {"batch", 96},
                         {"repeats", {{{"profile", "a.json"}}, {{"profile", "a.json"}}}}}}}};
  write_file(folder_ / "results.json", sweep.dump());
  const auto points = read_measured_points(folder_.path().string(), 10);
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].grid, (GridShape{2, 1}));
  EXPECT_EQ(points[0].shape.batch, 96);
  EXPECT_EQ(points[0].shape.model.width, 16);

  json wrong = sweep;
  wrong["points"][0]["grid"] = "auto";
  write_file(folder_ / "results.json", wrong.dump());
  EXPECT_TRUE(contains(
      error_text(ExitCode::bad_data, [&] { read_measured_points(folder_.path().string(), 10); }),
      "have a grid 'auto'"));
}

TEST_F(Measurements, RefuseFilesThatAreNoProfiles) {
  EXPECT_TRUE(contains(refused(json{{"ranks", 3}}), "profile.json is no profile of a run"));
  json other = test::profile_of_two();
  other["steps"]["kind"] = "batch";
  EXPECT_TRUE(contains(refused(other), "is not of training steps"));
  const std::string nothing = (folder_ / "nothing").string();
  EXPECT_TRUE(contains(error_text(ExitCode::bad_data, [&] { read_measured_points(nothing, 10); }),
                       "holds neither a profiled run nor a sweep"));
  write_file(folder_ / "results.json", "half a fi");
  EXPECT_TRUE(contains(
      error_text(ExitCode::bad_data, [&] { read_measured_points(folder_.path().string(), 10); }),
      "is no results file of launch/scaling"));
}

TEST_F(Measurements, OfCollectivesComeFromTheFirstCommunicator) {
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
