#include "analysis/routing/specialisation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace switchyard {
namespace {

TEST(Specialisation, IsNoneWhereClassesAndExpertsAreIndependent) {
  const std::vector<double> shares = {2, 4, 6, 1, 2, 3};
  const Specialisation found = specialisation(shares, 2, 3);
  EXPECT_NEAR(found.mutual_information, 0, 1e-15);
  EXPECT_NEAR(*found.normalised, 0, 1e-15);
}

TEST(Specialisation, IsOneWhereEachClassHasAnExpert) {
  const std::vector<double> shares = {0, 5, 5, 0};
  const Specialisation found = specialisation(shares, 2, 2);
  EXPECT_NEAR(found.mutual_information, std::log(2), 1e-15);
  EXPECT_NEAR(*found.normalised, 1, 1e-15);
}

// I = sum p log(p / (p_c p_e)), by hand.
TEST(Specialisation, IsMutualInformationOverTheMeanEntropy) {
  const std::vector<double> shares = {3, 1, 1, 3};
  const Specialisation found = specialisation(shares, 2, 2);
  const double information = 0.75 * std::log(1.5) + 0.25 * std::log(0.5);
  EXPECT_NEAR(found.class_entropy, std::log(2), 1e-15);
  EXPECT_NEAR(found.expert_entropy, std::log(2), 1e-15);
  EXPECT_NEAR(found.mutual_information, information, 1e-15);
  EXPECT_NEAR(*found.normalised, information / std::log(2), 1e-15);
}

TEST(Specialisation, OfOneClassWithOneExpertIsNotKnown) {
  EXPECT_FALSE(specialisation(std::vector<double>{4}, 1, 1).normalised.has_value());
}

}  // namespace
}  // namespace switchyard
