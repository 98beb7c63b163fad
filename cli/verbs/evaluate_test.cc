#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/verbs/evaluate_input.h"
#include "cli/verbs/evaluate_summary.h"

namespace motzkin::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<EvaluateItem> Read(const std::string& text) {
  std::istringstream input(text);
  std::vector<EvaluateItem> items;
  int number = 0;
  for (std::string line; std::getline(input, line);) {
    items.push_back(ReadItem(line, ++number, "in.jsonl", "candidates"));
  }
  return items;
}

TEST(EvaluateInputTest, ALineIsAnIntegrandWithOrWithoutCandidates) {
  const auto items = Read(
      "{\"id\": 7, \"integrand\": \"2*x\", \"candidates\": [\"x^2\", \"foo(x)\"]}\n"
      "{\"integrand\": \"x\", \"candidates\": null}\n");
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_EQ(items[0].id, Json(7));
  EXPECT_EQ(items[0].integrand.value(), "mul INT+ 2 x");
  ASSERT_THAT(items[0].candidates, SizeIs(2));
  EXPECT_EQ(items[0].candidates[0].prefix.value(), "pow x INT+ 2");
  EXPECT_FALSE(items[0].candidates[1].prefix.ok());
  EXPECT_EQ(items[1].line, 2);
  EXPECT_FALSE(items[1].has_candidates);
}

TEST(EvaluateInputTest, AWrongLineCostsOnlyItself) {
  const auto items = Read(
      "nonsense\n[1]\n{\"integrand\": 5}\n{\"integrand\": \"x +\"}\n"
      "{\"integrand\": \"x\", \"candidates\": [5]}\n{\"integrand\": \"x\"}\n");
  ASSERT_THAT(items, SizeIs(6));
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_THAT(std::string(items[i].integrand.status().message()),
                HasSubstr("in.jsonl:" + std::to_string(i + 1) + ": "));
  }
  EXPECT_TRUE(items[5].integrand.ok());
}

TEST(EvaluateInputTest, DeepJsonIsRefusedAndDoesNotOverflow) {
  EXPECT_FALSE(Read(std::string(1'000'000, '['))[0].integrand.ok());
}

TEST(EvaluateSummaryTest, AFunctionCountsAsItsBestCandidate) {
  EXPECT_EQ(BestOutcome({"refuted", "verified"}), "integrated");
  EXPECT_EQ(BestOutcome({"refuted", "partly"}), "partly");
  EXPECT_EQ(BestOutcome({"refuted", "refuted"}), "refuted");
  EXPECT_EQ(BestOutcome({"refuted", "unverified"}), "unverified");
  EXPECT_EQ(BestOutcome({}), "unverified");
}

TEST(EvaluateSummaryTest, TheClassesAddUpToTheFunctions) {
  EvaluateSummary summary;
  for (const char* outcome : {"integrated", "integrated", "partly", "refuted", "timed_out",
                              "unsolved", "crashed", "nonelementary"}) {
    summary.AddOutcome(outcome);
  }
  summary.cpu_seconds = 4;
  const Json json = summary.ToJson();
  EXPECT_EQ(json["functions"], 8);
  EXPECT_EQ(json["solved"], 2);
  EXPECT_EQ(json["unsolved"], 3);
  EXPECT_EQ(json["solved_per_core_second"], 0.5);
  EXPECT_EQ(json.contains("candidates"), false);
}

TEST(EvaluateSummaryTest, CandidatesAreCountedByVerdict) {
  EvaluateSummary summary;
  summary.AddVerdicts({"verified", "refuted"});
  const Json json = summary.ToJson();
  EXPECT_EQ(json["solved"], 1);
  EXPECT_EQ(json["candidates"]["refuted"], 1);
  EXPECT_EQ(json["candidates"]["partly"], 0);
  EXPECT_THAT(summary.ToText(),
              HasSubstr("candidates: 1 verified 0 partly 1 refuted 0 unverified"));
}

}  // namespace
}  // namespace motzkin::cli
