#include "cli/words.h"

#include <gtest/gtest.h>

namespace motzkin::cli {
namespace {

TEST(WordsTest, NumbersAreGroupedInThousands) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1'000), "1,000");
  EXPECT_EQ(Grouped(-1'234'567), "-1,234,567");
  EXPECT_EQ(Grouped(-123), "-123");
}

TEST(WordsTest, BytesHaveDecimalUnits) {
  EXPECT_EQ(Bytes(999), "999 B");
  EXPECT_EQ(Bytes(1'500'000), "1.5 MB");
}

TEST(WordsTest, SpansHaveTwoUnitsAtMost) {
  EXPECT_EQ(Span(-1), "unknown");
  EXPECT_EQ(Span(40), "40 s");
  EXPECT_EQ(Span(3'700), "1 h 1 min");
  EXPECT_EQ(Span(1e300).substr(0, 1), "6");  // Bounded, not undefined.
}

TEST(WordsTest, APercentageOfNothingIsADash) {
  EXPECT_EQ(Percent(1, 4), "25.0 %");
  EXPECT_EQ(Percent(0, 0), "-");
}

TEST(WordsTest, EnumsAreTheWordsOfSqlAndDocs) {
  EXPECT_EQ(OutcomeWord(v1::OUTCOME_TIMED_OUT), "timed_out");
  EXPECT_EQ(JobStateWord(v1::JOB_STATE_RUNNING), "running");
  EXPECT_EQ(AnswerClassWord(v1::ANSWER_CLASS_ELEMENTARY), "elementary");
  EXPECT_EQ(VerdictWord(v1::Verification::VERDICT_COMPLEX_ONLY), "complex_only");
}

TEST(WordsTest, EveryOutcomeIsInOneGroup) {
  v1::Job job;
  for (const char* outcome : {"integrated", "partly", "unsolved", "nonelementary", "timed_out",
                              "memory_exceeded", "crashed", "refuted", "unverified"}) {
    (*job.mutable_outcomes())[outcome] = 1;
  }
  const OutcomeGroups groups = GroupsOf(job);
  EXPECT_EQ(groups.integrated, 1);
  EXPECT_EQ(groups.no_answer, 3);
  EXPECT_EQ(groups.broken, 5);
}

TEST(WordsTest, PrefixThatCannotBeReadIsShownAsItIs) {
  EXPECT_EQ(PrefixToInfix("pow x INT+ 2"), "x^2");
  EXPECT_EQ(PrefixToInfix("frobnicate x"), "frobnicate x");
}

TEST(WordsTest, LongTextIsCut) {
  EXPECT_EQ(Shortened("abcdefgh", 6), "abc...");
  EXPECT_EQ(Shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(Shortened("abcdef", 2), "ab");
}

}  // namespace
}  // namespace motzkin::cli
