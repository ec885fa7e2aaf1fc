#include "base/log.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <sstream>

#include "base/console.hpp"

namespace switchyard {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string logged(int rank, LogLevel lowest = LogLevel::info) {
  std::ostringstream out;
  Logger log(Rank{rank}, {out, 0}, lowest);
  log.debug("detail {}", 1);
  log.info("story {}", 2);
  log.warning("doubt {}", 3);
  log.error("trouble {}", 4);
  return out.str();
}

TEST(Logger, RankZeroTellsTheStory) {
  std::string text = logged(0);
  EXPECT_EQ(text.find("detail"), text.npos) << text;
  EXPECT_NE(text.find("] story 2\n"), text.npos) << text;
  EXPECT_NE(text.find("] rank 0 warning: doubt 3\n"), text.npos) << text;
  EXPECT_NE(logged(0, LogLevel::debug).find("detail 1"), std::string::npos);
}

TEST(Logger, OtherRanksTellOnlyTheirTroublesWithTheirRank) {
  for (LogLevel lowest : {LogLevel::debug, LogLevel::info}) {
    std::string text = logged(3, lowest);
    EXPECT_EQ(text.find("detail"), text.npos) << text;
    EXPECT_EQ(text.find("story"), text.npos) << text;
    EXPECT_NE(text.find("] rank 3 warning: doubt 3\n"), text.npos) << text;
    EXPECT_NE(text.find("] rank 3 error: trouble 4\n"), text.npos) << text;
  }
  EXPECT_EQ(logged(3, LogLevel::error).find("doubt"), std::string::npos);
}

TEST(Logger, BracesInAMessageAreText) {
  std::ostringstream out;
  Logger log(Rank{0}, {out, 0});
  log.info("{}", "{not a format}");
  EXPECT_NE(out.str().find("{not a format}"), std::string::npos);
}

TEST(Logger, OnlyRankZeroShowsProgress) {
  std::ostringstream first, second;
  Logger(Rank{0}, {first, 0}).progress("half");
  Logger(Rank{1}, {second, 0}).progress("half");
  EXPECT_EQ(first.str(), "half\n");
  EXPECT_EQ(second.str(), "");
}

TEST(ConsoleWriter, RewritesOneLineOnATerminal) {
  std::ostringstream out;
  ConsoleWriter writer({out, 6});
  steady_clock::time_point start{};
  writer.progress("10 %", start);
  writer.progress("too soon", start + milliseconds(50));
  writer.progress("longer than the terminal", start + milliseconds(150));
  writer.line("message");
  writer.end_progress("done");
  EXPECT_EQ(out.str(), "10 %\r\x1b[Klonge\r\x1b[Kmessage\ndone\n");
}

TEST(ConsoleWriter, WritesPlainLinesElsewhere) {
  std::ostringstream out;
  ConsoleWriter writer({out, 0});
  steady_clock::time_point start{};
  writer.progress("10 %", start);
  writer.progress("too soon", start + milliseconds(9000));
  writer.progress("20 %", start + milliseconds(10000));
  writer.end_progress("done");
  writer.progress("a new task starts at once", start + milliseconds(10001));
  EXPECT_EQ(out.str(), "10 %\n20 %\ndone\na new task starts at once\n");
}

TEST(Console, TheLauncherCanTellTheWidth) {
  setenv("SWITCHYARD_COLUMNS", "132", 1);
  EXPECT_EQ(standard_error().columns, 132);
  for (const char* useless : {"wide", "-80"}) {
    setenv("SWITCHYARD_COLUMNS", useless, 1);
    EXPECT_EQ(standard_error().columns, 0);
  }
  unsetenv("SWITCHYARD_COLUMNS");
}

}  // namespace
}  // namespace switchyard
