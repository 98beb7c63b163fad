// Which nodes an Evaluator computes, in which order. Immutable once made.
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
  // Where its ball is kept.
  uint32_t slot = 0;
  // Its derivative; otherwise its value.
  bool derivative = false;
  // Of kPow, where it is a small rational.
  std::optional<SmallRational> exponent;
};

struct EvaluationPlan {
  // Steps in order: the constants of the value, the rest of the value, then the same for the
  // derivative.
  std::vector<PlanStep> value_constants, value_steps, derivative_constants, derivative_steps;
  // By node id; kNoSlot where nothing is kept.
  std::vector<uint32_t> value_slot, derivative_slot;
  uint32_t slots = 0;
  bool real_only = false;
};

inline constexpr uint32_t kNoSlot = ~0u;

// UNIMPLEMENTED: as Evaluator::Create.
absl::StatusOr<EvaluationPlan> MakePlan(expression::Expr value, expression::Expr differentiated);

}  // namespace motzkin::ball
