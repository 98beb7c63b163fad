#include "dataset/ln_abs.h"

#include <absl/container/flat_hash_map.h>

#include <vector>

namespace motzkin::dataset {
namespace {

using expression::Expr;
using expression::Op;
using expression::Pool;

using Rebuilt = absl::flat_hash_map<Expr, Expr>;

// Recursion is safe, because the depth of a pool's trees is bounded. `rebuilt` remembers the
// subtrees: they are shared, and without it the work could grow exponentially with the depth.
Expr Rebuild(Expr expr, Pool& pool, Rebuilt& rebuilt) {
  if (expr->children().empty()) return expr;
  if (const auto known = rebuilt.find(expr); known != rebuilt.end()) return known->second;
  Expr result = expr;
  if (expr->op() == Op::kLog && expr->child(0)->op() == Op::kAbs) {
    result = pool.Unary(Op::kLog, Rebuild(expr->child(0)->child(0), pool, rebuilt));
  } else {
    std::vector<Expr> children;
    for (const Expr child : expr->children()) children.push_back(Rebuild(child, pool, rebuilt));
    result = pool.Make(expr->op(), children);
  }
  rebuilt.emplace(expr, result);
  return result;
}

bool Holds(Expr expr, absl::flat_hash_map<Expr, bool>& known) {
  if (expr->op() == Op::kAbs || expr->op() == Op::kSign) return true;
  if (const auto found = known.find(expr); found != known.end()) return found->second;
  bool holds = false;
  for (const Expr child : expr->children()) holds = holds || Holds(child, known);
  known.emplace(expr, holds);
  return holds;
}

}  // namespace

Expr StripLnAbs(Expr expr, Pool& pool) {
  Rebuilt rebuilt;
  // Equal expressions of a pool are one node, so an expression without ln|u| comes back as the same
  // pointer.
  return Rebuild(expr, pool, rebuilt);
}

bool HasAbs(Expr expr) {
  absl::flat_hash_map<Expr, bool> known;
  return Holds(expr, known);
}

}  // namespace motzkin::dataset
