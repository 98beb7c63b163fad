#include "classifier/features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "common/expression/canonical.h"
#include "common/expression/parser.h"

namespace motzkin::classifier {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class FeaturesTest : public ::testing::Test {
 protected:
  expression::Expr Canonical(const std::string& infix) {
    return expression::Canonical(expression::ParseInfix(infix, pool_).value(), pool_);
  }
  FeatureCounts Counts(const std::string& infix) {
    return CountFeatures(TreeView(Canonical(infix)));
  }

  expression::Pool pool_;
};

TEST_F(FeaturesTest, OfASmallTreeAreExactlyThese) {
  EXPECT_THAT(Counts("sin(2*x)"),
              ElementsAre(Pair("child sin>x", 1), Pair("factor sin(x)", 1), Pair("node sin(x)", 1),
                          Pair("op sin", 1), Pair("op x", 1), Pair("part sin(x)", 1),
                          Pair("summand sin(x)", 1), Pair("tree sin(x)", 1)));
}

TEST_F(FeaturesTest, OfAProductWithinASumAreExactlyThese) {
  EXPECT_THAT(
      Counts("x*exp(x^2) + 1"),
      ElementsAre(Pair("child ^2>x", 1), Pair("child add>c", 1),
                  Pair("child add>mul(x,transcendental)", 1), Pair("child exp>^2(x)", 1),
                  Pair("child mul>exp(polynomial)", 1), Pair("child mul>x", 1), Pair("factor c", 1),
                  Pair("factor exp(polynomial)", 1), Pair("factor x", 1),
                  Pair("factors exp(polynomial)*x", 1), Pair("grandchild add>mul>exp", 1),
                  Pair("grandchild add>mul>x", 1), Pair("grandchild exp>^2>x", 1),
                  Pair("grandchild mul>exp>^2", 1), Pair("node ^2(x)", 1),
                  Pair("node add(c,transcendental)", 1), Pair("node exp(polynomial)", 1),
                  Pair("node mul(x,transcendental)", 1), Pair("op ^2", 1), Pair("op add", 1),
                  Pair("op c", 1), Pair("op exp", 1), Pair("op mul", 1), Pair("op x", 2),
                  Pair("part c", 1), Pair("part exp(^2(x))", 1), Pair("part x", 1),
                  Pair("parts exp(^2(x))*x", 1), Pair("siblings add:c,mul(x,transcendental)", 1),
                  Pair("siblings mul:exp(polynomial),x", 1), Pair("summand c", 1),
                  Pair("summand mul(x,transcendental)", 1), Pair("tree ^2(x)", 1),
                  Pair("tree exp(^2(x))", 1), Pair("tree mul(exp(^2(x)),x)", 1)));
}

TEST_F(FeaturesTest, EqualFunctionsHaveEqualFeatures) {
  EXPECT_EQ(Counts("exp(x)*x - 5/(x + 1)"), Counts("x*exp(x) + 7*(x + 3)^-1"));
}

TEST_F(FeaturesTest, ASharedSubtreeCountsAsOftenAsItOccurs) {
  const FeatureCounts counts = Counts("sin(exp(x)) + cos(exp(x)) + exp(x)");
  EXPECT_EQ(counts.at("op exp"), 3u);
  EXPECT_EQ(counts.at("op x"), 3u);
  EXPECT_EQ(counts.at("tree exp(x)"), 3u);
}

TEST_F(FeaturesTest, AValueIsTheLogarithmOfOneMoreThanTheCount) {
  const expression::Expr canonical = Canonical("sin(exp(x)) + cos(exp(x)) + exp(x)");
  const std::vector<Feature> features = FeaturesOf(canonical);
  for (const Feature& feature : features) {
    if (feature.bucket == BucketOf("op exp")) {
      EXPECT_DOUBLE_EQ(feature.value, std::log(4));
    }
  }
  for (size_t i = 1; i < features.size(); ++i) {
    EXPECT_LT(features[i - 1].bucket, features[i].bucket);
  }
}

// Models are stored, so a name may never move to another bucket.
TEST_F(FeaturesTest, BucketsNeverChange) {
  EXPECT_EQ(BucketOf(""), 62'762u);
  EXPECT_EQ(BucketOf("op exp"), 18'498u);
  EXPECT_EQ(BucketOf("tree mul(exp(^2(x)),x)"), 45'314u);
}

TEST_F(FeaturesTest, AHostileTreeCostsNoMoreThanItsDistinctNodes) {
  std::vector<expression::Expr> terms;
  for (long i = 1; i <= 5'000; ++i) {
    terms.push_back(
        pool_.Unary(expression::Op::kSin, pool_.Pow(pool_.Variable(), pool_.Integer(i))));
  }
  const expression::Expr sum = pool_.Make(expression::Op::kAdd, terms);
  const FeatureCounts counts = CountFeatures(TreeView(expression::Canonical(sum, pool_)));
  EXPECT_EQ(counts.at("op sin"), 5'000u);
  // 24 of the terms are paired: 24 * 23 / 2.
  uint64_t pairs = 0;
  for (const auto& [name, count] : counts) {
    if (name.starts_with("siblings add:")) pairs += count;
  }
  EXPECT_EQ(pairs, 276u);
}

}  // namespace
}  // namespace motzkin::classifier
