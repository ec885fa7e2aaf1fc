#include "base/config/config.hpp"

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "support/error_text.hpp"
#include "support/temp_folder.hpp"

namespace switchyard {
namespace {

using testing::error_text;
using testing::TempFolder;

enum class Augment { none, standard };
inline constexpr Choice<Augment> augment_choices[] = {{Augment::none, "none"},
                                                      {Augment::standard, "standard"}};

struct Inner {
  double dropout = 0.1;
};

template <class Visitor>
void visit(Visitor& v, Inner& c) {
  v.group("Model");
  v.field("dropout", c.dropout, "dropped share", Range{0.0, 1.0, true, false});
}

struct Sample {
  bool nesterov = false;
  int epochs = 3;
  std::int64_t limit = 10;
  std::uint64_t seed = 42;
  double lr = 0.1;
  std::string out = "runs";
  Augment augment = Augment::standard;
  std::vector<int> milestones = {60, 120};
  std::vector<double> scales;
  Inner inner;
};

template <class Visitor>
void visit(Visitor& v, Sample& c) {
  v.group("Optimizer");
  v.field("nesterov", c.nesterov, "Nesterov momentum");
  v.field("epochs", c.epochs, "length of training", at_least(1), "epochs");
  v.field("limit", c.limit, "most images to use");
  v.field("seed", c.seed, "seed of all random numbers");
  v.field("weight-decay", c.lr, "decay", above(0));
  v.field("out", c.out, "where the run folder goes", "FOLDER");
  v.field("augment", c.augment, "training augmentation", augment_choices);
  v.field("milestones", c.milestones, "epochs after which lr drops", at_least(1), "epochs");
  v.field("scales", c.scales, "factors");
  visit(v, c.inner);
}

Sample parse(const std::vector<std::string>& arguments) {
  Sample config;
  read_config(config, arguments);
  return config;
}

std::string usage_error(const std::vector<std::string>& arguments) {
  return error_text(ExitCode::bad_usage, [&] { parse(arguments); });
}

TEST(Config, ReadsEveryType) {
  Sample c = parse({"--nesterov", "on", "--epochs=7", "--limit", "-5000000000", "--seed",
                    "18446744073709551615", "--weight-decay", "5e-4", "--out", "a b", "--augment",
                    "none", "--milestones", "1,2,3", "--scales=0.5, 2", "--dropout", "0"});
  EXPECT_TRUE(c.nesterov);
  EXPECT_EQ(c.epochs, 7);
  EXPECT_EQ(c.limit, -5000000000);
  EXPECT_EQ(c.seed, 18446744073709551615u);
  EXPECT_EQ(c.lr, 5e-4);
  EXPECT_EQ(c.out, "a b");
  EXPECT_EQ(c.augment, Augment::none);
  EXPECT_EQ(c.milestones, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(c.scales, (std::vector<double>{0.5, 2.0}));
  EXPECT_EQ(c.inner.dropout, 0.0);
}

TEST(Config, EmptyTextAndListsCanBeGiven) {
  Sample c = parse({"--out", "", "--milestones", "none"});
  EXPECT_EQ(c.out, "");
  EXPECT_TRUE(c.milestones.empty());
}

TEST(Config, LastOfRepeatedKeysWinsOnTheCommandLine) {
  EXPECT_EQ(parse({"--epochs", "5", "--epochs", "6"}).epochs, 6);
}

TEST(Config, LaterFilesOverrideEarlierAndTheCommandLineOverridesAll) {
  TempFolder folder;
  write_file(folder / "a.cfg", "# base\nepochs = 5\nlimit=1 # few\n\nseed = 1\r\n");
  write_file(folder / "b.cfg", "limit = 2\nseed = 2\n");
  Sample c = parse({"--seed", "3", "--config", (folder / "a.cfg").string(), "--config",
                    (folder / "b.cfg").string()});
  EXPECT_EQ(c.epochs, 5);
  EXPECT_EQ(c.limit, 2);
  EXPECT_EQ(c.seed, 3u);
}

TEST(Config, ResolvedTextReplaysExactly) {
  Sample c = parse({"--weight-decay", "0.1234567890123456789", "--scales", "1e-300,3", "--out", "",
                    "--nesterov", "true", "--milestones", "none", "--augment", "none"});
  TempFolder folder;
  write_file(folder / "c.cfg", write_resolved(c));
  Sample replayed = parse({"--config", (folder / "c.cfg").string()});
  EXPECT_EQ(replayed.lr, 0.1234567890123456789);
  EXPECT_EQ(replayed.scales, c.scales);
  EXPECT_TRUE(replayed.milestones.empty());
  EXPECT_EQ(write_resolved(replayed), write_resolved(c));
  EXPECT_NE(write_resolved(c).find("# Model\ndropout = 0.1\n"), std::string::npos);
}

TEST(Config, HelpTellsGroupsDefaultsRangesAndUnits) {
  std::string help = config_help<Sample>();
  for (const char* part :
       {"Optimizer:", "Model:", "--epochs INTEGER", "(>= 1; default 3)",
        "length of training, in epochs", "--augment none|standard", "default standard",
        "(in [0, 1); default 0.1)", "default none", "--config FILE", "--out FOLDER"})
    EXPECT_NE(help.find(part), help.npos) << part << " is not in\n" << help;
}

TEST(Config, HelpIsAskedForInBothSpellings) {
  Sample c;
  EXPECT_TRUE(read_config(c, {"--help"}).help);
  EXPECT_TRUE(read_config(c, {"--epochs", "5", "-h"}).help);
  EXPECT_FALSE(read_config(c, {}).help);
}

TEST(Config, PositionalsAreGivenBackWhereAllowed) {
  Sample c;
  Arguments arguments = read_config(c, {"one", "--epochs", "5", "two"}, Positionals::any);
  EXPECT_EQ(arguments.positionals, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(c.epochs, 5);
}

TEST(ConfigError, UnknownKeyNamesPlaceAndNearestKey) {
  EXPECT_EQ(usage_error({"--weight_decay", "1"}),
            "command line: unknown key 'weight_decay'; did you mean 'weight-decay'?");
  EXPECT_EQ(usage_error({"--frobnicate=1"}),
            "command line: unknown key 'frobnicate'; see --help for all keys");
}

TEST(ConfigError, BadValueNamesWhatIsAccepted) {
  EXPECT_EQ(usage_error({"--epochs", "0"}),
            "command line: epochs = '0' is not accepted; give an integer >= 1 (epochs)");
  EXPECT_EQ(usage_error({"--dropout", "1"}),
            "command line: dropout = '1' is not accepted; give a number in [0, 1)");
  EXPECT_EQ(usage_error({"--augment", "nnone"}),
            "command line: augment = 'nnone' is not accepted; give one of none|standard");
  for (auto [key, value] : {std::pair{"epochs", "3.5"},
                            {"epochs", "3x"},
                            {"epochs", ""},
                            {"epochs", "99999999999"},
                            {"seed", "-1"},
                            {"weight-decay", "0"},
                            {"weight-decay", "nan"},
                            {"weight-decay", "inf"},
                            {"nesterov", "yes"},
                            {"milestones", "1,"},
                            {"milestones", "1,0"},
                            {"out", "a#b"}}) {
    std::string message = usage_error({std::string("--") + key, value});
    EXPECT_NE(message.find(std::string(key) + " = '" + value + "'"), message.npos) << message;
  }
}

TEST(ConfigError, AMissingValueOrAStrayWordIsNamed) {
  EXPECT_EQ(parse({"--out=--seed"}).out, "--seed");
  EXPECT_NE(usage_error({"--epochs"}).find("epochs"), std::string::npos);
  EXPECT_NE(usage_error({"--epochs", "--seed", "1"}).find("epochs"), std::string::npos);
  EXPECT_EQ(usage_error({"--out", "--seed", "1"}),
            "command line: --out has no value; write --out value");
  EXPECT_NE(usage_error({"word"}).find("'word'"), std::string::npos);
  EXPECT_NE(usage_error({"-x"}).find("'-x'"), std::string::npos);
}

TEST(ConfigError, FilesAreNamedWithTheLine) {
  TempFolder folder;
  std::string path = (folder / "x.cfg").string();
  auto file_error = [&](const std::string& text) {
    write_file(path, text);
    return usage_error({"--config", path});
  };
  EXPECT_EQ(file_error("# one\nepoch = 3\n"),
            path + ":2: unknown key 'epoch'; did you mean 'epochs'?");
  EXPECT_EQ(file_error("\n\nepochs = many"),
            path + ":3: epochs = 'many' is not accepted; give an integer >= 1 (epochs)");
  EXPECT_EQ(file_error("epochs = 1\nepochs = 2\n"),
            path + ":2: key 'epochs' is already set in line 1; remove one");
  EXPECT_NE(file_error("[train]\n").find(":1: sections are not used"), std::string::npos);
  EXPECT_NE(file_error("epochs 3\n").find(":1: 'epochs 3' is not a setting"), std::string::npos);
  EXPECT_NE(usage_error({"--config", path + ".none"}).find(path + ".none"), std::string::npos);
}

TEST(ConfigError, TwoFieldsOfOneNameAreRefused) {
  int value = 0;
  FieldCollector collector;
  collector.field("x", value, "");
  collector.field("x", value, "");
  EXPECT_NE(error_text(ExitCode::run_failed, [&] { collector.take(); }).find("'x'"),
            std::string::npos);
}

}  // namespace
}  // namespace switchyard
