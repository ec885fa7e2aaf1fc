#include "comm/gather_texts.hpp"

#include <gtest/gtest.h>

#include "support/mpi_main.hpp"

namespace switchyard {
namespace {

TEST(GatherTexts, KeepsRankOrderAndEmptyTexts) {
  int me = test::world().rank().value;
  std::string mine(static_cast<std::size_t>(me) * 3, static_cast<char>('a' + me));
  std::vector<std::string> texts = gather_texts(test::world(), mine);
  ASSERT_EQ(texts.size(), static_cast<std::size_t>(test::world().size()));
  for (std::size_t r = 0; r < texts.size(); ++r)
    EXPECT_EQ(texts[r], std::string(r * 3, static_cast<char>('a' + r)));
}

}  // namespace
}  // namespace switchyard
