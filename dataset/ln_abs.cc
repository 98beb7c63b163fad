#include "dataset/ln_abs.h"

#include <algorithm>
#include <vector>

#include "common/expression/distinct_nodes.h"

namespace motzkin::dataset {

using expression::Expr;
using expression::Op;

Expr StripLnAbs(Expr expr, expression::Pool& pool) {
  // DistinctNodes() lists children first, so each node finds the new forms of its children. Equal
  // expressions of a pool are one node, so an expression without ln|u| comes back as the same
  // pointer.
  std::vector<Expr> stripped(size_t{expr->id()} + 1);
  std::vector<Expr> children;
  for (const Expr node : expression::DistinctNodes(expr)) {
    const bool ln_abs = node->op() == Op::kLog && node->child(0)->op() == Op::kAbs;
    children.clear();
    for (const Expr child : (ln_abs ? node->child(0) : node)->children()) {
      children.push_back(stripped[child->id()]);
    }
    stripped[node->id()] = children.empty() ? node : pool.Make(node->op(), children);
  }
  return stripped[expr->id()];
}

bool HasAbs(Expr expr) {
  const std::vector<Expr> nodes = expression::DistinctNodes(expr);
  return std::any_of(nodes.begin(), nodes.end(),
                     [](Expr node) { return node->op() == Op::kAbs || node->op() == Op::kSign; });
}

}  // namespace motzkin::dataset
