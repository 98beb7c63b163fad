#include "common/generator/spec_validation.h"

#include <fmt/format.h>

#include <cstdint>
#include <set>
#include <string_view>

#include "common/base/status_macros.h"
#include "common/expression/canonical.h"
#include "common/generator/function_sampler.h"
#include "common/generator/symbols.h"

namespace motzkin::generator {
namespace {

absl::Status InRange(std::string_view field, int64_t value, Range range) {
  if (value >= range.min && value <= range.max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} must be {} .. {}, got {}", field, range.min, range.max, value));
}

// Checks two bounds, of which the upper one may be as low as the lower one.
absl::Status Ordered(std::string_view stem, int64_t min, int64_t max, Range range) {
  RETURN_IF_ERROR(InRange(fmt::format("{}_max", stem), max, range));
  return InRange(fmt::format("{}_min", stem), min, {range.min, max});
}

// The enums of a proto are open: a spec of a newer version, or a garbled one, may hold any number.
absl::Status Enums(const v1::GeneratorSpec& spec) {
  if (!v1::Kind_IsValid(spec.kind()) || spec.kind() == v1::KIND_UNSPECIFIED) {
    return absl::InvalidArgumentError("kind must be forward, backward or by_parts");
  }
  const v1::LeafSpec::Integers integers = spec.leaves().integers();
  if (!v1::LeafSpec::Integers_IsValid(integers) || integers == v1::LeafSpec::INTEGERS_UNSPECIFIED) {
    return absl::InvalidArgumentError("leaves.integers must be uniform or logarithmic");
  }
  return absl::OkStatus();
}

absl::Status Versions(const v1::GeneratorSpec& spec) {
  if (spec.version() != kGeneratorVersion) {
    return absl::FailedPreconditionError(
        fmt::format("version: generator {} is wanted, this build has {}: use the Motzkin that made "
                    "the job",
                    spec.version(), kGeneratorVersion));
  }
  if (spec.canonical_version() != expression::kCanonicalVersion) {
    return absl::FailedPreconditionError(
        fmt::format("canonical_version: {} is wanted, this build has {}: use the Motzkin that made "
                    "the job",
                    spec.canonical_version(), expression::kCanonicalVersion));
  }
  return absl::OkStatus();
}

absl::Status Symbols(std::string_view field, const WeightedSymbols& symbols, int arity) {
  if (symbols.empty()) {
    return absl::InvalidArgumentError(fmt::format("{}: at least one symbol is needed", field));
  }
  std::set<std::string_view> seen;
  for (const v1::WeightedSymbol& weighted : symbols) {
    if (!FindSymbol(weighted.symbol(), arity)) {
      return absl::InvalidArgumentError(fmt::format("{}: unknown symbol '{}'; there are {}", field,
                                                    weighted.symbol(), SymbolNames(arity)));
    }
    if (!seen.insert(weighted.symbol()).second) {
      return absl::InvalidArgumentError(
          fmt::format("{}: symbol '{}' is given twice", field, weighted.symbol()));
    }
    RETURN_IF_ERROR(
        InRange(fmt::format("{}.{}", field, weighted.symbol()), weighted.weight(), kWeightRange));
  }
  return absl::OkStatus();
}

absl::Status Leaves(const v1::LeafSpec& leaves) {
  // At least 1/1000, because a function without x is refused and nothing usable would come of it.
  RETURN_IF_ERROR(
      InRange("leaves.variable_permille", leaves.variable_permille(), kVariablePermilleRange));
  return Ordered("leaves.integer", leaves.integer_min(), leaves.integer_max(), kIntegerRange);
}

absl::Status Nodes(const v1::GeneratorSpec& spec) {
  RETURN_IF_ERROR(Ordered("nodes", spec.nodes_min(), spec.nodes_max(), kNodesRange));
  RETURN_IF_ERROR(InRange("small_one_in", spec.small_one_in(), kSmallOneInRange));
  RETURN_IF_ERROR(
      Ordered("small_nodes", spec.small_nodes_min(), spec.small_nodes_max(), kNodesRange));
  return Ordered("parts_nodes", spec.parts_nodes_min(), spec.parts_nodes_max(), kNodesRange);
}

absl::Status Filters(const v1::GeneratorSpec& spec) {
  RETURN_IF_ERROR(InRange("tokens_max", spec.tokens_max(), kTokensRange));
  RETURN_IF_ERROR(
      InRange("nested_exponentials_max", spec.nested_exponentials_max(), kNestedExponentialsRange));
  RETURN_IF_ERROR(InRange("drop_constant_permille", spec.drop_constant_permille(), kPermilleRange));
  // The derivatives of backward and by-parts functions exist in canonical form only, and an
  // additive constant is dropped from the canonical form.
  if (spec.canonicalize()) return absl::OkStatus();
  if (spec.kind() != v1::KIND_FORWARD) {
    return absl::InvalidArgumentError("canonicalize: must be true unless kind is forward");
  }
  if (spec.drop_constant_permille() > 0) {
    return absl::InvalidArgumentError(
        "canonicalize: must be true where drop_constant_permille is not 0");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateSpec(const v1::GeneratorSpec& spec) {
  RETURN_IF_ERROR(Enums(spec));
  // The symbols of another version may be unknown here, and its number explains that better.
  RETURN_IF_ERROR(Versions(spec));
  RETURN_IF_ERROR(Symbols("unary", spec.unary(), 1));
  RETURN_IF_ERROR(Symbols("binary", spec.binary(), 2));
  RETURN_IF_ERROR(Leaves(spec.leaves()));
  RETURN_IF_ERROR(Nodes(spec));
  return Filters(spec);
}

}  // namespace motzkin::generator
