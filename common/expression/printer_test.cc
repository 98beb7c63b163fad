#include "common/expression/printer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "common/expression/canonical.h"
#include "common/expression/parser.h"
#include "common/expression/testing/random_trees.h"

namespace motzkin::expression {
namespace {

absl::StatusOr<Expr> Parse(std::string_view text, Format format, Pool& pool) {
  if (format == Format::kPrefix) return ParsePrefix(text, pool);
  if (format == Format::kLatex) return ParseLatex(text, pool);
  return ParseInfix(text, pool);
}

std::string InfixTo(Format format, std::string_view text) {
  Pool pool;
  const absl::StatusOr<std::string> printed = Print(ParseInfix(text, pool).value(), format);
  return printed.ok() ? *printed : std::string(printed.status().message());
}

TEST(PrintTest, EachFormatHasItsSpelling) {
  const char* const kText = "-x^2 + 3*log(x)/2 - exp(-x)*asin(x) + abs(pi) + e^(i*x)";
  EXPECT_EQ(InfixTo(Format::kPrefix, kText),
            "add add sub add neg pow x INT+ 2 div mul INT+ 3 ln x INT+ 2 mul exp neg x asin x abs "
            "pi pow E mul I x");
  EXPECT_EQ(InfixTo(Format::kInfix, kText),
            "-x^2 + 3*log(x)/2 - exp(-x)*asin(x) + abs(pi) + e^(i*x)");
  EXPECT_EQ(InfixTo(Format::kSympy, kText),
            "-x**2 + 3*log(x)/2 - exp(-x)*asin(x) + Abs(pi) + E**(I*x)");
  EXPECT_EQ(InfixTo(Format::kGiac, kText),
            "-x^2 + 3*ln(x)/2 - exp(-x)*asin(x) + abs(pi) + e^(i*x)");
  EXPECT_EQ(InfixTo(Format::kFricas, kText),
            "-x^2 + 3*log(x)/2 - exp(-x)*asin(x) + abs(%pi) + %e^(%i*x)");
  EXPECT_EQ(InfixTo(Format::kLatex, kText),
            "-x^{2} + \\frac{3 \\ln\\left(x\\right)}{2} - \\exp\\left(-x\\right) "
            "\\arcsin\\left(x\\right) + "
            "\\operatorname{abs}\\left(\\pi\\right) + e^{i x}");
}

TEST(PrintTest, PrefixIsTheTrainingForm) {
  EXPECT_EQ(InfixTo(Format::kPrefix, "-10*x + 1/2"), "add mul INT- 1 0 x div INT+ 1 INT+ 2");
  Pool pool;
  const Expr terms[] = {pool.Variable(), pool.Integer(1), pool.Leaf(Op::kPi)};
  EXPECT_EQ(Print(pool.Make(Op::kAdd, terms), Format::kPrefix).value(), "add add x INT+ 1 pi");
}

TEST(PrintTest, WhatAnEngineLacksIsParaphrasedOrRefused) {
  EXPECT_EQ(InfixTo(Format::kFricas, "acot(x + 1)"), "atan(1/(x + 1))");
  EXPECT_EQ(InfixTo(Format::kGiac, "asech(x)"), "acosh(1/(x))");
  EXPECT_EQ(InfixTo(Format::kSympy, "dilog(x)"), "polylog(2, 1 - (x))");
  EXPECT_EQ(InfixTo(Format::kGiac, "fresnels(x)"), "giac has no name for fresnels");
  EXPECT_EQ(InfixTo(Format::kSympy, "weierstrassP(1, 2, x)"), "SymPy has no name for weierstrassP");
}

TEST(PrintTest, TheBoundIsHeld) {
  Pool pool;
  const Expr sum = pool.Add(pool.Variable(), pool.Integer(1));
  EXPECT_EQ(Print(sum, Format::kInfix, 5).value(), "x + 1");
  EXPECT_EQ(Print(sum, Format::kInfix, 4).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Print(pool.Undefined(), Format::kInfix).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(PrintTest, TokensAreCountedAsPrinted) {
  const test::Seed seed;
  Pool pool;
  test::RandomTrees trees(seed, pool);
  for (int i = 0; i < 500; ++i) {
    const Expr tree = trees.Draw(i % 40);
    const std::string prefix = Print(tree, Format::kPrefix).value();
    EXPECT_EQ(TokenCount(tree),
              1u + static_cast<uint64_t>(std::count(prefix.begin(), prefix.end(), ' ')))
        << prefix;
  }
}

TEST(RoundTripTest, RandomTreesComeBackFromEveryFormat) {
  const test::Seed seed;
  Pool pool;
  test::RandomTrees trees(seed, pool, test::Functions::kOfEveryFormat);
  for (int i = 0; i < 10'000; ++i) {
    pool.Clear();
    const Expr tree = trees.Draw(i % 30);
    for (const Format format : {Format::kPrefix, Format::kInfix, Format::kLatex, Format::kSympy,
                                Format::kGiac, Format::kFricas}) {
      const std::string text = Print(tree, format).value();
      const absl::StatusOr<Expr> back = Parse(text, format, pool);
      ASSERT_TRUE(back.ok()) << back.status() << " in " << text;
      ASSERT_EQ(*back, tree) << text;
    }
  }
}

TEST(RoundTripTest, CanonicalFormsComeBackAsEqualFunctions) {
  const test::Seed seed;
  Pool pool;
  test::RandomTrees trees(seed, pool);
  for (int i = 0; i < 5'000; ++i) {
    pool.Clear();
    const Expr canonical = Canonical(trees.Draw(i % 30), pool);
    if (canonical->op() == Op::kUndefined) continue;
    for (const Format format : {Format::kPrefix, Format::kInfix, Format::kLatex, Format::kSympy}) {
      const std::string text = Print(canonical, format).value();
      ASSERT_EQ(Canonical(Parse(text, format, pool).value(), pool), canonical) << text;
    }
  }
}

TEST(RoundTripTest, EveryFunctionComesBackFromOurFormats) {
  Pool pool;
  std::vector<Expr> all;
  const Expr arguments[] = {pool.Integer(2), pool.Variable(), pool.Integer(-3)};
  for (int op = static_cast<int>(Op::kVariable); op < static_cast<int>(Op::kHypergeometric); ++op) {
    const int arity = Arity(static_cast<Op>(op));
    if (arity < 0 || static_cast<Op>(op) == Op::kBound) continue;
    all.push_back(
        pool.Make(static_cast<Op>(op), std::span(arguments).first(static_cast<size_t>(arity))));
  }
  for (const char* text :
       {"hyper([], [], x)", "hyper([1, x], [1/2, 3, pi], x^2)", "rootOf(t^2 + t*x - 1, t)",
        "rootOf(rootOf(s^3 + 2, s)*t + 1, t)", "weierstrassZeta(1, 2, x)"}) {
    all.push_back(ParseInfix(text, pool).value());
  }
  for (const Expr expr : all) {
    for (const Format format : {Format::kPrefix, Format::kInfix, Format::kLatex}) {
      const std::string text = Print(expr, format).value();
      const absl::StatusOr<Expr> back = Parse(text, format, pool);
      ASSERT_TRUE(back.ok()) << back.status() << " in " << text;
      EXPECT_EQ(*back, expr) << text;
    }
  }
}

}  // namespace
}  // namespace motzkin::expression
