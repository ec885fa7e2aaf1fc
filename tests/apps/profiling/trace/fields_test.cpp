// What Perfetto's importer, PyTorch's viewers and Holistic Trace Analysis read: names and types.

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "apps/profiling/trace/planted_trace.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using IsOfType = bool (Json::*)() const noexcept;
using Fields = std::map<std::string, IsOfType>;

const Fields kTimedEvent = {{"ph", &Json::is_string},          {"cat", &Json::is_string},
                            {"name", &Json::is_string},        {"pid", &Json::is_number_integer},
                            {"tid", &Json::is_number_integer}, {"ts", &Json::is_number},
                            {"dur", &Json::is_number},         {"args", &Json::is_object}};
const Fields kKernel = {{"device", &Json::is_number_integer},
                        {"context", &Json::is_number_integer},
                        {"stream", &Json::is_number_integer},
                        {"correlation", &Json::is_number_integer},
                        {"External id", &Json::is_number_integer}};
const Fields kExchange = {{"Collective name", &Json::is_string},
                          {"In msg nelems", &Json::is_number_integer},
                          {"Out msg nelems", &Json::is_number_integer},
                          {"dtype", &Json::is_string},
                          {"Group size", &Json::is_number_integer},
                          {"Process Group Name", &Json::is_string},
                          {"Process Group Description", &Json::is_string},
                          {"Process Group Ranks", &Json::is_string},
                          {"Rank", &Json::is_number_integer},
                          {"Seq", &Json::is_number_integer},
                          {"Is asynchronized op", &Json::is_number_integer}};
const Fields kCosts = {{"Exposed (us)", &Json::is_number},
                       {"Waiting (us)", &Json::is_number},
                       {"Transferring (us)", &Json::is_number}};

void expect_fields(const Json& object, const Fields& fields) {
  for (const auto& [name, is_of_type] : fields) {
    ASSERT_TRUE(object.contains(name)) << name << " in " << object;
    EXPECT_TRUE((object.at(name).*is_of_type)()) << name << " in " << object;
  }
}

TEST(TraceFields, FileOfARankHasTheHeaderOfPyTorchsProfiler) {
  const Json trace = WrittenTraces(planted()).rank(1);
  EXPECT_EQ(trace.at("schemaVersion"), 1);
  EXPECT_EQ(trace.at("deviceProperties").at(0).at("id"), 0);
  EXPECT_EQ(trace.at("deviceProperties").at(0).at("name"), "cpu, 1 thread");
  const Json& distributed = trace.at("distributedInfo");
  EXPECT_EQ(distributed.at("backend"), "mpi");
  EXPECT_EQ(distributed.at("rank"), 1);
  EXPECT_EQ(distributed.at("world_size"), 2);
  EXPECT_EQ(distributed.at("pg_config").at(1).at("pg_name"), "ep");
  EXPECT_EQ(distributed.at("pg_config").at(1).at("ranks"), Json({0, 1}));
}

// As Holistic Trace Analysis does, line by line until this matches.
TEST(TraceFields, RankIsFoundInTheText) {
  const WrittenTraces traces(planted());
  std::istringstream text(read_file(traces.folder() / "trace/rank-1.json"));
  const std::regex pattern(R"re("rank":\s+(\d+))re");
  std::smatch match;
  std::string line;
  while (std::getline(text, line) && !std::regex_search(line, match, pattern)) continue;
  ASSERT_FALSE(match.empty());
  EXPECT_EQ(match[1], "1");
}

TEST(TraceFields, EveryEventHasItsFields) {
  const WrittenTraces traces(planted());
  for (const Json& trace : {traces.all(), traces.rank(0), traces.rank(1)}) {
    std::size_t exchanges = 0;
    for (const Json& event : events(trace, "X")) {
      expect_fields(event, kTimedEvent);
      EXPECT_GT(event.at("pid"), 0) << "Perfetto takes 0 for the idle process";
      EXPECT_GT(event.at("tid"), 0);
      const Json& arguments = event.at("args");
      if (event.at("cat") == "kernel") {
        expect_fields(arguments, kKernel);
        EXPECT_EQ(arguments.at("stream"), event.at("tid"));
      } else {
        EXPECT_FALSE(arguments.contains("stream")) << "the host would count as a device " << event;
      }
      if (is_exchange(event)) expect_fields(arguments, kCosts);
      if (is_exchange(event) || event.at("name") == "record_param_comms") {
        expect_fields(arguments, kExchange);
        ++exchanges;
      }
    }
    // Two steps, four calls in each, seen by the host and on a stream.
    EXPECT_EQ(exchanges, (trace.at("distributedInfo").contains("rank") ? 1u : 2u) * 2 * 4 * 2);
  }
}

TEST(TraceFields, KernelsLeadToOneEventOfTheHost) {
  const Json trace = WrittenTraces(planted()).rank(0);
  std::multiset<std::int64_t> host;
  for (const Json& event : events(trace, "X"))
    if (event.at("cat") == "cpu_op" && event.at("args").contains("correlation"))
      host.insert(event.at("args").at("correlation").get<std::int64_t>());
  std::size_t kernels = 0;
  for (const Json& event : events(trace, "X")) {
    if (event.at("cat") != "kernel") continue;
    EXPECT_EQ(host.count(event.at("args").at("correlation")), 1u) << event;
    ++kernels;
  }
  EXPECT_GT(kernels, 2u * planted_kernels(0).size());
}

TEST(TraceFields, NamesAreThoseThatAnalysersSortBy) {
  const Json trace = WrittenTraces(planted()).rank(0);
  std::set<std::string> names;
  for (const Json& event : events(trace, "X")) names.insert(event.at("name"));
  for (const char* name :
       {"ProfilerStep#1", "ProfilerStep#2", "timed #0", "record_param_comms",
        "ncclKernel_AllReduce(batch-norm sync)", "ncclKernel_AllToAllv(dispatch)", "experts",
        "experts backward", "data", "augment"})
    EXPECT_TRUE(names.contains(name)) << name;
  EXPECT_FALSE(names.contains("ProfilerStep#0")) << "it has no zones";
}

TEST(TraceFields, ProcessesAndLanesAreNamed) {
  const Json trace = WrittenTraces(planted()).all();
  std::map<std::string, std::set<std::string>> named;
  for (const Json& event : events(trace, "M"))
    for (const auto& [key, value] : event.at("args").items())
      named[event.at("name")].insert(value.is_string() ? value.get<std::string>() : value.dump());
  EXPECT_EQ(named.at("process_name"), (std::set<std::string>{"rank 0", "rank 1"}));
  EXPECT_EQ(named.at("process_labels"),
            (std::set<std::string>{"node, cpu, 1 thread, clock +- 0.2 us"}));
  EXPECT_EQ(named.at("process_sort_index"), (std::set<std::string>{"0", "1"}));
  EXPECT_EQ(
      named.at("thread_name"),
      (std::set<std::string>{"host", "loader", "stream 20: exchanges", "stream 21: exchanges"}));
}

TEST(TraceFields, SizesAreBytesAndReceivedIsWhatOthersSent) {
  const WrittenTraces traces(planted());
  for (std::size_t rank = 0; rank < 2; ++rank)
    for (const Json& event : events(traces.rank(rank), "X")) {
      const Json& arguments = event.at("args");
      if (arguments.value("Collective name", "") != "all_to_allv") continue;
      EXPECT_EQ(arguments.at("dtype"), "Byte");
      EXPECT_EQ(arguments.at("In msg nelems"), 300 + 2 * rank);
      EXPECT_EQ(arguments.at("In split size"), rank == 0 ? "[100, 200]" : "[101, 201]");
      EXPECT_EQ(arguments.at("Out msg nelems"), rank == 0 ? 201 : 401);
      EXPECT_EQ(arguments.at("Out split size"), rank == 0 ? "[100, 101]" : "[200, 201]");
    }
}

TEST(TraceFields, GatheredAndScatteredSizesDiffer) {
  std::vector<RankProfile> profiles = planted();
  for (RankProfile& profile : profiles)
    for (CollectiveRecord& call : profile.collectives) {
      if (call.operation != Collective::all_to_all_rows) continue;
      call.operation = profile.rank == 0 ? Collective::all_gather : Collective::reduce_scatter;
    }
  const WrittenTraces traces(profiles);
  for (std::size_t rank = 0; rank < 2; ++rank)
    for (const Json& event : events(traces.rank(rank), "X")) {
      const Json& arguments = event.at("args");
      if (arguments.value("Collective name", "") == "_allgather_base") {
        EXPECT_EQ(arguments.at("In msg nelems"), 100);
        EXPECT_EQ(arguments.at("Out msg nelems"), 300);
      } else if (arguments.value("Collective name", "") == "_reduce_scatter_base") {
        EXPECT_EQ(arguments.at("In msg nelems"), 302);
        EXPECT_EQ(arguments.at("Out msg nelems"), 201);
      }
    }
}

TEST(TraceFields, WhatOtherRanksDidNotNoteIsLeftOut) {
  std::vector<RankProfile> profiles = planted();
  profiles[0].collectives.clear();
  for (const Json& event : events(WrittenTraces(profiles).rank(1), "X")) {
    if (!is_exchange(event)) continue;
    EXPECT_FALSE(event.at("args").contains("Waiting (us)"));
    EXPECT_FALSE(event.at("args").contains("Out split size"));
    EXPECT_TRUE(event.at("args").contains("Exposed (us)"));
  }
}

TEST(TraceFields, AnyTextIsJson) {
  std::vector<RankProfile> profiles = planted();
  profiles[0].host = "a \"quoted\\ host\n";
  profiles[0].device = "broken \xff device";
  profiles[0].groups[0].name = "a \"group\"";
  profiles[1].groups[0].name = "a \"group\"";
  const Json trace = WrittenTraces(profiles).rank(0);
  EXPECT_EQ(trace.at("distributedInfo").at("pg_config").at(0).at("pg_name"), "a \"group\"");
}

TEST(TraceFields, TracesOfAnEarlierProfileGo) {
  const WrittenTraces traces(planted());
  write_traces(traces.folder().path(), {planted()[0]});
  EXPECT_TRUE(std::filesystem::exists(traces.folder() / "trace/rank-0.json"));
  EXPECT_FALSE(std::filesystem::exists(traces.folder() / "trace/rank-1.json"));
}

TEST(TraceFields, AFolderThatCannotBeMadeIsNamed) {
  const testing::TempFolder folder;
  write_file(folder / "file", "");
  EXPECT_TRUE(testing::contains(
      testing::error_text(ExitCode::run_failed, [&] { write_traces(folder / "file", planted()); }),
      "file/trace"));
}

}  // namespace
}  // namespace switchyard
