#include "common/generator/tree_count.h"

#include <gmock/gmock.h>
#include <gmpxx.h>

#include <set>
#include <string>
#include <vector>

namespace motzkin::generator {
namespace {

// Enumerates by brute force every way to fill `empty` nodes with `internal_nodes` internal ones:
// each empty node from the left becomes a leaf (0), unary (1) or binary (2).
void Enumerate(int empty, int internal_nodes, const std::string& shape,
               std::set<std::string>& shapes) {
  if (empty == 0) {
    if (internal_nodes == 0) shapes.insert(shape);
    return;
  }
  Enumerate(empty - 1, internal_nodes, shape + '0', shapes);
  if (internal_nodes == 0) return;
  Enumerate(empty, internal_nodes - 1, shape + '1', shapes);
  Enumerate(empty + 1, internal_nodes - 1, shape + '2', shapes);
}

// Computes the same numbers by power series in big integers: the coefficient of z^n of T^e, where T
// = 1 + z T + z T^2 counts trees by internal nodes.
mpz_class CountBySeries(int empty, int internal_nodes) {
  const auto terms = static_cast<size_t>(internal_nodes) + 1;
  const auto multiply = [terms](const std::vector<mpz_class>& a, const std::vector<mpz_class>& b) {
    std::vector<mpz_class> product(terms);
    for (size_t i = 0; i < terms; ++i) {
      for (size_t j = 0; i + j < terms; ++j) product[i + j] += a[i] * b[j];
    }
    return product;
  };
  std::vector<mpz_class> trees(terms);
  for (size_t round = 0; round < terms; ++round) {  // Each round makes one more coefficient right.
    const std::vector<mpz_class> square = multiply(trees, trees);
    std::vector<mpz_class> next(terms);
    next[0] = 1;
    for (size_t i = 1; i < terms; ++i) next[i] = trees[i - 1] + square[i - 1];
    trees = next;
  }
  std::vector<mpz_class> power(terms);
  power[0] = 1;
  for (int i = 0; i < empty; ++i) power = multiply(power, trees);
  return power.back();
}

mpz_class ToMpz(TreeCount count) {
  const mpz_class high = static_cast<unsigned long>(count >> 64);
  return (high << 64) + static_cast<unsigned long>(count);
}

TEST(TreeCountTest, TreesFromOneEmptyNodeAreTheLargeSchroederNumbers) {
  std::vector<uint64_t> row;
  for (int n = 0; n <= 6; ++n) row.push_back(static_cast<uint64_t>(CountTrees(1, n)));
  EXPECT_THAT(row, ::testing::ElementsAre(1, 2, 6, 22, 90, 394, 1806));
}

TEST(TreeCountTest, AgreesWithEveryShapeWrittenOut) {
  for (int e = 0; e <= 4; ++e) {
    for (int n = 0; n <= 5; ++n) {
      std::set<std::string> shapes;
      Enumerate(e, n, "", shapes);
      EXPECT_EQ(static_cast<uint64_t>(CountTrees(e, n)), shapes.size()) << e << ' ' << n;
    }
  }
}

TEST(TreeCountTest, IsExactUpToTheLargestTree) {
  for (const auto& [e, n] : {std::pair{1, 15}, {1, 30}, {16, 15}, {10, 21}, {31, 0}, {30, 1}}) {
    EXPECT_EQ(ToMpz(CountTrees(e, n)), CountBySeries(e, n)) << e << ' ' << n;
  }
}

}  // namespace
}  // namespace motzkin::generator
