// The files and the text of a profile, read back and compared with what was planted.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/profile/profile_builder.hpp"
#include "apps/profiling/write_profile.hpp"
#include "base/file.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"

namespace switchyard {
namespace {

constexpr std::int64_t kMs = 1'000'000;

// `ranks` ranks, three steps of 100 ms behind as many timed ones of 99 ms. Each dispatches rows for
// 10 ms in expert-parallel groups of all; rank 1 computes in its experts for 60 ms instead of 40,
// and all others wait for it in an all-reduce of 5 ms, or so many at once.
std::vector<RankProfile> planted(int ranks, int all_reduces = 1) {
  std::vector<std::int32_t> members, owner;
  for (int r = 0; r < ranks; ++r) {
    members.push_back(r);
    owner.push_back(r);
  }
  std::vector<ProfileBuilder> builders;
  for (int r = 0; r < ranks; ++r) {
    ProfileBuilder& rank = builders.emplace_back(r, r < 2 ? "node-a" : "node-b");
    rank.profile.device = "cpu";
    rank.profile.clock_offset = -5e6 * r;
    rank.profile.clock_uncertainty = r == 0 ? 0 : 2000;
    const auto world = rank.group("mpi world", members);
    const auto ep = rank.group("expert-parallel group 0", members);
    for (int s = 0; s < 3; ++s)
      rank.step(s, {120 * s * kMs, (120 * s + 99) * kMs}, StepRole::timed);
    for (int s = 3; s < 6; ++s) {
      const std::int64_t begin = 120 * s * kMs + 5 * r * kMs;
      auto span = [&](std::int64_t from, std::int64_t to) {
        return TimeSpan{begin + from * kMs, begin + to * kMs};
      };
      rank.step(s, span(0, 100));
      const auto dispatch = rank.zone(Zone::dispatch, span(0, 10));
      CollectiveRecord& rows =
          rank.collective(Collective::all_to_all_rows, ep, span(0, 10), 0, dispatch);
      for (int to = 0; to < ranks; ++to) rows.sent.push_back(1000 * (to + 1));
      for (std::int64_t bytes : rows.sent) rows.bytes += bytes;
      const std::int64_t computed = r == 1 ? 70 : 50;
      rank.zone(Zone::experts, span(10, computed));
      const auto sync = rank.zone(Zone::gradient_sync, span(computed, 75), -1, Pass::backward);
      for (int call = 0; call < all_reduces; ++call)
        rank.collective(Collective::all_reduce, world, span(computed, 75), 4'000'000, sync);
      std::vector<std::int64_t> sent(static_cast<std::size_t>(ranks), 10);
      sent[0] = 40;
      rank.routing(sent, owner, ep);
    }
  }
  return profiles_of(builders);
}

void write(const std::filesystem::path& folder, const std::vector<RankProfile>& profiles) {
  const RecordedSteps steps(profiles);
  write_profile(folder, steps, profile_figures(steps));
}

std::string text_of(const std::vector<RankProfile>& profiles) {
  const RecordedSteps steps(profiles);
  return profile_text(steps, profile_figures(steps));
}

class ReportTest : public ::testing::Test {
 protected:
  nlohmann::json write_planted(int ranks) {
    write(folder_ / "made/profile", planted(ranks));
    return nlohmann::json::parse(file("profile.json"));
  }
  std::string file(const std::string& name) { return read_file(folder_ / "made/profile" / name); }

  testing::TempFolder folder_;
};

TEST_F(ReportTest, JsonHasWhatWasPlanted) {
  const auto json = write_planted(4);
  EXPECT_EQ(json["steps"]["kind"], "training step");
  EXPECT_EQ(json["steps"]["first"], 3);
  EXPECT_EQ(json["steps"]["last"], 5);
  EXPECT_EQ(json["steps"]["timed"], 3);
  EXPECT_DOUBLE_EQ(json["ranks"][3]["clock_offset"], -0.015);
  EXPECT_DOUBLE_EQ(json["step"]["over_ranks"]["p99"], 0.1);
  EXPECT_NEAR(json["overhead"]["ratio"].get<double>(), 1.0 / 99, 1e-12);
  for (const auto& zone : json["zones"]) {
    if (zone["zone"] != "experts") continue;
    EXPECT_EQ(zone["max_rank"], 1);
    EXPECT_NEAR(zone["max"].get<double>(), 0.060, 1e-12);
    EXPECT_NEAR(zone["max_over_mean"].get<double>(), 60.0 / 45, 1e-12);
    EXPECT_NEAR(zone["per_rank"][0]["share"].get<double>(), 0.4, 1e-12);
  }
  EXPECT_NEAR(json["communication"]["per_rank"][0]["exposed"].get<double>(), 0.035, 1e-12);
  EXPECT_NEAR(json["communication"]["per_rank"][0]["exposed_waiting"].get<double>(), 0.020, 1e-12);
}

TEST_F(ReportTest, JsonBooksTheDelayAsWaitingAndNamesTheRank) {
  const auto all = write_planted(4)["collectives"];
  const auto reduce = std::ranges::find_if(
      all, [](const auto& entry) { return entry["operation"] == "all_reduce"; });
  ASSERT_NE(reduce, all.end());
  EXPECT_EQ((*reduce)["group"], "world");
  EXPECT_EQ((*reduce)["zone"], "gradient sync");
  EXPECT_EQ((*reduce)["pass"], "backward");
  EXPECT_EQ((*reduce)["reach"], "inter_node");
  EXPECT_NEAR((*reduce)["per_rank"][0]["waiting"].get<double>(), 0.020, 1e-12);
  EXPECT_NEAR((*reduce)["per_rank"][1]["waiting"].get<double>(), 0, 1e-12);
  EXPECT_NEAR((*reduce)["per_rank"][1]["transferring"].get<double>(), 0.005, 1e-12);
  EXPECT_EQ((*reduce)["straggler"]["rank"], 1);
  EXPECT_EQ((*reduce)["straggler"]["times_last"], 3);
  EXPECT_EQ((*reduce)["sent"], nullptr);
  EXPECT_NEAR((*reduce)["busbw"].get<double>(), 4e6 * 1.5 / 0.005, 1);
}

TEST_F(ReportTest, JsonCountsRowsAndBytesExactly) {
  const auto json = write_planted(3);
  EXPECT_EQ(json["traffic"]["matrix"][2], (std::vector<int>{3000, 6000, 9000}));
  EXPECT_EQ(json["traffic"]["sent"], (std::vector<int>{18000, 18000, 18000}));
  EXPECT_EQ(json["traffic"]["received"], (std::vector<int>{9000, 18000, 27000}));
  EXPECT_EQ(json["traffic"]["inter_node"], 2 * 9000 + 3000 + 6000);
  const auto& layer = json["experts"][0];
  EXPECT_EQ(layer["rows"], (std::vector<int>{360, 90, 90}));
  EXPECT_EQ(layer["overload_rank"], 0);
  EXPECT_DOUBLE_EQ(layer["overload"], 2);
  EXPECT_EQ(layer["overload_per_step"], (std::vector<double>{2, 2, 2}));
}

TEST_F(ReportTest, TablesHaveALineForEach) {
  write_planted(2);
  auto lines = [&](const char* name) {
    const std::string text = file(name);
    return std::ranges::count(text, '\n');
  };
  EXPECT_EQ(lines("zones.csv"), 1 + 4 * 2);
  EXPECT_EQ(lines("collectives.csv"), 1 + 2 * 2);
  EXPECT_EQ(lines("experts.csv"), 1 + 2 * (1 + 3));
  EXPECT_EQ(lines("traffic.csv"), 1 + 4);
  EXPECT_EQ(lines("steps.csv"), 1 + 2 * 6);
  EXPECT_NE(file("steps.csv").find("\n3,recorded,1,0.365000000,0.100000000\n"), std::string::npos)
      << file("steps.csv");
  EXPECT_NE(file("experts.csv").find("\n0,all,0,240\n"), std::string::npos);
  EXPECT_NE(file("traffic.csv").find("\n1,0,3000\n"), std::string::npos);
}

TEST_F(ReportTest, TextNamesTheCulprit) {
  const std::string text = text_of(planted(2));
  EXPECT_NE(text.find("profile of training step 3 to 5, 3 recorded on 2 ranks"), text.npos) << text;
  EXPECT_NE(text.find("1: 100%"), text.npos) << text;  // last in every all-reduce
  EXPECT_NE(text.find("overload of ranks 1.60 (rank 0)"), text.npos) << text;
  EXPECT_NE(text.find("recording: too few steps to tell"), text.npos) << text;
}

TEST_F(ReportTest, TextOfManyRanksNamesTheExtremes) {
  const std::string text = text_of(planted(12));
  const auto begin = text.find("\nexperts ") + 1;
  std::istringstream cells(text.substr(begin, text.find('\n', begin) - begin));
  std::string zone, share, p50, p95, p99, least, least_rank, median, most, most_rank, max_over_mean;
  cells >> zone >> share >> p50 >> p95 >> p99 >> least >> least_rank >> median >> most >>
      most_rank >> max_over_mean;
  EXPECT_EQ(share, "41.7%");
  EXPECT_EQ(p99, "60.000");
  EXPECT_EQ(least + " of " + least_rank, "40.000 of 0");
  EXPECT_EQ(median, "40.000");
  EXPECT_EQ(most + " of " + most_rank, "60.000 of 1");
  EXPECT_EQ(max_over_mean, "1.44");
}

TEST_F(ReportTest, TextIsNeverWiderThanATerminal) {
  for (int ranks : {1, 2, 3, 7, 8, 9, 100}) {
    std::istringstream text(text_of(planted(ranks, ranks < 10 ? 500 : 1)));
    for (std::string line; std::getline(text, line);)
      EXPECT_LE(line.size(), 100u) << ranks << " ranks: " << line;
  }
}

TEST_F(ReportTest, AFolderThatCannotBeMadeIsNamed) {
  write_file(folder_ / "file", "");
  EXPECT_TRUE(testing::contains(
      testing::error_text(ExitCode::run_failed,
                          [&] { write(folder_ / "file" / "profile", planted(1)); }),
      "file/profile"));
}

}  // namespace
}  // namespace switchyard
