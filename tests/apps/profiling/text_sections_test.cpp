// Sections of a report whose figures are known.
#include <gtest/gtest.h>

#include <sstream>

#include "apps/profiling/text/sections.hpp"
#include "support/error_text.hpp"

namespace switchyard {
namespace {

using testing::contains;

/// `experts` experts on one rank, of which the last `alive` share all rows.
ProfileFigures with_experts(std::size_t experts, std::size_t alive) {
  RowCounts rows(experts);
  std::fill_n(rows.rbegin(), alive, 100'000);
  ProfileFigures figures;
  figures.experts = {{.rows_per_step = {rows},
                      .rank_rows_per_step = {{static_cast<std::int64_t>(100'000 * alive)}}}};
  return figures;
}

TEST(ExpertSection, SaysThatNoneIsDead) {
  const std::string text = expert_section(with_experts(4, 4));
  EXPECT_TRUE(contains(
      text, "\nlayer 0: 4 experts, max/mean 1.00, CV 0.00, none dead, no rows dropped\nrows of"));
}

TEST(ExpertSection, NamesAFewThatAreDead) {
  const std::string text = expert_section(with_experts(4, 1));
  EXPECT_TRUE(contains(text, ", CV 1.73, 3 dead, no rows dropped\ndead experts     0, 1, 2\n"));
  EXPECT_TRUE(
      contains(expert_section(with_experts(12, 4)), "\ndead experts     0, 1, 2, 3, 4, 5, 6, 7\n"));
}

TEST(ExpertSection, NamesTheFirstOfManyThatAreDead) {
  const std::string text = expert_section(with_experts(65536, 1));
  EXPECT_TRUE(contains(text, ", 65535 dead, no rows dropped\n"));
  EXPECT_TRUE(contains(text, "\ndead experts     0, 1, 2, 3, 4, 5, 6, 7 and 65527 more\n"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST(OverheadSection, StatesTheIntervalWhereThereIsOne) {
  ProfileFigures figures;
  figures.overhead = {{20, 0.102}, {20, 0.1}, 0.02, {{-0.005, 0.031}}};
  EXPECT_EQ(overhead_section(figures),
            "\nrecorded steps 102.000 ms (median of 20), steps timed as wholes 100.000 ms (20)\n"
            "recording: +2.0%, 95% within [-0.5%, +3.1%]\n");
}

TEST(OverheadSection, SaysWhatItCannotTell) {
  ProfileFigures figures;
  figures.overhead = {{9, 0.102}, {5, 0.1}, 0.02, {}};
  EXPECT_TRUE(contains(overhead_section(figures),
                       "\nrecording: too few steps to tell (6 of each kind are needed)\n"));
  figures.overhead = {{9, 0.102}, {0, 0}, {}, {}};
  EXPECT_EQ(overhead_section(figures),
            "\nrecording: no other step was timed, its cost is not known\n");
}

}  // namespace
}  // namespace switchyard
