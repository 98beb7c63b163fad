#include "common/generator/tree_sampler.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "common/generator/testing/statistics.h"
#include "common/generator/tree_count.h"
#include "tests/support/seed.h"

namespace motzkin::generator {
namespace {

using Draw = std::function<void(int, RandomStream&, TreeShape&)>;

std::map<std::string, uint64_t> CountShapes(const Draw& draw, int internal_nodes, uint64_t draws,
                                            uint64_t seed) {
  RandomStream random(seed, /*version=*/0, /*domain=*/0, /*index=*/0);
  std::map<std::string, uint64_t> counts;
  TreeShape shape;
  for (uint64_t i = 0; i < draws; ++i) {
    draw(internal_nodes, random, shape);
    ++counts[std::string(shape.begin(), shape.end())];
  }
  return counts;
}

// Like SampleTree, but one time in `one_in` a threshold is off by one.
Draw Biased(uint64_t one_in) {
  return [one_in](int internal_nodes, RandomStream& random, TreeShape& shape) {
    shape.clear();
    int empty = 1;
    for (int left = internal_nodes; left > 0; --left) {
      const TreeCount all = CountTrees(empty, left);
      TreeCount choice = random.Below128(all);
      if (choice + 1 < all && random.Chance(1, one_in)) ++choice;
      const auto [leaves, arity] = ChooseNextNode(empty, left, choice);
      shape.insert(shape.end(), leaves, 0);
      shape.push_back(static_cast<uint8_t>(arity));
      empty += arity - leaves - 1;
    }
    shape.insert(shape.end(), empty, 0);
  };
}

TEST(TreeSamplerTest, EveryShapeOfThreeInternalNodesIsEquallyLikely) {
  const test::Seed seed(kUsualSeed);
  constexpr uint64_t kDraws = 440'000;
  const auto counts = CountShapes(SampleTree, 3, kDraws, seed);
  EXPECT_EQ(counts.size(), 22u);
  EXPECT_LT(ChiSquareOfUniform(counts, 22, kDraws), ChiSquareLimit(22));
}

TEST(TreeSamplerTest, EveryShapeOfFourInternalNodesIsEquallyLikely) {
  const test::Seed seed(kUsualSeed);
  constexpr uint64_t kDraws = 900'000;
  const auto counts = CountShapes(SampleTree, 4, kDraws, seed);
  EXPECT_EQ(counts.size(), 90u);
  EXPECT_LT(ChiSquareOfUniform(counts, 90, kDraws), ChiSquareLimit(90));
}

TEST(TreeSamplerTest, AThresholdThatIsOffByOneNowAndThenIsCaught) {
  const test::Seed seed(kUsualSeed);
  constexpr uint64_t kDraws = 440'000;
  EXPECT_GT(ChiSquareOfUniform(CountShapes(Biased(16), 3, kDraws, seed), 22, kDraws),
            ChiSquareLimit(22));
  EXPECT_GT(ChiSquareOfUniform(CountShapes(Biased(16), 4, kDraws, seed), 90, kDraws),
            ChiSquareLimit(90));
}

TEST(TreeSamplerTest, EachChoiceOwnsAsManyNumbersAsItHasCompletions) {
  for (const auto& [empty, nodes] : {std::pair{1, 3}, {2, 3}, {4, 2}, {3, 4}}) {
    std::map<std::pair<int, int>, TreeCount> owned;
    const TreeCount all = CountTrees(empty, nodes);
    for (TreeCount choice = 0; choice < all; ++choice) {
      const NextNode next = ChooseNextNode(empty, nodes, choice);
      ++owned[{next.leaves, next.arity}];
    }
    ASSERT_EQ(owned.size(), 2u * static_cast<size_t>(empty));
    for (const auto& [next, numbers] : owned) {
      const auto& [leaves, arity] = next;
      EXPECT_TRUE(numbers == CountTrees(empty - leaves - 1 + arity, nodes - 1))
          << "after " << leaves << " leaves, arity " << arity;
    }
  }
}

TEST(TreeSamplerTest, LargeTreesAreWellFormed) {
  const test::Seed seed(kUsualSeed);
  RandomStream random(seed, 0, 0, 1);
  TreeShape shape;
  for (int nodes = 0; nodes <= kInternalNodesMax; ++nodes) {
    SampleTree(nodes, random, shape);
    int empty = 1;
    int internal = 0;
    for (const uint8_t arity : shape) {
      ASSERT_GT(empty, 0);
      empty += arity - 1;
      internal += arity > 0 ? 1 : 0;
    }
    EXPECT_EQ(empty, 0);
    EXPECT_EQ(internal, nodes);
  }
}

}  // namespace
}  // namespace motzkin::generator
