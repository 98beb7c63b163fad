#include "common/generator/function_sampler.h"

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "common/generator/attempt.h"
#include "common/generator/spec_validation.h"

namespace motzkin::generator {
namespace {

using expression::Expr;
using expression::Pool;
using expression::PoolLimits;

// The limits of one attempt. A function of 512 tokens and its derivative need a few thousand nodes;
// 4,096 bits are 1,233 digits. They are part of the generator version, because an attempt that
// exceeds them is drawn again.
constexpr PoolLimits kAttemptLimits = {.nodes = 1u << 15, .depth = 500, .number_bits = 4'096};

std::optional<GeneratedFunction> Try(const Attempt& attempt) {
  switch (attempt.spec.kind()) {
    case v1::KIND_FORWARD:
      return TryForward(attempt);
    case v1::KIND_BACKWARD:
      return TryBackward(attempt);
    case v1::KIND_BY_PARTS:
      return TryByParts(attempt);
    default:  // ValidateSpec() refuses every other kind.
      return std::nullopt;
  }
}

// Copies the function into `pool`. Returns false if the pool is full.
bool Import(GeneratedFunction& function, Pool& pool) {
  for (Expr* expr : {&function.integrand, &function.known_integral, &function.parts_integrand,
                     &function.parts_product}) {
    if (*expr == nullptr) continue;
    *expr = pool.Import(*expr);
    if ((*expr)->op() == expression::Op::kUndefined) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<FunctionSampler> FunctionSampler::Create(const v1::GeneratorSpec& spec) {
  RETURN_IF_ERROR(ValidateSpec(spec));
  return FunctionSampler(spec);
}

absl::StatusOr<GeneratedFunction> FunctionSampler::Generate(uint64_t job_seed, int64_t index,
                                                            Pool& pool) const {
  if (index < 0) return absl::InvalidArgumentError(fmt::format("index: {} is negative", index));
  // The kind, counted from 0, is the domain of the stream; otherwise the F of a backward job would
  // be the f of a forward job with the same seed.
  const auto domain = static_cast<uint32_t>(spec_.kind() - v1::KIND_FORWARD);
  RandomStream random(job_seed, kGeneratorVersion, domain, static_cast<uint64_t>(index));
  Draft draft;
  for (int redraws = 0; redraws <= kRedrawsMax; ++redraws) {
    // A pool for each attempt makes the verdict independent of the attempts before it.
    Pool scratch(kAttemptLimits);
    std::optional<GeneratedFunction> function = Try({spec_, drafts_, random, draft, scratch});
    if (!function) continue;
    function->redraws = redraws;
    if (!Import(*function, pool)) {
      return absl::ResourceExhaustedError(
          fmt::format("function {}: the pool it should be put into is full", index));
    }
    return *function;
  }
  return absl::ResourceExhaustedError(
      fmt::format("function {}: {} redraws gave nothing usable", index, kRedrawsMax));
}

}  // namespace motzkin::generator
