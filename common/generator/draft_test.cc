#include "common/generator/draft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "common/generator/attempt.h"
#include "common/generator/logarithmic_integer.h"
#include "common/generator/presets.h"
#include "common/generator/testing/statistics.h"
#include "tests/support/seed.h"

namespace motzkin::generator {
namespace {

using expression::Op;
using Category = std::pair<Op, int32_t>;

// Counts the nodes of many drafts by (arity, operator, value).
std::map<int, std::map<Category, uint64_t>> CountNodes(const v1::GeneratorSpec& spec, int drafts,
                                                       uint64_t seed) {
  const DraftSampler sampler(spec);
  std::map<int, std::map<Category, uint64_t>> counts;
  Draft draft;
  for (int i = 0; i < drafts; ++i) {
    RandomStream random(seed, 0, 0, static_cast<uint64_t>(i));
    sampler.Draw(10, random, draft);
    for (const DraftNode& node : draft.nodes) ++counts[node.arity][{node.op, node.value}];
  }
  return counts;
}

double ChiSquareOfSymbols(const std::map<Category, uint64_t>& counts,
                          const WeightedSymbols& symbols, int arity) {
  double total_weight = 0;
  double total = 0;
  for (const v1::WeightedSymbol& weighted : symbols) total_weight += weighted.weight();
  for (const auto& [category, count] : counts) total += static_cast<double>(count);
  std::vector<uint64_t> observed;
  std::vector<double> expected;
  for (const v1::WeightedSymbol& weighted : symbols) {
    const Symbol symbol = FindSymbol(weighted.symbol(), arity).value();
    const auto found = counts.find({symbol.op, symbol.exponent});
    observed.push_back(found == counts.end() ? 0 : found->second);
    expected.push_back(total * weighted.weight() / total_weight);
  }
  return ChiSquare(observed, expected);
}

TEST(DraftSamplerTest, OperatorsComeByTheirWeights) {
  const test::Seed seed(kUsualSeed);
  for (const std::string& name : PresetNames()) {
    const v1::GeneratorSpec spec = Preset(name).value();
    const auto counts = CountNodes(spec, 20'000, seed);
    EXPECT_LT(ChiSquareOfSymbols(counts.at(1), spec.unary(), 1),
              ChiSquareLimit(spec.unary().size()))
        << name;
    EXPECT_LT(ChiSquareOfSymbols(counts.at(2), spec.binary(), 2),
              ChiSquareLimit(spec.binary().size()))
        << name;
  }
}

TEST(DraftSamplerTest, AWeightThatIsThreePercentOffIsCaught) {
  const test::Seed seed(kUsualSeed);
  v1::GeneratorSpec spec = Preset("intclass").value();
  for (v1::WeightedSymbol& symbol : *spec.mutable_binary()) symbol.set_weight(100);
  spec.mutable_binary(0)->set_weight(103);
  const auto counts = CountNodes(spec, 60'000, seed);
  spec.mutable_binary(0)->set_weight(100);
  EXPECT_GT(ChiSquareOfSymbols(counts.at(2), spec.binary(), 2),
            ChiSquareLimit(spec.binary().size()));
}

TEST(DraftSamplerTest, UniformLeavesComeByTheirProbabilities) {
  const test::Seed seed(kUsualSeed);
  const auto leaves = CountNodes(Preset("lample-charton-paper").value(), 20'000, seed).at(0);
  ASSERT_EQ(leaves.size(), 11u);  // x, 1..5 and -1..-5
  double total = 0;
  for (const auto& [category, count] : leaves) total += static_cast<double>(count);
  std::vector<uint64_t> observed;
  std::vector<double> expected;
  for (const auto& [category, count] : leaves) {
    observed.push_back(count);
    expected.push_back(total * (category.first == Op::kVariable ? 0.75 : 0.025));
  }
  EXPECT_LT(ChiSquare(observed, expected), ChiSquareLimit(observed.size()));
}

TEST(DraftSamplerTest, LogarithmicIntegersFallOffByE) {
  const test::Seed seed(kUsualSeed);
  const auto leaves = CountNodes(Preset("intclass").value(), 20'000, seed).at(0);
  double total = 0;
  for (const auto& [category, count] : leaves) total += static_cast<double>(count);
  // Larger integers share one category, so that each category is frequent.
  constexpr int kApart = 7;
  std::vector<uint64_t> observed(kApart + 1);
  std::vector<double> expected = {total / 2};
  for (const auto& [category, count] : leaves) {
    observed[category.first == Op::kVariable ? 0 : std::min(category.second, kApart)] += count;
  }
  for (int k = 1; k < kApart; ++k) {
    expected.push_back(total / 2 * (std::exp(1 - k) - std::exp(-k)));
  }
  expected.push_back(total / 2 * std::exp(1 - kApart));
  EXPECT_LT(ChiSquare(observed, expected), ChiSquareLimit(observed.size()));
}

TEST(NodeCountTest, OneInFortyIsSmall) {
  const test::Seed seed(kUsualSeed);
  const v1::GeneratorSpec spec = Preset("lample-charton").value();
  const DraftSampler drafts(spec);
  RandomStream random(seed, 0, 0, 0);
  Draft draft;
  expression::Pool pool;
  constexpr double kDraws = 390'000;
  std::vector<uint64_t> observed(16);
  for (int i = 0; i < static_cast<int>(kDraws); ++i) {
    ++observed[static_cast<size_t>(DrawNodeCount({spec, drafts, random, draft, pool}))];
  }
  std::vector<double> expected(16, kDraws * 39 / 40 / 13);
  for (int n = 0; n <= 2; ++n) expected[static_cast<size_t>(n)] = kDraws / 40 / 3;
  EXPECT_LT(ChiSquare(observed, expected), ChiSquareLimit(observed.size()));
}

TEST(DraftTest, CountsExponentialsOnOnePathOnly) {
  Draft draft;  // exp(sinh(x)) + cosh(tanh(x))
  draft.nodes = {{Op::kAdd, 2, 0},  {Op::kExp, 1, 0},  {Op::kSinh, 1, 0},    {Op::kVariable, 0, 0},
                 {Op::kCosh, 1, 0}, {Op::kTanh, 1, 0}, {Op::kVariable, 0, 0}};
  EXPECT_EQ(NestedExponentials(draft), 2);
}

TEST(DraftTest, BuildsTheTreeNodeForNode) {
  Draft draft;  // pow2(sin(x)) - 7/x
  draft.nodes = {{Op::kSub, 2, 0}, {Op::kPow, 1, 2},    {Op::kSin, 1, 0},     {Op::kVariable, 0, 0},
                 {Op::kDiv, 2, 0}, {Op::kNumber, 0, 7}, {Op::kVariable, 0, 0}};
  expression::Pool pool;
  const auto x = pool.Variable();
  EXPECT_EQ(
      BuildExpression(draft, pool),
      pool.Sub(pool.Pow(pool.Unary(Op::kSin, x), pool.Integer(2)), pool.Div(pool.Integer(7), x)));
  EXPECT_TRUE(HoldsVariable(draft));
  draft.nodes = {{Op::kExp, 1, 0}, {Op::kNumber, 0, 3}};
  EXPECT_FALSE(HoldsVariable(draft));
}

}  // namespace
}  // namespace motzkin::generator
