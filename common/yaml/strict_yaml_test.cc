#include "common/yaml/strict_yaml.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace motzkin::yaml {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

StrictMap Parse(std::string_view text) { return StrictMap::Parse(text, "file.yaml").value(); }

std::string Message(const absl::Status& status) { return std::string(status.message()); }

TEST(StrictMapTest, KeysThatAreThereReplaceTheDefaults) {
  StrictMap file =
      Parse("name: pi\nslots: 3\nshare: 0.5\nidle: true\nseed: 18446744073709551615\n");
  std::string name = "default";
  int slots = 1;
  double share = 0;
  bool idle = false;
  uint64_t seed = 0;
  std::string absent = "default";
  file.String("name", name);
  file.Integer("slots", slots, 1, 8);
  file.Number("share", share, 0, 1);
  file.Boolean("idle", idle);
  file.Unsigned("seed", seed);
  file.String("absent", absent);
  EXPECT_TRUE(file.Finish().ok()) << file.Finish();
  EXPECT_EQ(name, "pi");
  EXPECT_EQ(slots, 3);
  EXPECT_EQ(share, 0.5);
  EXPECT_TRUE(idle);
  EXPECT_EQ(seed, UINT64_MAX);
  EXPECT_EQ(absent, "default");
}

TEST(StrictMapTest, AnUnknownKeyIsNamedWithItsLineAndASuggestion) {
  StrictMap file = Parse("# a comment\n\nsede: 1\n");
  uint64_t seed = 0;
  file.Unsigned("seed", seed);
  EXPECT_EQ(Message(file.Finish()), "file.yaml:3: unknown key 'sede' (did you mean 'seed'?)");
}

TEST(StrictMapTest, ADuplicateKeyNamesBothLines) {
  StrictMap file = Parse("slots: 1\nname: a\nslots: 2\n");
  int slots = 0;
  std::string name;
  file.Integer("slots", slots, 1, 8);
  file.String("name", name);
  EXPECT_EQ(Message(file.Finish()), "file.yaml:3: duplicate key 'slots', first on line 1");
}

TEST(StrictMapTest, AValueOutOfRangeNamesTheRangeAndIsNotTaken) {
  StrictMap file = Parse("slots: 5000\n");
  int slots = 7;
  file.Integer("slots", slots, 1, 1024);
  EXPECT_EQ(Message(file.Finish()), "file.yaml:1: slots must be 1 .. 1024, got 5000");
  EXPECT_EQ(slots, 7);
}

TEST(StrictMapTest, AnOctalLookingNumberIsRefused) {
  StrictMap file = Parse("slots: 010\n");
  int slots = 1;
  file.Integer("slots", slots, 1, 1024);
  EXPECT_THAT(Message(file.Finish()), ::testing::HasSubstr("leading zero"));
}

TEST(StrictMapTest, TheFirstErrorInTheFileIsReported) {
  StrictMap file = Parse("b: x\na: y\n");
  int value = 0;
  file.Integer("a", value, 0, 1);
  file.Integer("b", value, 0, 1);
  EXPECT_THAT(Message(file.Finish()), ::testing::StartsWith("file.yaml:1: b: "));
}

TEST(StrictMapTest, NestedMappingsNameTheirPath) {
  StrictMap file = Parse("generator:\n  leaves:\n    integer_mn: 1\n");
  StrictMap leaves = file.Map("generator").Map("leaves");
  int integer_min = 0;
  leaves.Integer("integer_min", integer_min, 0, 5);
  EXPECT_EQ(Message(file.Finish()),
            "file.yaml:3: unknown key 'generator.leaves.integer_mn' (did you mean 'integer_min'?)");
}

TEST(StrictMapTest, ListsOfMappingsKeepTheirOrder) {
  StrictMap file = Parse("ladder:\n  - {engine: giac, budget_ms: 100}\n  - {engine: fricas}\n");
  std::vector<std::string> engines;
  for (StrictMap& step : file.Maps("ladder")) {
    int budget = 0;
    step.Integer("budget_ms", budget, 1, 1000);
    step.String("engine", engines.emplace_back());
  }
  EXPECT_TRUE(file.Finish().ok());
  EXPECT_THAT(engines, ElementsAre("giac", "fricas"));
}

TEST(StrictMapTest, MapsWithFreeKeysKeepTheirOrderAndRefuseDuplicates) {
  StrictMap file = Parse("unary: {sqrt: 4, exp: 1}\nversions: {giac: 1.9.0}\n");
  std::vector<std::pair<std::string, int64_t>> unary;
  std::map<std::string, std::string> versions;
  file.IntegerMap("unary", unary, 1, 1000);
  file.StringMap("versions", versions);
  EXPECT_TRUE(file.Finish().ok()) << file.Finish();
  EXPECT_THAT(unary, ElementsAre(Pair("sqrt", 4), Pair("exp", 1)));
  EXPECT_THAT(versions, ElementsAre(Pair("giac", "1.9.0")));

  StrictMap twice = Parse("unary: {sqrt: 4,\n sqrt: 1}\n");
  twice.IntegerMap("unary", unary, 1, 1000);
  EXPECT_EQ(Message(twice.Finish()), "file.yaml:2: duplicate key 'sqrt', first on line 1");
}

TEST(StrictMapTest, AChoiceListsTheWords) {
  StrictMap file = Parse("answers: elementry\n");
  int answers = 0;
  file.Choice<int>("answers", answers, {{"elementary", 1}, {"special", 2}});
  EXPECT_EQ(Message(file.Finish()),
            "file.yaml:1: answers must be one of elementary, special, got 'elementry' "
            "(did you mean 'elementary'?)");
}

TEST(StrictMapTest, AKeyWithoutValueIsRefused) {
  StrictMap file = Parse("name:\n");
  std::string name;
  file.String("name", name);
  EXPECT_EQ(Message(file.Finish()), "file.yaml:1: name has no value; remove the line or give one");
}

TEST(StrictMapTest, WhatIsNoMappingIsRefused) {
  for (const char* text : {"just words", "[1, 2]", "a: 1\n---\nb: 2\n", "a: [1", "a: b: c"}) {
    EXPECT_FALSE(StrictMap::Parse(text, "file.yaml").ok()) << text;
  }
  EXPECT_TRUE(Parse("").Finish().ok());
  EXPECT_TRUE(Parse("# only a comment\n").Finish().ok());
}

TEST(StrictMapTest, HostileNestingIsRefusedAndDoesNotOverflow) {
  const std::string deep(100'000, '[');
  EXPECT_FALSE(StrictMap::Parse("a: " + deep, "file.yaml").ok());
  EXPECT_FALSE(StrictMap::Parse(std::string(2u << 20, 'a'), "file.yaml").ok());
}

// yaml-cpp itself would report an empty document at that place for ever.
TEST(StrictMapTest, ATokenThatBeginsNoDocumentIsRefused) {
  EXPECT_EQ(Message(StrictMap::Parse(", 12,000", "file.yaml").status()),
            "file.yaml:1: not valid YAML: a document cannot begin like this");
  EXPECT_EQ(Message(StrictMap::Parse("a: 1\n---\n, b", "file.yaml").status()),
            "file.yaml:2: only one YAML document is allowed in a file");
}

TEST(StrictMapTest, SeveralDocumentsAreRefused) {
  EXPECT_EQ(Message(StrictMap::Parse("a: 1\n---\nb: 2\n", "file.yaml").status()),
            "file.yaml:2: only one YAML document is allowed in a file");
  EXPECT_TRUE(StrictMap::Parse("---\na: 1\n...\n", "file.yaml").ok());
}

TEST(StrictMapTest, AFileFullOfKeysIsReadInTimeThatGrowsWithIt) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&text, "k", i, ":\n");
  StrictMap file = Parse(text);  // This would take minutes if every key were compared with each.
  EXPECT_THAT(Message(file.Finish()), testing::StartsWith("file.yaml:1: unknown key 'k0'"));
}

TEST(StrictMapTest, WhatIsNoFileOrHasNoEndIsRefused) {
  const auto directory = StrictMap::ParseFile("/tmp");
  EXPECT_THAT(Message(directory.status()), ::testing::HasSubstr("/tmp is a directory"));
  const auto endless = StrictMap::ParseFile("/dev/zero");
  EXPECT_THAT(Message(endless.status()), ::testing::HasSubstr("longer than 1 MiB"));
}

TEST(StrictMapTest, AMissingFileIsNamed) {
  const auto file = StrictMap::ParseFile("/nonexistent/worker.yaml");
  EXPECT_EQ(file.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Message(file.status()), ::testing::HasSubstr("/nonexistent/worker.yaml"));
}

}  // namespace
}  // namespace motzkin::yaml
