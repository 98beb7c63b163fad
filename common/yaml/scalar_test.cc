#include "common/yaml/scalar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace motzkin::yaml {
namespace {

using ::testing::HasSubstr;

TEST(ScalarTest, IntegersAreDecimal) {
  EXPECT_EQ(ParseInteger("1_000_000").value(), 1'000'000);
  EXPECT_EQ(ParseInteger("-3").value(), -3);
  EXPECT_EQ(ParseInteger("0").value(), 0);
}

TEST(ScalarTest, WhatIsNotADecimalIntegerIsRefused) {
  for (const char* text : {"", "-", "+3", "1.5", "0x10", "1e3", " 1", "1 ", "_1", "1_", "1__0"}) {
    EXPECT_FALSE(ParseInteger(text).ok()) << text;
  }
}

TEST(ScalarTest, ALeadingZeroIsRefusedBecauseYamlReadsItAsOctal) {
  EXPECT_THAT(std::string(ParseInteger("010").status().message()), HasSubstr("leading zero"));
  EXPECT_FALSE(ParseUnsigned("007").ok());
  EXPECT_FALSE(ParseNumber("010").ok());
  EXPECT_FALSE(ParseCount("010").ok());
}

TEST(ScalarTest, SixtyFourBitsAreTheLimit) {
  EXPECT_EQ(ParseUnsigned("18446744073709551615").value(), UINT64_MAX);
  EXPECT_FALSE(ParseUnsigned("18446744073709551616").ok());
  EXPECT_EQ(ParseInteger("-9223372036854775808").value(), INT64_MIN);
  EXPECT_FALSE(ParseInteger("9223372036854775808").ok());
}

TEST(ScalarTest, CountsHaveUnitsOfAThousand) {
  EXPECT_EQ(ParseCount("12000").value(), 12'000);
  EXPECT_EQ(ParseCount("1M").value(), 1'000'000);
  EXPECT_EQ(ParseCount("2.5k").value(), 2'500);
  EXPECT_FALSE(ParseCount("1m").ok());
  EXPECT_FALSE(ParseCount("99999999999G").ok());
}

TEST(ScalarTest, BytesHaveBinaryAndDecimalUnits) {
  EXPECT_EQ(ParseBytes("1 GiB").value(), 1'073'741'824);
  EXPECT_EQ(ParseBytes("512MiB").value(), 536'870'912);
  EXPECT_EQ(ParseBytes("20 GB").value(), 20'000'000'000);
  EXPECT_FALSE(ParseBytes("1 gb").ok());
  EXPECT_FALSE(ParseBytes("GiB").ok());
}

TEST(ScalarTest, NumbersAreFiniteDecimals) {
  EXPECT_EQ(ParseNumber("0.75").value(), 0.75);
  EXPECT_EQ(ParseNumber("-2").value(), -2);
  for (const char* text : {"nan", "inf", "1e9", ".5", "1.", "1.2.3"}) {
    EXPECT_FALSE(ParseNumber(text).ok()) << text;
  }
}

TEST(ScalarTest, DurationsNeedAUnit) {
  EXPECT_EQ(ParseDuration("250ms").value(), absl::Milliseconds(250));
  EXPECT_EQ(ParseDuration("1h30m").value(), absl::Minutes(90));
  for (const char* text : {"60", "", "-1s", "inf", "1 s", "s"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

TEST(ScalarTest, YesAndNoAreNotBooleans) {
  EXPECT_TRUE(ParseBoolean("true").value());
  EXPECT_FALSE(ParseBoolean("false").value());
  for (const char* text : {"yes", "no", "on", "True", "1", ""}) {
    EXPECT_FALSE(ParseBoolean(text).ok()) << text;
  }
}

}  // namespace
}  // namespace motzkin::yaml
