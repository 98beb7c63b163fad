#include "common/expression/canonical.h"

#include <vector>

#include "common/expression/distinct_nodes.h"
#include "common/expression/hash_mix.h"
#include "common/expression/normal_builder.h"
#include "common/expression/normal_product.h"

namespace motzkin::expression {
namespace {

// Operations of one group merge into a single n-ary sum or product.
enum class Group : uint8_t { kNone, kSum, kProduct };

Group GroupOf(Op op) {
  switch (op) {
    case Op::kAdd:
    case Op::kSub:
    case Op::kNeg:
      return Group::kSum;
    case Op::kMul:
    case Op::kDiv:
      return Group::kProduct;
    default:
      return Group::kNone;
  }
}

// Whether a node subtracts or divides by its operand with this number.
bool IsInverted(Op op, size_t operand) {
  return op == Op::kNeg || ((op == Op::kSub || op == Op::kDiv) && operand == 1);
}

// Computes the canonical forms of all nodes below one. A sum that is used only as a term of another
// sum is absorbed and not built for itself; otherwise chains of thousands of terms would take
// quadratic work.
class Canonicalizer {
 public:
  explicit Canonicalizer(Pool& pool) : build_(pool), pool_(pool) {}

  Expr Run(Expr root) {
    const std::vector<Expr> nodes = DistinctNodes(root);
    canonical_.assign(size_t{root->id()} + 1, nullptr);
    FindAbsorbed(nodes);
    for (const Expr node : nodes) {
      if (absorbed_[node->id()]) continue;
      const Expr canonical = node->children().empty() ? node : Build(node);
      if (canonical->op() == Op::kUndefined) return canonical;
      canonical_[node->id()] = canonical;
    }
    return canonical_[root->id()];
  }

 private:
  // An expression that is added or multiplied or, if inverted, subtracted or divided by.
  struct Operand {
    Expr expr = nullptr;
    bool inverted = false;
    // Whether it is below a divisor at any level. u in 1/(1/u) is not inverted, yet must not be 0.
    bool in_divisor = false;
  };

  void FindAbsorbed(const std::vector<Expr>& nodes) {
    std::vector<bool> used(canonical_.size());
    absorbed_.assign(canonical_.size(), false);
    for (const Expr node : nodes) {
      for (const Expr child : node->children()) {
        const Group group = GroupOf(child->op());
        // A child that is used twice is not absorbed, as each use needs its form.
        absorbed_[child->id()] =
            !used[child->id()] && group != Group::kNone && group == GroupOf(node->op());
        used[child->id()] = true;
      }
    }
  }

  Expr Build(Expr node) {
    operands_.clear();
    switch (GroupOf(node->op())) {
      case Group::kSum:
        Gather(node);
        return Sum();
      case Group::kProduct:
        Gather(node);
        return Product();
      case Group::kNone:
        break;
    }
    children_.clear();
    for (const Expr child : node->children()) children_.push_back(canonical_[child->id()]);
    if (node->op() == Op::kPow) return build_.Power(children_[0], children_[1]);
    return build_.Function(node->op(), children_);
  }

  // Collects the operands of a sum or product, and of all that it absorbed.
  void Gather(Expr root) {
    // The operands may come in any order, because Sum() and Product() sort them.
    std::vector<Operand> waiting = {{root}};
    while (!waiting.empty()) {
      const Operand next = waiting.back();
      waiting.pop_back();
      for (size_t i = 0; i < next.expr->children().size(); ++i) {
        const Expr child = next.expr->child(i);
        // Two inversions cancel: a - (b - c) adds c.
        const bool inverts = IsInverted(next.expr->op(), i);
        const bool absorbed = absorbed_[child->id()];
        (absorbed ? waiting : operands_)
            .push_back({absorbed ? child : canonical_[child->id()], next.inverted != inverts,
                        next.in_divisor || inverts});
      }
    }
  }

  Expr Sum() {
    children_.clear();
    for (const Operand& term : operands_) {
      children_.push_back(term.inverted ? build_.Negate(term.expr) : term.expr);
    }
    return build_.Sum(children_);
  }

  Expr Product() {
    NormalProduct product(build_);
    for (const Operand& factor : operands_) {
      // Otherwise 1/(1/0) would become 0.
      if (factor.in_divisor && factor.expr->IsInteger(0)) return pool_.Undefined();
      product.MultiplyPower(factor.expr, pool_.Integer(factor.inverted ? -1 : 1));
    }
    return product.Finish();
  }

  NormalBuilder build_;
  Pool& pool_;
  std::vector<Expr> canonical_;  // by id; null for the absorbed
  std::vector<bool> absorbed_;   // by id
  std::vector<Operand> operands_;
  std::vector<Expr> children_;
};

}  // namespace

Expr Canonical(Expr expr, Pool& pool) { return Canonicalizer(pool).Run(expr); }

uint64_t CanonicalHash(Expr canonical) { return MixHash(canonical->hash(), kCanonicalVersion); }

Expr DropAdditiveConstant(Expr canonical, Pool& pool) {
  if (canonical->op() != Op::kAdd) return canonical;
  std::vector<Expr> kept;
  for (const Expr term : canonical->children()) {
    if (term->has_variable()) kept.push_back(term);
  }
  // The kept terms stay in order, so the result needs no new normalization.
  if (kept.size() == canonical->children().size()) return canonical;
  if (kept.empty()) return pool.Integer(0);
  return kept.size() == 1 ? kept.front() : pool.Make(Op::kAdd, kept);
}

}  // namespace motzkin::expression
