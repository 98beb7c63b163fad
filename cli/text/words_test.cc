#include "cli/text/words.h"

#include <gtest/gtest.h>

namespace motzkin::cli {
namespace {

TEST(CliWordsTest, BytesHaveDecimalUnits) {
  EXPECT_EQ(Bytes(999), "999 B");
  EXPECT_EQ(Bytes(1'500'000), "1.5 MB");
}

TEST(CliWordsTest, SpansHaveTwoUnitsAtMost) {
  EXPECT_EQ(Span(-1), "unknown");
  EXPECT_EQ(Span(40), "40 s");
  EXPECT_EQ(Span(3'700), "1 h 1 min");
  EXPECT_EQ(Span(1e300).substr(0, 1), "6");  // It is bounded and not undefined.
}

TEST(CliWordsTest, EveryOutcomeIsInOneGroup) {
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

TEST(CliWordsTest, PrefixThatCannotBeReadIsShownAsItIs) {
  EXPECT_EQ(PrefixToInfix("pow x INT+ 2"), "x^2");
  EXPECT_EQ(PrefixToInfix("frobnicate x"), "frobnicate x");
}

TEST(CliWordsTest, LongTextIsCut) {
  EXPECT_EQ(Shortened("abcdefgh", 6), "abc...");
  EXPECT_EQ(Shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(Shortened("abcdef", 2), "ab");
  EXPECT_EQ(Shortened("ab\u00e9defgh", 6), "ab...") << "not half of the third character";
  EXPECT_EQ(Shortened("\u00e9\u00e9", 3), "\u00e9");
}

}  // namespace
}  // namespace motzkin::cli
