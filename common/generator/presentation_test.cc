#include "common/generator/presentation.h"

#include <gtest/gtest.h>

#include "common/expression/canonical.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "common/generator/draft.h"
#include "common/generator/presets.h"
#include "common/generator/testing/statistics.h"
#include "tests/support/seed.h"

namespace motzkin::generator {
namespace {

using expression::Expr;
using expression::Format;
using expression::Op;
using expression::Pool;

std::string Presented(std::string_view infix) {
  Pool pool;
  const Expr canonical = expression::Canonical(expression::ParseInfix(infix, pool).value(), pool);
  return expression::Print(Present(canonical, pool), Format::kPrefix).value();
}

TEST(PresentationTest, NegativePowersGoBelowTheLine) {
  EXPECT_EQ(Presented("x^(-1)"), "div INT+ 1 x");
  EXPECT_EQ(Presented("x^(-3)"), "div INT+ 1 pow x INT+ 3");
  EXPECT_EQ(Presented("sin(x)*x^(-1)"), "div sin x x");
}

TEST(PresentationTest, RationalFactorsAreSplitOverTheLine) {
  EXPECT_EQ(Presented("x*(3/2)"), "div mul INT+ 3 x INT+ 2");
  EXPECT_EQ(Presented("x/2"), "div x INT+ 2");
}

TEST(PresentationTest, HalvesAreSquareRoots) {
  EXPECT_EQ(Presented("x^(1/2)"), "sqrt x");
  EXPECT_EQ(Presented("1/sqrt(x)"), "div INT+ 1 sqrt x");
}

TEST(PresentationTest, NegativeTermsAreSubtracted) {
  const std::string difference = Presented("sin(x) - cos(x)");
  EXPECT_EQ(difference, "sub sin x cos x");
  EXPECT_EQ(Presented("-cos(x) + sin(x)"), difference);
}

TEST(PresentationTest, AMinusSignGoesIntoAnIntegerWhereThereIsOne) {
  EXPECT_EQ(Presented("-x"), "neg x");
  EXPECT_EQ(Presented("-3*x"), "mul INT- 3 x");
  EXPECT_EQ(Presented("-1/x"), "div INT- 1 x");
}

// Random drafts of every preset, many of them absurd; Canonical() decides what they are.
TEST(PresentationTest, OnlyTheNotationChanges) {
  const test::Seed seed(kUsualSeed);
  for (const std::string& name : PresetNames()) {
    const DraftSampler sampler(Preset(name).value());
    Draft draft;
    for (uint64_t index = 0; index < 3'000; ++index) {
      RandomStream random(seed, 0, 0, index);
      sampler.Draw(12, random, draft);
      Pool pool({.nodes = 1u << 15, .depth = 500, .number_bits = 4'096});
      const Expr canonical = expression::Canonical(BuildExpression(draft, pool), pool);
      if (canonical->op() == Op::kUndefined) continue;
      const Expr presented = Present(canonical, pool);
      ASSERT_EQ(expression::Canonical(presented, pool), canonical)
          << name << ' ' << index << ": "
          << expression::Print(presented, Format::kInfix).value_or("too long");
    }
  }
}

}  // namespace
}  // namespace motzkin::generator
