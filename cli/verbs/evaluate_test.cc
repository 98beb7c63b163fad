#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/verbs/evaluate_summary.h"

namespace motzkin::cli {
namespace {

using ::testing::HasSubstr;

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
