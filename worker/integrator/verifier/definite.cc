#include "worker/integrator/verifier/definite.h"

#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "common/ball/evaluator.h"
#include "common/base/status_macros.h"
#include "common/expression/parser.h"
#include "worker/integrator/verifier/quadrature.h"

namespace motzkin::integrator {
namespace {

using ball::Ball;
using ball::Evaluator;
using ball::Realness;
using expression::Expr;
using expression::Pool;
using motzkin::v1::Verification;

// About 1 s. Most integrals take a few ms.
constexpr uint64_t kWorkMax = 12'000'000;
constexpr int kDigitsMin = 10;
constexpr int kDigitsShown = 40;

// Returns the value of an expression without x.
absl::StatusOr<Ball> ValueOf(Expr expr, Pool& pool, std::string_view what) {
  const std::string name(what);
  if (expr->has_variable()) return absl::InvalidArgumentError(name + " holds x");
  ASSIGN_OR_RETURN(Evaluator evaluator, Evaluator::Create(expr, pool.Integer(0)));
  if (evaluator.EvaluateValue(Ball(0), kQuadratureBits) == Realness::kUndefined)
    return absl::InvalidArgumentError(name + " has no value");
  return evaluator.value();
}

absl::StatusOr<Limit> ReadLimit(std::string_view text, Pool& pool, std::string_view what) {
  Limit limit;
  if (text == "oo" || text == "-oo") {
    limit.infinite = text == "oo" ? 1 : -1;
    return limit;
  }
  ASSIGN_OR_RETURN(const Expr expr, expression::ParsePrefix(text, pool));
  ASSIGN_OR_RETURN(limit.place, ValueOf(expr, pool, what));
  limit.exact = ExactValues(std::nullopt).Of(expr);
  if (!limit.place.IsReal())
    return absl::InvalidArgumentError(absl::StrCat(std::string(what), " is not real"));
  return limit;
}

enum class Order { kAscending, kEqual, kDescending, kUnknown };

Order OrderOf(const Limit& lower, const Limit& upper) {
  if (lower.infinite != upper.infinite)
    return lower.infinite < upper.infinite ? Order::kAscending : Order::kDescending;
  if (lower.infinite != 0) return Order::kEqual;
  if (arb_lt(lower.place.real(), upper.place.real()) != 0) return Order::kAscending;
  if (arb_gt(lower.place.real(), upper.place.real()) != 0) return Order::kDescending;
  return arb_equal(lower.place.real(), upper.place.real()) != 0 && arb_is_exact(lower.place.real())
             ? Order::kEqual
             : Order::kUnknown;
}

absl::StatusOr<Ball> IntegralOf(Expr integrand, const LimitTexts& limits, Pool& pool) {
  if (limits.lower == limits.upper) return Ball(0);
  ASSIGN_OR_RETURN(const Limit lower, ReadLimit(limits.lower, pool, "the lower limit"));
  ASSIGN_OR_RETURN(const Limit upper, ReadLimit(limits.upper, pool, "the upper limit"));
  switch (OrderOf(lower, upper)) {
    case Order::kAscending:
      return Integrate(integrand, lower, upper, pool, kWorkMax);
    case Order::kDescending: {
      ASSIGN_OR_RETURN(const Ball reversed, Integrate(integrand, upper, lower, pool, kWorkMax));
      return ball::BallOf(acb_neg, reversed.get());
    }
    case Order::kEqual:
      return Ball(0);
    case Order::kUnknown:
      break;
  }
  return absl::OutOfRangeError("which limit is the greater cannot be told");
}

// The digits of a number that are known; of one that may be 0, those behind the point.
int KnownDigits(const Ball& value) {
  constexpr double kDigitsPerBit = 0.30102999566398;
  slong bits = acb_rel_accuracy_bits(value.get());
  if (value.ContainsZero()) {
    bits = mag_is_zero(arb_radref(value.real())) != 0 ? kQuadratureBits
                                                      : -MAG_EXP(arb_radref(value.real()));
  }
  bits = std::min<slong>(bits, kQuadratureBits);
  return std::max(0, static_cast<int>(static_cast<double>(bits) * kDigitsPerBit));
}

std::string Text(const Ball& value, int digits) {
  // The decimals of exp(-10^600) would need more memory than there is.
  constexpr slong kExponentMax = 1l << 16;
  if (!value.IsBelow(kExponentMax)) return "too large to print";
  Ball shown = value;
  arb_add_error_2exp_si(shown.real(), -kExponentMax);
  char* text = arb_get_str(shown.real(), std::clamp(digits, 1, kDigitsShown), 0);
  std::string result(text);
  flint_free(text);
  // [0.25 +/- 1e-30]
  std::erase_if(result, [](char c) { return c == '[' || c == ']'; });
  return result;
}

}  // namespace

v1::Judgement JudgeValue(Expr integrand, Expr candidate, const LimitTexts& limits, Pool& pool) {
  v1::Judgement judgement;
  judgement.set_verdict(Verification::VERDICT_UNVERIFIED);
  const absl::StatusOr<Ball> value = IntegralOf(integrand, limits, pool);
  if (!value.ok()) {
    judgement.set_reason(std::string(value.status().message()));
    return judgement;
  }
  const int digits = KnownDigits(*value);
  judgement.set_precision_bits(static_cast<int>(kQuadratureBits));
  if (digits > 0) judgement.set_value(Text(*value, digits));
  judgement.set_value_digits(digits);
  if (candidate == nullptr) {
    if (digits < kDigitsMin)
      judgement.set_reason(fmt::format("only {} digits of the integral are known", digits));
    return judgement;
  }
  const absl::StatusOr<Ball> answer = ValueOf(candidate, pool, "the value");
  if (!answer.ok()) {
    judgement.set_reason(std::string(answer.status().message()));
  } else if (!answer->Overlaps(*value)) {
    judgement.set_verdict(Verification::VERDICT_REFUTED);
    judgement.set_reason(fmt::format("the integral is {}", Text(*value, digits)));
  } else if (digits < kDigitsMin || KnownDigits(*answer) < kDigitsMin) {
    judgement.set_reason(
        fmt::format("equal as far as {} digits tell", std::min(digits, KnownDigits(*answer))));
  } else {
    judgement.set_verdict(Verification::VERDICT_VERIFIED);
    judgement.set_reason(fmt::format("equal to {} digits", std::min(digits, KnownDigits(*answer))));
  }
  return judgement;
}

}  // namespace motzkin::integrator
