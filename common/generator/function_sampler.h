// Makes the function of (job seed, index). It is a pure function of its arguments, the same on
// every platform, compiler and standard library.
//
// A function's random stream is keyed by (job seed, generator version, kind, index), so
// neighbouring indices and different jobs share no stream. A function that is constant, has no real
// domain or exceeds a limit is drawn again from the same stream, at most kRedrawsMax times.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>

#include "common/expression/expression.h"
#include "common/generator/draft.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::generator {

// The version of everything in this folder. It must be raised when any drawn function changes.
inline constexpr uint32_t kGeneratorVersion = 1;
inline constexpr int kRedrawsMax = 1'000;

struct GeneratedFunction {
  // All expressions belong to the pool passed in.
  expression::Expr integrand = nullptr;
  // For kBackward the integral, known by construction; otherwise null.
  expression::Expr known_integral = nullptr;
  // For kByParts the integrand f*G that the ladder integrates, and F*G; otherwise null. The
  // integral of `integrand`, F*g, is parts_product minus the integral of parts_integrand.
  expression::Expr parts_integrand = nullptr;
  expression::Expr parts_product = nullptr;
  uint64_t canonical_hash = 0;
  uint64_t skeleton_hash = 0;
  int redraws = 0;
};

// Immutable after Create. Thread-safe with distinct pools.
class FunctionSampler {
 public:
  // The errors are those of ValidateSpec() (spec_validation.h).
  static absl::StatusOr<FunctionSampler> Create(const v1::GeneratorSpec& spec);

  // `pool` should be fresh; its content does not change the function, but it may be too full.
  //
  // INVALID_ARGUMENT: `index` is negative. RESOURCE_EXHAUSTED: kRedrawsMax redraws gave nothing
  // usable, which is the spec's fault, or `pool` is full.
  absl::StatusOr<GeneratedFunction> Generate(uint64_t job_seed, int64_t index,
                                             expression::Pool& pool) const;

 private:
  explicit FunctionSampler(const v1::GeneratorSpec& spec) : spec_(spec), drafts_(spec) {}

  v1::GeneratorSpec spec_;
  DraftSampler drafts_;
};

}  // namespace motzkin::generator
