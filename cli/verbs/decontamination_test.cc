#include "cli/verbs/decontamination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "common/expression/canonical.h"
#include "common/expression/parser.h"
#include "tests/support/temporary_directory.h"

namespace motzkin::cli {
namespace {

class DecontaminationTest : public ::testing::Test {
 protected:
  absl::StatusOr<dataset::FunctionSet> Read(const std::string& text) {
    const std::string path = directory_.path() / "test.jsonl";
    std::ofstream(path) << text;
    return ReadFunctionSet(path, {});
  }

  const test::TemporaryDirectory directory_;
};

expression::Expr CanonicalOf(const char* infix, expression::Pool& pool) {
  return expression::Canonical(expression::ParseInfix(infix, pool).value(), pool);
}

TEST_F(DecontaminationTest, FunctionsAreKnownInAnyNotation) {
  const auto set =
      Read("{\"integrand\": \"x*sin(2*x)\", \"id\": 7}\n\n{\"integrand\": \"pow x INT+ 3\"}\n");
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->functions, 2);
  EXPECT_EQ(set->name, "test.jsonl");
  EXPECT_EQ(set->sha256.size(), 64u);
  expression::Pool pool;
  EXPECT_TRUE(
      set->canonical_hashes.contains(expression::CanonicalHash(CanonicalOf("sin(2*x)*x", pool))));
  EXPECT_FALSE(
      set->canonical_hashes.contains(expression::CanonicalHash(CanonicalOf("sin(5*x)*x", pool))));
  EXPECT_TRUE(
      set->skeleton_hashes.contains(expression::SkeletonHash(CanonicalOf("-3*sin(5*x)*x", pool))));
}

TEST_F(DecontaminationTest, APipeIsRefusedAndNotWaitedFor) {
  const std::string pipe = directory_.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const absl::Status status = ReadFunctionSet(pipe, {}).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("not a regular file"));
}

TEST_F(DecontaminationTest, ALineThatCannotBeReadIsNamed) {
  const absl::Status status =
      Read("{\"integrand\": \"x\"}\n{\"integrand\": \"sine(x)\"}\n").status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("test.jsonl:2: "));
  EXPECT_TRUE(absl::IsInvalidArgument(Read("[1]\n").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Read("{\"integrand\": \"1/0\"}\n").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadFunctionSet("/absent.jsonl", {}).status()));
}

TEST_F(DecontaminationTest, EveryFormatOfEvaluateIsRead) {
  for (const char* text : {"[\n  {\"integrand\": \"x*sin(2*x)\"}\n]",
                           "id,integrand\n1,x*sin(2*x)\n", "1|sub Y' mul x sin mul INT+ 2 x\tx\n",
                           "x*sin(2*x)\n", "{\"integrand\": \"x \\\\sin 2x\"}\n"}) {
    const auto set = Read(text);
    ASSERT_TRUE(set.ok()) << set.status();
    expression::Pool pool;
    EXPECT_TRUE(
        set->canonical_hashes.contains(expression::CanonicalHash(CanonicalOf("sin(2*x)*x", pool))))
        << text;
  }
}

TEST_F(DecontaminationTest, WhatCannotBeReadIsCountedInOneMessage) {
  const absl::Status status =
      Read("{\"integrand\": \"x\"}\n{\"integrand\": \"sine(x)\"}\n[1]\n5\n").status();
  EXPECT_THAT(std::string(status.message()),
              ::testing::HasSubstr("test.jsonl:2: column 1: unknown function 'sine'; did you mean "
                                   "'sin'?; it is the first of 3 that cannot be read, of 4\n"));
}

}  // namespace
}  // namespace motzkin::cli
