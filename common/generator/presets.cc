#include "common/generator/presets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/expression/canonical.h"
#include "common/generator/function_sampler.h"
#include "common/generator/symbols.h"

namespace motzkin::generator {
namespace {

constexpr uint32_t kAlways = 1'000;  // in 1/1000

v1::GeneratorSpec IntClass() {
  const Weights unary = {{"log", 1},  {"exp", 1},  {"sin", 1},  {"cos", 1}, {"tan", 1},
                         {"sqrt", 1}, {"asin", 1}, {"acos", 1}, {"atan", 1}};
  v1::GeneratorSpec spec = DefaultSpec();
  *spec.mutable_unary() = Weighted(unary);
  *spec.mutable_binary() = Weighted({{"add", 1}, {"sub", 1}, {"mul", 1}, {"div", 1}, {"pow", 1}});
  spec.mutable_leaves()->set_integers(v1::LeafSpec::INTEGERS_LOGARITHMIC);
  spec.set_nodes_min(10);
  spec.set_nodes_max(10);
  return spec;
}

// The parameters of the published code: the operators and their weights, integers 1..5, at most 15
// operators (4 in G), 512 tokens, 1 function in 40 small, fewer than 4 nested exponentials.
v1::GeneratorSpec LampleCharton(v1::Kind kind) {
  const bool forward = kind == v1::KIND_FORWARD;
  const Weights unary = {{"sqrt", 4}, {"pow2", 4},  {"pow3", 2},  {"pow4", 1}, {"pow5", 1},
                         {"log", 4},  {"exp", 4},   {"sin", 4},   {"cos", 4},  {"tan", 4},
                         {"asin", 1}, {"acos", 1},  {"atan", 1},  {"sinh", 1}, {"cosh", 1},
                         {"tanh", 1}, {"asinh", 1}, {"acosh", 1}, {"atanh", 1}};
  v1::GeneratorSpec spec = DefaultSpec();
  *spec.mutable_unary() = Weighted(unary);
  *spec.mutable_binary() = Weighted({{"add", 10}, {"sub", 3}, {"mul", 10}, {"div", 5}});
  spec.mutable_leaves()->set_variable_permille(750);
  spec.set_nodes_min(forward ? 3 : 4);
  spec.set_nodes_max(15);
  spec.set_small_one_in(40);
  spec.set_small_nodes_max(forward ? 2 : 3);
  spec.set_nested_exponentials_max(4);
  spec.set_drop_shrunk(kind != v1::KIND_BY_PARTS);
  // F is only determined up to a constant, so backward drops it always.
  spec.set_drop_constant_permille(kind == v1::KIND_BACKWARD ? kAlways : kAlways / 2);
  return spec;
}

v1::GeneratorSpec LampleChartonPaper(v1::Kind kind) {
  v1::GeneratorSpec spec = LampleCharton(kind);
  spec.mutable_leaves()->set_signed_integers(true);
  return spec;
}

v1::GeneratorSpec Hebisch() {
  const Weights unary = {{"log", 1}, {"exp", 1}, {"pow2", 1}};
  v1::GeneratorSpec spec = DefaultSpec();
  *spec.mutable_unary() = Weighted(unary);
  *spec.mutable_binary() = Weighted({{"add", 1}, {"sub", 1}, {"mul", 1}, {"div", 1}});
  spec.set_nodes_min(15);
  spec.set_nodes_max(15);
  return spec;
}

}  // namespace

v1::GeneratorSpec DefaultSpec() {
  v1::GeneratorSpec spec;
  spec.set_version(kGeneratorVersion);
  spec.set_canonical_version(expression::kCanonicalVersion);
  spec.set_kind(v1::KIND_FORWARD);
  v1::LeafSpec& leaves = *spec.mutable_leaves();
  leaves.set_variable_permille(500);
  leaves.set_integers(v1::LeafSpec::INTEGERS_UNIFORM);
  leaves.set_integer_min(1);
  leaves.set_integer_max(5);
  spec.set_nodes_min(1);
  spec.set_nodes_max(10);
  spec.set_parts_nodes_min(1);
  spec.set_parts_nodes_max(4);
  spec.set_tokens_max(512);
  spec.set_canonicalize(true);
  return spec;
}

std::vector<std::string> PresetNames() {
  return {"intclass", "lample-charton", "lample-charton-paper", "hebisch"};
}

v1::Kind NaturalKind(std::string_view name) {
  return name == "hebisch" ? v1::KIND_BACKWARD : v1::KIND_FORWARD;
}

absl::StatusOr<v1::GeneratorSpec> Preset(std::string_view name) {
  return Preset(name, NaturalKind(name));
}

absl::StatusOr<v1::GeneratorSpec> Preset(std::string_view name, v1::Kind kind) {
  v1::GeneratorSpec spec;
  if (name == "intclass") {
    spec = IntClass();
  } else if (name == "lample-charton") {
    spec = LampleCharton(kind);
  } else if (name == "lample-charton-paper") {
    spec = LampleChartonPaper(kind);
  } else if (name == "hebisch") {
    spec = Hebisch();
  } else {
    return absl::NotFoundError(fmt::format("preset '{}' does not exist; there are {}", name,
                                           fmt::join(PresetNames(), ", ")));
  }
  spec.set_kind(kind);
  return spec;
}

}  // namespace motzkin::generator
