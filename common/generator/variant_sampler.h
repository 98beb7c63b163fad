// Makes near variants of a function: with other constants, or with one operator more or less. They
// show how robust a model or an engine is to a small change.
//
// A variant is a pure function of (function, spec, seed, index), the same on every platform. Its
// stream is keyed by the function's canonical hash and the seed, so that variants of two functions
// are drawn independently of each other.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "common/expression/expression.h"
#include "common/generator/draft.h"
#include "common/generator/function_sampler.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::generator {

enum class Change {
  kConstants,  // the same skeleton with other numbers
  kOneMore,    // one operator more than the function as it is presented, somewhere in its tree
  kOneLess,    // an operator gives its place to one of its operands
};

struct Variant {
  Change change = Change::kConstants;
  GeneratedFunction function;
};

// Immutable after Create. Thread-safe with distinct pools.
class VariantSampler {
 public:
  // Operators and leaves that a variant gets are drawn with the weights of `spec`, as is its bound on
  // tokens. Copies what it needs of `like`.
  //
  // INVALID_ARGUMENT: `like` is no function to integrate (undefined, constant, holds I) or is too
  // long. Otherwise the errors are those of ValidateSpec().
  static absl::StatusOr<VariantSampler> Create(expression::Expr like,
                                               const v1::GeneratorSpec& spec);

  // A variant never equals the function, but two indices may give the same one. `index` is at least
  // 0. `pool` should be fresh.
  //
  // RESOURCE_EXHAUSTED: kRedrawsMax redraws gave nothing usable, or `pool` is full.
  absl::StatusOr<Variant> Generate(uint64_t seed, int64_t index, expression::Pool& pool) const;

 private:
  VariantSampler(const v1::GeneratorSpec& spec, std::string prefix, uint64_t canonical_hash,
                 uint64_t skeleton_hash, uint64_t operators);

  v1::GeneratorSpec spec_;
  DraftSampler drafts_;
  std::string prefix_;  // the function as it is presented
  uint64_t canonical_hash_;
  uint64_t skeleton_hash_;
  uint64_t operators_;
};

}  // namespace motzkin::generator
