#include "common/generator/variant_sampler.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/expression/canonical.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "common/generator/attempt.h"
#include "common/generator/presentation.h"
#include "common/generator/presets.h"
#include "tests/support/seed.h"

namespace motzkin::generator {
namespace {

using expression::Expr;
using expression::Pool;
using ::testing::HasSubstr;

absl::StatusOr<VariantSampler> TryLike(const std::string& infix) {
  Pool pool;
  return VariantSampler::Create(expression::ParseInfix(infix, pool).value(),
                                Preset("lample-charton").value());
}

std::string TextOf(const VariantSampler& sampler, uint64_t seed, int64_t index) {
  Pool pool;
  const Variant variant = sampler.Generate(seed, index, pool).value();
  return expression::Print(variant.function.integrand, expression::Format::kInfix).value();
}

constexpr const char* kFunctions[] = {
    "x*exp(3*x)", "sin(x)", "1/(x^2+1)", "sqrt(2*x+1)*log(x)", "x^(2/3)-7*cos(x/2)+1", "-5*tan(x)"};

TEST(VariantSamplerTest, EachChangeIsWhatItSays) {
  const test::Seed seed(11);
  for (const char* const infix : kFunctions) {
    SCOPED_TRACE(infix);
    Pool pool;
    const Expr canonical = expression::Canonical(expression::ParseInfix(infix, pool).value(), pool);
    const uint64_t operators = CountOperators(Present(canonical, pool));
    const VariantSampler sampler = TryLike(infix).value();
    std::map<Change, int> counts;
    for (int64_t i = 0; i < 60; ++i) {
      Pool fresh;
      const Variant variant = sampler.Generate(seed, i, fresh).value();
      ++counts[variant.change];
      // The hashes are those of the function that is returned.
      const Expr form = expression::Canonical(variant.function.integrand, fresh);
      ASSERT_EQ(expression::CanonicalHash(form), variant.function.canonical_hash);
      ASSERT_EQ(expression::SkeletonHash(form), variant.function.skeleton_hash);
      ASSERT_NE(variant.function.canonical_hash, expression::CanonicalHash(canonical));
      ASSERT_EQ(variant.function.skeleton_hash == expression::SkeletonHash(canonical),
                variant.change == Change::kConstants);
      const uint64_t now = CountOperators(variant.function.integrand);
      ASSERT_TRUE(variant.change != Change::kOneMore || now == operators + 1);
      ASSERT_TRUE(variant.change != Change::kOneLess || now + 1 == operators);
    }
    EXPECT_GT(counts[Change::kConstants], 10);
    EXPECT_GT(counts[Change::kOneMore], 5);
  }
}

TEST(VariantSamplerTest, TheSameSeedAndIndexGiveTheSameVariantAndOthersGiveOthers) {
  const VariantSampler sampler = TryLike("x*exp(3*x)").value();
  const VariantSampler same = TryLike("exp(x*3)*x").value();
  std::set<std::string> texts;
  for (int64_t i = 0; i < 50; ++i) {
    texts.insert(TextOf(sampler, 1, i));
    EXPECT_EQ(TextOf(same, 1, i), TextOf(sampler, 1, i)) << "a form decides, not its spelling";
  }
  EXPECT_GT(texts.size(), 20u);
  EXPECT_NE(TextOf(sampler, 1, 0) + TextOf(sampler, 1, 1),
            TextOf(sampler, 2, 0) + TextOf(sampler, 2, 1));
}

TEST(VariantSamplerTest, WhatCannotBeVariedIsRefused) {
  EXPECT_THAT(TryLike("7").status().message(), HasSubstr("it is constant"));
  EXPECT_THAT(TryLike("x/0").status().message(), HasSubstr("has no value anywhere"));
  std::string sum = "x";
  for (int i = 2; i < 200; ++i) sum += "+sin(" + std::to_string(i) + "*x)";
  EXPECT_THAT(TryLike(sum).status().message(), HasSubstr("more than 512 prefix tokens"));
}

}  // namespace
}  // namespace motzkin::generator
