#include "common/expression/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "common/expression/testing/random_trees.h"

namespace motzkin::expression {
namespace {

TEST(PoolTest, EqualExpressionsAreOneNode) {
  Pool pool;
  const Expr a = pool.Add(pool.Variable(), pool.Integer(3));
  const Expr b = pool.Add(pool.Variable(), pool.Number(mpq_class(3)));
  EXPECT_EQ(a, b);
  EXPECT_NE(a, pool.Add(pool.Integer(3), pool.Variable()));
  EXPECT_EQ(pool.Number(mpq_class(1, 3)), pool.Number(mpq_class(1, 3)));
  EXPECT_NE(pool.Number(mpq_class(1, 3)), pool.Number(mpq_class(-1, 3)));
}

TEST(PoolTest, ChildrenHaveSmallerIds) {
  Pool pool;
  test::RandomTrees trees(/*seed=*/7, pool);
  trees.Draw(500);
  for (uint32_t id = 0; id < pool.size(); ++id) {
    const Expr node = pool.node(id);
    EXPECT_EQ(node->id(), id);
    for (const Expr child : node->children()) EXPECT_LT(child->id(), id);
  }
}

TEST(PoolTest, BuildersDoNotSimplify) {
  Pool pool;
  const Expr sum = pool.Add(pool.Integer(1), pool.Integer(1));
  EXPECT_EQ(sum->op(), Op::kAdd);
  EXPECT_EQ(sum->tree_size(), 3u);
  EXPECT_EQ(sum->depth(), 2u);
  EXPECT_FALSE(sum->has_variable());
  EXPECT_TRUE(pool.Neg(pool.Variable())->has_variable());
}

TEST(PoolTest, UndefinedSpreadsLikeNan) {
  Pool pool;
  const Expr undefined = pool.Undefined();
  EXPECT_EQ(pool.Add(pool.Variable(), undefined), undefined);
  EXPECT_EQ(pool.Unary(Op::kSin, undefined), undefined);
  EXPECT_FALSE(pool.exhausted());
}

TEST(PoolTest, NodesAreBounded) {
  Pool pool({.nodes = 100});
  Expr chain = pool.Variable();
  for (int i = 0; i < 200; ++i) chain = pool.Unary(Op::kSin, chain);
  EXPECT_EQ(chain, pool.Undefined());
  EXPECT_TRUE(pool.exhausted());
  EXPECT_EQ(pool.size(), 100u);
}

TEST(PoolTest, DepthIsBounded) {
  Pool pool({.depth = 50});
  Expr chain = pool.Variable();
  for (int i = 0; i < 49; ++i) chain = pool.Unary(Op::kSin, chain);
  EXPECT_EQ(chain->depth(), 50u);
  EXPECT_EQ(pool.Unary(Op::kSin, chain), pool.Undefined());
  EXPECT_TRUE(pool.exhausted());
}

TEST(PoolTest, NumbersAreBounded) {
  Pool pool({.number_bits = 64});
  EXPECT_NE(pool.Number(mpq_class(std::numeric_limits<long>::max())), pool.Undefined());
  EXPECT_EQ(pool.Number(mpq_class("18446744073709551616")), pool.Undefined());
  EXPECT_EQ(pool.Number(mpq_class("1/18446744073709551616")), pool.Undefined());
}

TEST(PoolTest, TreeSizeSaturatesOnSharedTrees) {
  Pool pool;
  Expr tower = pool.Variable();
  for (int i = 0; i < 100; ++i) tower = pool.Mul(tower, tower);
  EXPECT_EQ(tower->tree_size(), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(pool.size(), 102u);
}

TEST(PoolTest, ClearForgetsEverythingAndTheSameTreesComeBack) {
  Pool pool;
  std::vector<uint64_t> hashes[2];
  for (auto& of_life : hashes) {
    pool.Clear();
    EXPECT_EQ(pool.size(), 1u);
    test::RandomTrees trees(/*seed=*/11, pool);
    for (int i = 0; i < 300; ++i) of_life.push_back(trees.Draw(20)->hash());
  }
  EXPECT_EQ(hashes[0], hashes[1]);
}

TEST(PoolTest, ClearEndsExhaustion) {
  Pool pool({.nodes = 3});
  pool.Add(pool.Variable(), pool.Integer(1));
  EXPECT_TRUE(pool.exhausted());
  pool.Clear();
  EXPECT_FALSE(pool.exhausted());
  EXPECT_NE(pool.Variable(), pool.Undefined());
}

TEST(PoolTest, ImportKeepsStructureAndSharing) {
  const test::Seed seed;
  Pool pool;
  test::RandomTrees trees(seed, pool);
  for (int i = 0; i < 200; ++i) {
    const Expr tree = trees.Draw(i);
    Pool other;
    const Expr copy = other.Import(tree);
    EXPECT_EQ(copy->hash(), tree->hash());
    EXPECT_EQ(copy->tree_size(), tree->tree_size());
    EXPECT_EQ(pool.Import(copy), tree);
  }
}

TEST(PoolTest, LongSumsKeepTheirTerms) {
  Pool pool;
  constexpr long kTerms = 5'000;
  std::vector<Expr> terms;
  terms.reserve(kTerms);
  for (long i = 0; i < kTerms; ++i) terms.push_back(pool.Integer(i * 1'000));
  const Expr sum = pool.Make(Op::kAdd, terms);
  EXPECT_THAT(sum->children(), ::testing::ElementsAreArray(terms));
  EXPECT_EQ(pool.Make(Op::kAdd, terms), sum);
}

TEST(PoolTest, NumbersHashByValue) {
  Pool pool;
  const char* const kNumbers[] = {"0",
                                  "1",
                                  "-1",
                                  "2",
                                  "1/2",
                                  "-1/2",
                                  "18446744073709551615",
                                  "18446744073709551616",
                                  "-18446744073709551616",
                                  "340282366920938463463374607431768211456"};
  std::vector<uint64_t> hashes;
  for (const char* number : kNumbers) hashes.push_back(pool.Number(mpq_class(number))->hash());
  for (size_t i = 0; i < hashes.size(); ++i) {
    for (size_t j = 0; j < i; ++j)
      EXPECT_NE(hashes[i], hashes[j]) << kNumbers[i] << " and " << kNumbers[j];
  }
}

TEST(OperationTest, ClassesAreThoseOfTheEnum) {
  EXPECT_TRUE(IsFunction(Op::kSqrt));
  EXPECT_TRUE(IsFunction(Op::kEllipticK));
  EXPECT_FALSE(IsFunction(Op::kNeg));
  EXPECT_FALSE(IsFunction(Op::kPolylog));
  EXPECT_FALSE(IsFunction(Op::kRootOf));
  EXPECT_FALSE(IsSpecial(Op::kFloor));
  EXPECT_TRUE(IsSpecial(Op::kEi));
  EXPECT_TRUE(IsSpecial(Op::kWeierstrassZeta));
  EXPECT_FALSE(IsSpecial(Op::kRootOf));
  for (int op = static_cast<int>(Op::kSqrt); op <= static_cast<int>(Op::kEllipticK); ++op) {
    EXPECT_EQ(Arity(static_cast<Op>(op)), 1);
  }
}

}  // namespace
}  // namespace motzkin::expression
