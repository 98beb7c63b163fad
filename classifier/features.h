// The features of a function for a linear classifier: how often patterns occur in its tree.
//
// Each feature has a name, a class and a pattern with a blank between them. For x*exp(x^2) + 1 some
// are
//
//   op exp                       an operation or a leaf
//   node exp(polynomial)         an operation with the kinds of its arguments
//   child mul>exp(polynomial)    a parent, and a child with the kinds of its arguments
//   grandchild mul>exp>^2        a grandparent, a parent and a child
//   siblings mul:exp(polynomial),x    two arguments of one node
//   tree exp(^2(x))              a whole subtree of at most kSubtreeNodesMax nodes
//   factor exp(polynomial)       a factor of a summand, with the kinds of its arguments
//   part exp(^2(x))              a factor of a summand, written out
//   factors exp(polynomial)*x    two factors of one summand
//   parts exp(^2(x))*x           two factors of one summand, written out
//   summand mul(x,transcendental)     a summand
//
// where subtrees are those of tree_view.h, without the values of constants. The integral of a sum
// is the sum of the integrals, and whether a summand has one hangs on its factors: hence the last
// five.
//
// The value of a feature is log(1 + its count). Names are hashed into kBuckets buckets; values that
// fall into one bucket are added up.
//
// A change of any name or value makes old models wrong, so it bumps kFeaturesVersion.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "classifier/tree_view.h"
#include "common/expression/expression.h"

namespace motzkin::classifier {

inline constexpr uint32_t kFeaturesVersion = 1;
inline constexpr uint32_t kBuckets = 1u << 16;
inline constexpr uint64_t kSubtreeNodesMax = 6;

// Counts by the name of the feature. Counts saturate.
using FeatureCounts = std::map<std::string, uint64_t>;

// Time is linear in the distinct nodes. If a node has more than 24 arguments, or a summand more
// factors, only the first 24 in canonical order make pairs.
FeatureCounts CountFeatures(const TreeView& tree);

struct Feature {
  uint32_t bucket = 0;  // below kBuckets
  double value = 0;     // above 0
};

// Returns the bucket of a name. The same on every platform.
uint32_t BucketOf(std::string_view name);

// Returns the features by rising bucket, each bucket once. `canonical` must come from
// expression::Canonical() and be defined.
std::vector<Feature> FeaturesOf(expression::Expr canonical);

}  // namespace motzkin::classifier
