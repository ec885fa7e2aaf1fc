// What routing of other runs is compared, and which is refused.

#include "apps/routing/agreement.hpp"

#include "base/file.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"

namespace switchyard {
namespace {

using testing::contains;
using testing::error_text;

class OtherRoutings : public ::testing::Test {
 protected:
  OtherRoutings() { images_.labels = {7, 5, 6}; }

  // Images 2 and 0, as two runs have routed them.
  void write(const std::string& folder, const std::string& figures, const std::string& lines) {
    std::filesystem::create_directories(folder_ / folder);
    write_file(folder_ / folder / "val.json", figures);
    write_file(folder_ / folder / "val-samples.csv",
               "sample,label,predicted,expert,weight,margin\n" + lines);
  }
  OtherRouting read(const std::string& folder) {
    return read_other_routings((folder_ / folder).string(), "val").front();
  }
  std::string refusal(const std::string& folder) {
    const OtherRouting other = read(folder);
    return error_text(ExitCode::bad_data, [&] { require_comparable(other, images_, {2, 0}, 3); });
  }

  testing::TempFolder folder_;
  ImageSet images_;
  const std::string lines_ = "0,7,7,2,0.5,1\n2,6,5,1,1,\n";
};

TEST_F(OtherRoutings, AreFoundInRunsAndInFoldersOfResults) {
  write("run/routing", R"({"experts": 3})", lines_);
  write("results", R"({"experts": 3})", lines_);
  for (const char* folder : {"run", "results"}) {
    const OtherRouting other = read(folder);
    EXPECT_EQ(other.experts, 3);
    ASSERT_EQ(other.lines.size(), 2u);
    EXPECT_EQ(other.lines[1].sample, 2);
    EXPECT_EQ(other.lines[1].expert, 1);
    EXPECT_TRUE(std::isnan(other.lines[1].margin));
    EXPECT_NO_THROW(require_comparable(other, images_, {2, 0}, 3));
  }
}

TEST_F(OtherRoutings, AgreeWhereExpertsCorrespond) {
  write("run/routing", R"({"experts": 3})", lines_);
  const RunAgreement found =
      agreement_with(read("run"), {{.sample = 0, .expert = 0}, {.sample = 2, .expert = 1}});
  EXPECT_EQ(found.samples, 2);
  EXPECT_EQ(found.matching.agreement, 1);
  EXPECT_EQ(found.matching.unmatched, 0.5);
  EXPECT_EQ(found.matching.permutation, (std::vector<int>{2, 1, 0}));
}

TEST_F(OtherRoutings, OfAsManyExpertsAreCompared) {
  write("fewer", R"({"experts": 2})", "0,7,7,1,0.5,1\n2,6,5,1,1,\n");
  EXPECT_TRUE(contains(refusal("fewer"), "has 2 experts, and this model 3"));
}

TEST_F(OtherRoutings, OfTheSameImagesAreCompared) {
  for (const char* lines : {"0,7,7,2,0.5,1\n", "0,7,7,2,0.5,1\n1,6,5,1,1,\n",
                            "0,7,7,2,0.5,1\n2,5,5,1,1,\n", "0,7,7,2,0.5,1\n9,6,5,1,1,\n"}) {
    write("others", R"({"experts": 3})", lines);
    EXPECT_TRUE(contains(refusal("others"), "is of other images")) << lines;
  }
}

TEST_F(OtherRoutings, NameExpertsThatThereAre) {
  write("more", R"({"experts": 3})", "0,7,7,2,0.5,1\n2,6,5,3,1,\n");
  EXPECT_TRUE(contains(refusal("more"), "names an expert in its table that it does not have"));
}

TEST_F(OtherRoutings, ThatAreNoneAreNamed) {
  auto message = [&](const char* folder) {
    return error_text(ExitCode::bad_data, [&] { read(folder); });
  };
  EXPECT_TRUE(contains(error_text(ExitCode::bad_usage, [&] { read("nowhere"); }), "is no folder"));
  std::filesystem::create_directories(folder_ / "bare");
  EXPECT_TRUE(contains(message("bare"), "val.json; run switchyard routing"));
  for (const char* figures : {"{\"experts\": ", "[3]", "{}", R"({"experts": "three"})"}) {
    write("cut", figures, lines_);
    EXPECT_TRUE(contains(message("cut"), "val.json is cut off, or no analysis of routing"));
  }
  write("cut", R"({"experts": 3})", "0,7,7,2\n");
  EXPECT_TRUE(contains(message("cut"), "a line of 4 columns"));
  write("cut", R"({"experts": 3})", "0,7,7,two,0.5,1\n");
  EXPECT_TRUE(contains(message("cut"), "'two' where a number belongs"));
}

}  // namespace
}  // namespace switchyard
