#include "common/ball/evaluation_plan.h"

#include <algorithm>

#include "common/ball/free_unknown.h"
#include "common/base/status_macros.h"

namespace motzkin::ball {
namespace {

using expression::Expr;
using expression::Op;

// Works backwards from what is asked for: each wanted node adds the nodes that it reads. A node
// that no rule reads gets no slot and is never evaluated, so most special functions in answers cost
// nothing.
class Planner {
 public:
  Planner(Expr value, Expr differentiated) : value_(value), differentiated_(differentiated) {}

  absl::StatusOr<EvaluationPlan> Plan() {
    const size_t ids = 1 + std::max(value_->id(), differentiated_->id());
    plan_.value_slot.assign(ids, kNoSlot);
    plan_.derivative_slot.assign(ids, kNoSlot);
    // The value goes first. Nodes that it has already get no second step below, so the steps of the
    // derivative rely on the value having been computed at the same point.
    WantValue(value_);
    RETURN_IF_ERROR(FollowWants());
    AddSteps(plan_.value_constants, plan_.value_steps);
    if (differentiated_->has_variable()) WantDerivative(differentiated_);
    RETURN_IF_ERROR(FollowWants());
    AddSteps(plan_.derivative_constants, plan_.derivative_steps);
    return std::move(plan_);
  }

 private:
  void WantValue(Expr node) { Want(node, plan_.value_slot[node->id()], false); }
  void WantDerivative(Expr node) { Want(node, plan_.derivative_slot[node->id()], true); }

  void Want(Expr node, uint32_t& slot, bool derivative) {
    if (slot != kNoSlot) return;
    slot = plan_.slots++;
    open_.push_back({node, slot, derivative, std::nullopt});
  }

  // Adds everything that the wanted nodes read, and what those read in turn. A stack of its own
  // takes the place of recursion, since an answer may nest as deeply as it likes.
  absl::Status FollowWants() {
    Needs needs;
    while (!open_.empty()) {
      PlanStep step = open_.back();
      open_.pop_back();
      if (step.derivative) {
        RETURN_IF_ERROR(FindNeeds(step.node, needs));
        for (Expr node : needs.values) WantValue(node);
        for (Expr node : needs.derivatives) WantDerivative(node);
      } else {
        RETURN_IF_ERROR(WantForValue(step));
      }
      plan_.real_only = plan_.real_only || HoldsAtRealPointsOnly(step.node->op());
      added_.push_back(step);
    }
    return absl::OkStatus();
  }

  static bool HoldsAtRealPointsOnly(Op op) {
    return op == Op::kAbs || op == Op::kSign || op == Op::kFloor || op == Op::kRe ||
           op == Op::kIm || op == Op::kConj;
  }

  absl::Status WantForValue(PlanStep& step) {
    const Expr node = step.node;
    switch (node->op()) {
      case Op::kUndefined:
        return absl::UnimplementedError("an undefined expression");
      case Op::kBound:
        return absl::UnimplementedError("an unknown outside of RootOf");
      case Op::kRootOf:
        return WantCoefficients(node);
      case Op::kWeierstrassPInverse:
        return absl::UnimplementedError("the value of WeierstrassPInverse");
      case Op::kWeierstrassP:
        // P(PInverse(w)) is w; nothing below the inverse is needed.
        if (const Expr w = InvertedArgument(node); w != nullptr) {
          WantValue(w);
          return absl::OkStatus();
        }
        [[fallthrough]];
      case Op::kWeierstrassPPrime:
      case Op::kWeierstrassZeta:
        return absl::UnimplementedError("the value of a Weierstrass function");
      case Op::kPow:
        // Only an exponent that is not a small rational is evaluated.
        step.exponent = ExactRational(node->child(1));
        WantValue(node->child(0));
        if (!step.exponent) WantValue(node->child(1));
        return absl::OkStatus();
      default:
        for (Expr child : node->children()) WantValue(child);
        return absl::OkStatus();
    }
  }

  // The nodes that hold the unknown have no value; the largest ones without it are the
  // coefficients.
  absl::Status WantCoefficients(Expr root_of) {
    if (root_of->has_variable()) {
      return absl::UnimplementedError("RootOf of a polynomial that holds x");
    }
    // The list is in the order of ids, which the binary search below needs.
    const std::vector<Expr> holding = NodesWithFreeUnknown(root_of->child(0));
    for (Expr node : holding) {
      for (Expr child : node->children()) {
        if (!std::binary_search(holding.begin(), holding.end(), child,
                                [](Expr a, Expr b) { return a->id() < b->id(); })) {
          WantValue(child);
        }
      }
    }
    return absl::OkStatus();
  }

  // Sorts the new steps so that each runs after those it reads: children have smaller ids, and a
  // derivative reads the value of its own node.
  void AddSteps(std::vector<PlanStep>& constants, std::vector<PlanStep>& steps) {
    std::sort(added_.begin(), added_.end(), [](const PlanStep& a, const PlanStep& b) {
      const uint32_t a_id = a.node->id(), b_id = b.node->id();
      return a_id != b_id ? a_id < b_id : a.derivative < b.derivative;
    });
    for (const PlanStep& step : added_) {
      (step.node->has_variable() ? steps : constants).push_back(step);
    }
    added_.clear();
  }

  Expr value_, differentiated_;
  std::vector<PlanStep> open_, added_;
  EvaluationPlan plan_;
};

}  // namespace

absl::StatusOr<EvaluationPlan> MakePlan(Expr value, Expr differentiated) {
  return Planner(value, differentiated).Plan();
}

}  // namespace motzkin::ball
