// A function from (job seed, index): a pure function of its arguments, the same on every platform,
// compiler and standard library.
//
// Seed of a function: a hash of (job seed, generator version, index), so neighbouring indices and
// different jobs share no stream. A function that is constant, has no real domain or exceeds a
// limit is redrawn from the same stream, at most kRedrawsMax times.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>

#include "common/expression/expression.h"
#include "common/generator/generator_spec.h"

namespace motzkin::generator {

inline constexpr int kRedrawsMax = 1'000;

struct GeneratedFunction {
  // All belong to the pool passed in.
  expression::Expr integrand = nullptr;
  // backward: the integral that is known by construction; otherwise null.
  expression::Expr known_integral = nullptr;
  // by_parts: the integrand f*G that the ladder integrates, and F*G; otherwise null. The integral
  // of `integrand` = F*g is parts_product minus the integral of parts_integrand.
  expression::Expr parts_integrand = nullptr;
  expression::Expr parts_product = nullptr;
  uint64_t canonical_hash = 0;
  uint64_t skeleton_hash = 0;
  int redraws = 0;
};

// Immutable after Create. Thread-safe with distinct pools.
class FunctionSampler {
 public:
  // Errors: as ValidateSpec (spec_validation.h).
  static absl::StatusOr<FunctionSampler> Create(const GeneratorSpec& spec);
  FunctionSampler(FunctionSampler&&) noexcept;
  FunctionSampler& operator=(FunctionSampler&&) noexcept;
  ~FunctionSampler();

  // `pool` should be fresh; what is in it does not change the function.
  //
  // INVALID_ARGUMENT: `index` is negative. RESOURCE_EXHAUSTED: kRedrawsMax redraws gave nothing
  // usable, which is the spec's fault, or `pool` is full.
  absl::StatusOr<GeneratedFunction> Generate(uint64_t job_seed, int64_t index,
                                             expression::Pool& pool) const;

 private:
  struct Tables;
  explicit FunctionSampler(std::unique_ptr<const Tables> tables);
  std::unique_ptr<const Tables> tables_;
};

}  // namespace motzkin::generator
