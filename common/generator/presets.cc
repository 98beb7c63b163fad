#include "common/generator/presets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace motzkin::generator {
namespace {

constexpr uint32_t kAlways = 1'000;  // in 1/1000

GeneratorSpec IntClass() {
  GeneratorSpec spec;
  spec.unary = {{"log"},  {"exp"},  {"sin"},  {"cos"}, {"tan"},
                {"sqrt"}, {"asin"}, {"acos"}, {"atan"}};
  spec.binary = {{"add"}, {"sub"}, {"mul"}, {"div"}, {"pow"}};
  spec.leaves = {.variable_permille = 500, .integers = Integers::kLogarithmic};
  spec.nodes_min = spec.nodes_max = 10;
  return spec;
}

// The parameters of the published code: the operators and their weights, integers 1..5, at most 15
// operators (4 in G), 512 tokens, 1 function in 40 small, fewer than 4 nested exponentials.
GeneratorSpec LampleCharton(Kind kind) {
  const bool forward = kind == Kind::kForward;
  GeneratorSpec spec;
  spec.unary = {{"sqrt", 4}, {"pow2", 4},  {"pow3", 2},  {"pow4", 1}, {"pow5", 1},
                {"log", 4},  {"exp", 4},   {"sin", 4},   {"cos", 4},  {"tan", 4},
                {"asin", 1}, {"acos", 1},  {"atan", 1},  {"sinh", 1}, {"cosh", 1},
                {"tanh", 1}, {"asinh", 1}, {"acosh", 1}, {"atanh", 1}};
  spec.binary = {{"add", 10}, {"sub", 3}, {"mul", 10}, {"div", 5}};
  spec.leaves = {.variable_permille = 750, .integer_min = 1, .integer_max = 5};
  spec.nodes_min = forward ? 3 : 4;
  spec.nodes_max = 15;
  spec.small_one_in = 40;
  spec.small_nodes_max = forward ? 2 : 3;
  spec.nested_exponentials_max = 4;
  spec.drop_shrunk = kind != Kind::kByParts;
  // F is only determined up to a constant, so backward drops it always.
  spec.drop_constant_permille = kind == Kind::kBackward ? kAlways : kAlways / 2;
  return spec;
}

GeneratorSpec LampleChartonPaper(Kind kind) {
  GeneratorSpec spec = LampleCharton(kind);
  spec.leaves.signed_integers = true;
  return spec;
}

GeneratorSpec Hebisch() {
  GeneratorSpec spec;
  spec.unary = {{"log"}, {"exp"}, {"pow2"}};
  spec.binary = {{"add"}, {"sub"}, {"mul"}, {"div"}};
  spec.leaves = {.variable_permille = 500, .integer_min = 1, .integer_max = 5};
  spec.nodes_min = spec.nodes_max = 15;
  return spec;
}

}  // namespace

std::vector<std::string> PresetNames() {
  return {"intclass", "lample-charton", "lample-charton-paper", "hebisch"};
}

Kind NaturalKind(std::string_view name) {
  return name == "hebisch" ? Kind::kBackward : Kind::kForward;
}

absl::StatusOr<GeneratorSpec> Preset(std::string_view name) {
  return Preset(name, NaturalKind(name));
}

absl::StatusOr<GeneratorSpec> Preset(std::string_view name, Kind kind) {
  GeneratorSpec spec;
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
  spec.kind = kind;
  return spec;
}

}  // namespace motzkin::generator
