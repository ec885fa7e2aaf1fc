// Tables, to the letter.

#include "apps/routing/tables.hpp"

#include <gtest/gtest.h>

#include "apps/routing/made_up_measurement.hpp"

namespace switchyard::test {
namespace {

RoutingResults made_up_results() {
  RoutingResults results;
  results.figures = made_up_figures();
  return results;
}

TEST(RoutingTables, HaveALineAnExpert) {
  RoutingResults results = made_up_results();
  results.figures.experts[1].without.reset();
  EXPECT_EQ(expert_table(results),
            "expert,utilisation,load,accuracy_without,loss_without,accuracy_alone,loss_alone\n"
            "0,0.75,0.75,0.25,2,0.5,1\n"
            "1,0.25,0.25,,,0,1.5\n");
}

TEST(RoutingTables, HaveALineAClassAndExpert) {
  EXPECT_EQ(class_table(made_up_results()),
            "class,expert,weight,top1\n0,0,1,3\n0,1,0,0\n1,0,0,0\n1,1,1,1\n");
}

TEST(RoutingTables, HaveALineAPairOfExperts) {
  EXPECT_EQ(similarity_table(made_up_results()),
            "expert,other,weights,outputs,agreement\n"
            "0,0,1,1,1\n0,1,0.25,-0.5,0.25\n1,0,0.25,-0.5,0.25\n1,1,1,1,1\n");
}

}  // namespace
}  // namespace switchyard::test
