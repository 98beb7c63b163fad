#include "dataset/lample_charton.h"

#include <gtest/gtest.h>

#include "common/expression/parser.h"

namespace motzkin::dataset {
namespace {

using expression::Pool;

std::string Written(const char* infix) {
  Pool pool;
  const auto expr = expression::ParseInfix(infix, pool);
  EXPECT_TRUE(expr.ok()) << expr.status();
  const absl::StatusOr<std::string> tokens = WriteLampleCharton(*expr, pool);
  return tokens.ok() ? *tokens : std::string(tokens.status().message());
}

TEST(LampleChartonTest, IntegersAreASignAndDigits) {
  EXPECT_EQ(Written("10"), "INT+ 1 0");
  EXPECT_EQ(Written("-1"), "INT- 1");
  EXPECT_EQ(Written("0"), "INT+ 0");
  EXPECT_EQ(Written("-3/20"), "div INT- 3 INT+ 2 0");
}

TEST(LampleChartonTest, SumsAndProductsNestToTheRightWithNumbersFirst) {
  EXPECT_EQ(Written("x + sin(x) + exp(x)"), "add x add sin x exp x");
  EXPECT_EQ(Written("x*sin(x)*3"), "mul INT+ 3 mul x sin x");
  EXPECT_EQ(Written("x + 2 + sin(x) + 3"), "add INT+ 5 add x sin x");
}

TEST(LampleChartonTest, ThereIsNoSubNegOrDivBetweenExpressions) {
  EXPECT_EQ(Written("x - sin(x)"), "add x mul INT- 1 sin x");
  EXPECT_EQ(Written("-(x + 1)"), "mul INT- 1 add INT+ 1 x");
  EXPECT_EQ(Written("x/sin(x)"), "mul x pow sin x INT- 1");
  EXPECT_EQ(Written("x/2"), "mul div INT+ 1 INT+ 2 x");
  EXPECT_EQ(Written("x - (sin(x) - 2*x)"), "add x add mul INT- 1 sin x mul INT+ 2 x");
  EXPECT_EQ(Written("1/(x/sin(x))"), "mul pow x INT- 1 sin x");
}

TEST(LampleChartonTest, PowersAreAsSympyHasThem) {
  EXPECT_EQ(Written("x^2"), "pow x INT+ 2");
  EXPECT_EQ(Written("sqrt(x)"), "sqrt x");
  EXPECT_EQ(Written("x^(1/2)"), "sqrt x");
  EXPECT_EQ(Written("1/sqrt(x)"), "pow x div INT- 1 INT+ 2");
  EXPECT_EQ(Written("1/x^3"), "pow x INT- 3");
  EXPECT_EQ(Written("1/x^x"), "pow x mul INT- 1 x");
  EXPECT_EQ(Written("x/exp(x)"), "mul x exp mul INT- 1 x");
  EXPECT_EQ(Written("E^x"), "exp x");
  EXPECT_EQ(Written("exp(1)*pi"), "mul E pi");
}

TEST(LampleChartonTest, LogarithmIsLn) { EXPECT_EQ(Written("log(abs(x))"), "ln abs x"); }

TEST(LampleChartonTest, WhatTheirVocabularyLacksIsNamed) {
  EXPECT_EQ(Written("x + Ei(x)"), "no token for Ei");
  EXPECT_EQ(Written("rootOf(t^3 + t + 1, t)*x").substr(0, 12), "no token for");
}

}  // namespace
}  // namespace motzkin::dataset
