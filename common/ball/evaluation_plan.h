// Decides which nodes an Evaluator computes and in which order. A plan is immutable once made.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "common/ball/derivative_rules.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

struct PlanStep {
  expression::Expr node = nullptr;
  // The index of the ball that the step computes.
  uint32_t slot = 0;
  // Whether the step computes the node's derivative or its value.
  bool derivative = false;
  // The exponent of a kPow node if it is a small rational.
  std::optional<SmallRational> exponent;
};

struct EvaluationPlan {
  // The steps in the order in which they run: the constants that the value needs, the rest of the
  // value, then the same for the derivative. Constants are apart because they change with the
  // precision only.
  std::vector<PlanStep> value_constants, value_steps, derivative_constants, derivative_steps;
  // The slots by node id; kNoSlot for nodes that are not computed.
  std::vector<uint32_t> value_slot, derivative_slot;
  uint32_t slots = 0;
  bool real_only = false;
};

inline constexpr uint32_t kNoSlot = ~0u;

// UNIMPLEMENTED: an operation has no value or no derivative rule, as for Evaluator::Create.
absl::StatusOr<EvaluationPlan> MakePlan(expression::Expr value, expression::Expr differentiated);

}  // namespace motzkin::ball
