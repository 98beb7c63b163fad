#include "common/words/words.h"

#include <gtest/gtest.h>

#include "motzkin/v1/job.pb.h"

namespace motzkin {
namespace {

TEST(WordsTest, NumbersAreGroupedInThousands) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1'000), "1,000");
  EXPECT_EQ(Grouped(-1'234'567), "-1,234,567");
  EXPECT_EQ(Grouped(-123), "-123");
}

TEST(WordsTest, APercentageOfNothingIsADash) {
  EXPECT_EQ(Percent(1, 4), "25.0 %");
  EXPECT_EQ(Percent(0, 0), "-");
}

TEST(WordsTest, EnumsAreTheWordsOfSqlAndDocs) {
  EXPECT_EQ(Word(v1::OUTCOME_TIMED_OUT), "timed_out");
  EXPECT_EQ(Word(v1::JOB_STATE_RUNNING), "running");
  EXPECT_EQ(Word(v1::ANSWER_CLASS_ELEMENTARY), "elementary");
  EXPECT_EQ(Word(v1::Verification::VERDICT_COMPLEX_ONLY), "complex_only");
}

}  // namespace
}  // namespace motzkin
