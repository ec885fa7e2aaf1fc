// Lists of names on the command line.

#include "apps/bench/choice_list.hpp"

#include <gtest/gtest.h>

#include "model/config.hpp"
#include "support/error_text.hpp"

namespace switchyard::testing {
namespace {

std::vector<HeadKind> heads(const std::string& list) {
  return parse_choices("heads", list, head_choices);
}

TEST(ChoiceList, KeepsTheOrderThatWasAskedFor) {
  EXPECT_EQ(heads("sparse,dense"), (std::vector{HeadKind::sparse_moe, HeadKind::dense}));
  EXPECT_EQ(heads("all"), (std::vector{HeadKind::dense, HeadKind::soft_moe, HeadKind::sparse_moe,
                                       HeadKind::hard_moe}));
}

TEST(ChoiceList, RefusesWhatItDoesNotKnow) {
  auto text = [](const char* list) {
    return error_text(ExitCode::bad_usage, [&] { heads(list); });
  };
  EXPECT_TRUE(contains(text("dense,fuzzy"), "--heads has no 'fuzzy'"));
  EXPECT_TRUE(contains(text("dense,fuzzy"), "dense,soft,sparse,hard"));
  EXPECT_TRUE(contains(text("soft,dense,soft"), "names soft twice"));
  EXPECT_TRUE(contains(text(""), "--heads is empty"));
}

}  // namespace
}  // namespace switchyard::testing
