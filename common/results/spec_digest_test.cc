#include "common/results/spec_digest.h"

#include <gtest/gtest.h>

namespace motzkin {
namespace {

TEST(SpecDigestTest, TheOrderInWhichAMapWasFilledDoesNotMatter) {
  v1::JobSpec a, b;
  for (const char* engine : {"giac", "fricas", "sympy"})
    (*a.mutable_engine_versions())[engine] = std::string("1");
  for (const char* engine : {"sympy", "fricas", "giac"})
    (*b.mutable_engine_versions())[engine] = std::string("1");
  EXPECT_EQ(SpecDigest(a), SpecDigest(b));
  EXPECT_EQ(SpecDigest(a).size(), 32u);
}

TEST(SpecDigestTest, EveryFieldMatters) {
  v1::JobSpec spec;
  const std::string empty = SpecDigest(spec);
  spec.set_seed(1);
  EXPECT_NE(SpecDigest(spec), empty);
}

TEST(SpecDigestTest, AFieldOfALaterVersionIsNotUnderstood) {
  v1::JobSpec spec;
  spec.set_name("demo");
  // Field 1,000 as a varint, which a newer coordinator might send.
  std::string bytes = spec.SerializeAsString();
  for (const char byte : {'\xc0', '\x3e', '\x01'}) bytes.push_back(byte);
  v1::JobSpec newer;
  ASSERT_TRUE(newer.ParseFromString(bytes));
  ASSERT_NE(newer.SerializeAsString(), spec.SerializeAsString());
  EXPECT_EQ(SpecDigest(newer), SpecDigest(spec));
}

}  // namespace
}  // namespace motzkin
