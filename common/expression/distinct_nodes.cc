#include "common/expression/distinct_nodes.h"

#include <algorithm>

namespace motzkin::expression {

std::vector<Expr> DistinctNodes(Expr root) {
  std::vector<bool> seen(size_t{root->id()} + 1);
  std::vector<Expr> nodes = {root};
  seen[root->id()] = true;
  for (size_t next = 0; next < nodes.size(); ++next) {
    for (const Expr child : nodes[next]->children()) {
      if (seen[child->id()]) continue;
      seen[child->id()] = true;
      nodes.push_back(child);
    }
  }
  // Children have smaller ids than their parents.
  std::sort(nodes.begin(), nodes.end(), [](Expr a, Expr b) { return a->id() < b->id(); });
  return nodes;
}

}  // namespace motzkin::expression
