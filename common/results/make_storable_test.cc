#include <gtest/gtest.h>

#include <limits>

#include "common/results/submit_results.h"

namespace motzkin {
namespace {

v1::Result Answered(const std::string& integral) {
  v1::Result result;
  result.set_outcome(v1::OUTCOME_INTEGRATED);
  result.set_integrand("x");
  result.set_integral(integral);
  result.set_engine("giac");
  result.add_steps()->set_engine("giac");
  return result;
}

TEST(MakeStorableTest, WhatIsFineIsLeftAlone) {
  v1::Result result = Answered("div pow x INT+ 2 INT+ 2");
  result.mutable_verification()->set_points_agreed(12);
  result.mutable_steps(0)->set_message("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
  const v1::Result before = result;
  MakeStorable(result);
  EXPECT_EQ(result.SerializeAsString(), before.SerializeAsString());
}

TEST(MakeStorableTest, AnIntegralOfExactly65536BytesIsKeptAndALongerOneIsUnverified) {
  v1::Result longest = Answered(std::string(65'536, 'x'));
  MakeStorable(longest);
  EXPECT_EQ(longest.outcome(), v1::OUTCOME_INTEGRATED);
  v1::Result longer = Answered(std::string(65'537, 'x'));
  MakeStorable(longer);
  EXPECT_EQ(longer.outcome(), v1::OUTCOME_UNVERIFIED);
  EXPECT_EQ(longer.integral(), "");
  EXPECT_EQ(longer.engine(), "");
  EXPECT_EQ(longer.steps(0).message(), "the answer has 65537 bytes, more than 65536");
}

TEST(MakeStorableTest, AnIntegralThatIsNoTextIsUnverified) {
  for (const std::string& bad :
       {std::string("x\0y", 3), std::string("\xff"), std::string("\xc0\xaf"),
        std::string("\xed\xa0\x80"), std::string("\xf4\x90\x80\x80"), std::string("\xe2\x82")}) {
    v1::Result result = Answered(bad);
    MakeStorable(result);
    EXPECT_EQ(result.outcome(), v1::OUTCOME_UNVERIFIED);
    EXPECT_EQ(result.integral(), "");
  }
}

TEST(MakeStorableTest, AMessageIsCutAtACharacterAndBadBytesAreMarked) {
  v1::Result result = Answered("x");
  result.mutable_steps(0)->set_message(std::string(499, 'a') + "\xc3\xbc");
  MakeStorable(result);
  EXPECT_EQ(result.steps(0).message(), std::string(499, 'a'));
  result.mutable_steps(0)->set_message(std::string("a\0b\xffz", 5));
  MakeStorable(result);
  EXPECT_EQ(result.steps(0).message(), "a?b?z");
}

TEST(MakeStorableTest, NumbersThatTheColumnsDoNotHoldAreClamped) {
  v1::Result result = Answered("x");
  result.mutable_verification()->set_points_agreed(1 << 20);
  result.mutable_verification()->set_precision_bits(-1);
  result.set_speed_factor(std::numeric_limits<double>::quiet_NaN());
  MakeStorable(result);
  EXPECT_EQ(result.verification().points_agreed(), 32'767);
  EXPECT_EQ(result.verification().precision_bits(), 0);
  EXPECT_EQ(result.speed_factor(), 1);
}

}  // namespace
}  // namespace motzkin
