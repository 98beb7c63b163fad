#include <algorithm>
#include <vector>

#include "common/expression/canonical.h"
#include "common/expression/distinct_nodes.h"
#include "common/expression/hash_mix.h"

namespace motzkin::expression {
namespace {

uint64_t HashOf(Op op, const std::vector<uint64_t>& children) {
  uint64_t hash = MixHash(kSkeletonVersion, static_cast<uint64_t>(op));
  for (const uint64_t child : children) hash = MixHash(hash, child);
  return hash;
}

}  // namespace

uint64_t SkeletonHash(Expr canonical) {
  std::vector<uint64_t> hashes(size_t{canonical->id()} + 1);
  std::vector<uint64_t> children;
  for (const Expr node : DistinctNodes(canonical)) {
    const bool commutes = node->op() == Op::kAdd || node->op() == Op::kMul;
    // Children have smaller ids, so their hashes are known.
    children.clear();
    for (const Expr child : node->children()) {
      const bool coefficient = node->op() == Op::kMul && child->op() == Op::kNumber;
      if (!coefficient) children.push_back(hashes[child->id()]);
    }
    // The canonical order depends on the coefficients that were dropped, so sort by hash.
    if (commutes) std::sort(children.begin(), children.end());
    // c*u has the skeleton of u, and a number has a skeleton without its value.
    const bool is_scaled = node->op() == Op::kMul && children.size() == 1;
    hashes[node->id()] = is_scaled ? children.front() : HashOf(node->op(), children);
  }
  return hashes[canonical->id()];
}

}  // namespace motzkin::expression
