#include "common/expression/canonical.h"

#include <vector>

#include "common/expression/distinct_nodes.h"
#include "common/expression/hash_mix.h"
#include "common/expression/normal_builder.h"

namespace motzkin::expression {
namespace {

Expr CanonicalNode(Op op, std::span<const Expr> children, NormalBuilder& build) {
  switch (op) {
    case Op::kNeg:
      return build.Negate(children[0]);
    case Op::kAdd:
      return build.Sum(children);
    case Op::kSub:
      return build.SumOfTwo(children[0], -1, children[1]);
    case Op::kMul:
      return build.Product(children);
    case Op::kDiv:
      return build.Quotient(children[0], children[1]);
    case Op::kPow:
      return build.Power(children[0], children[1]);
    default:
      return build.Function(op, children);
  }
}

bool AnyUndefined(std::span<const Expr> children) {
  for (const Expr child : children) {
    if (child->op() == Op::kUndefined) return true;
  }
  return false;
}

}  // namespace

Expr Canonical(Expr expr, Pool& pool) {
  NormalBuilder build(pool);
  std::vector<Expr> canonical(size_t{expr->id()} + 1, nullptr);
  std::vector<Expr> children;
  for (const Expr node : DistinctNodes(expr)) {
    if (node->children().empty()) {
      canonical[node->id()] = node;
      continue;
    }
    children.clear();
    for (const Expr child : node->children()) children.push_back(canonical[child->id()]);
    if (AnyUndefined(children)) return pool.Undefined();
    canonical[node->id()] = CanonicalNode(node->op(), children, build);
  }
  return canonical[expr->id()];
}

uint64_t CanonicalHash(Expr canonical) { return MixHash(canonical->hash(), kCanonicalVersion); }

Expr DropAdditiveConstant(Expr canonical, Pool& pool) {
  if (canonical->op() != Op::kAdd) return canonical;
  std::vector<Expr> kept;
  for (const Expr term : canonical->children()) {
    if (term->has_variable()) kept.push_back(term);
  }
  if (kept.size() == canonical->children().size()) return canonical;
  if (kept.empty()) return pool.Integer(0);
  return kept.size() == 1 ? kept.front() : pool.Make(Op::kAdd, kept);
}

}  // namespace motzkin::expression
