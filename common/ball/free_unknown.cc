#include "common/ball/free_unknown.h"

#include <map>

namespace motzkin::ball {

using expression::Expr;
using expression::Op;

std::vector<Expr> NodesWithFreeUnknown(Expr body) {
  // The nodes that can be reached without entering an inner RootOf, whose kBound is another
  // unknown.
  std::map<uint32_t, Expr> reachable;
  std::vector<Expr> open = {body};
  while (!open.empty()) {
    const Expr node = open.back();
    open.pop_back();
    if (!reachable.emplace(node->id(), node).second || node->op() == Op::kRootOf) continue;
    open.insert(open.end(), node->children().begin(), node->children().end());
  }
  // The map iterates by id, so the children of a node have been decided before it.
  std::map<uint32_t, Expr> holding;
  for (const auto& [id, node] : reachable) {
    bool holds = node->op() == Op::kBound;
    if (node->op() != Op::kRootOf) {
      for (Expr child : node->children()) holds = holds || holding.contains(child->id());
    }
    if (holds) holding.emplace(id, node);
  }
  std::vector<Expr> result;
  result.reserve(holding.size());
  for (const auto& [id, node] : holding) result.push_back(node);
  return result;
}

}  // namespace motzkin::ball
