#include "common/generator/spec_validation.h"

#include <gmock/gmock.h>

#include <functional>

#include "common/generator/presets.h"

namespace motzkin::generator {
namespace {

struct BadSpec {
  std::string field;
  std::function<void(GeneratorSpec&)> spoil;
};

TEST(SpecValidationTest, EveryRefusalNamesItsField) {
  const std::vector<BadSpec> bad = {
      {"unary", [](GeneratorSpec& spec) { spec.unary.clear(); }},
      {"unary: unknown symbol 'add'", [](GeneratorSpec& spec) { spec.unary = {{"add"}}; }},
      {"binary: unknown symbol 'sin'", [](GeneratorSpec& spec) { spec.binary = {{"sin"}}; }},
      {"'sin' is given twice", [](GeneratorSpec& spec) { spec.unary = {{"sin"}, {"sin"}}; }},
      {"weight of sin: 0", [](GeneratorSpec& spec) { spec.unary = {{"sin", 0}}; }},
      {"weight of sin: 1001", [](GeneratorSpec& spec) { spec.unary = {{"sin", 1'001}}; }},
      {"variable_permille", [](GeneratorSpec& spec) { spec.leaves.variable_permille = 0; }},
      {"integer_max", [](GeneratorSpec& spec) { spec.leaves.integer_max = 0; }},
      {"integer_min", [](GeneratorSpec& spec) { spec.leaves.integer_min = -2'000'000; }},
      {"nodes_max", [](GeneratorSpec& spec) { spec.nodes_max = 31; }},
      {"nodes_min", [](GeneratorSpec& spec) { spec.nodes_min = spec.nodes_max + 1; }},
      {"small_nodes_min", [](GeneratorSpec& spec) { spec.small_nodes_min = 9; }},
      {"tokens_max", [](GeneratorSpec& spec) { spec.tokens_max = 0; }},
      {"drop_constant_permille", [](GeneratorSpec& spec) { spec.drop_constant_permille = 1'001; }},
      {"canonicalize", [](GeneratorSpec& spec) { spec.canonicalize = false; }},
  };
  for (const BadSpec& example : bad) {
    GeneratorSpec spec = Preset("lample-charton").value();
    example.spoil(spec);
    const absl::Status status = ValidateSpec(spec);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << example.field;
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(example.field));
  }
}

TEST(SpecValidationTest, AnotherVersionIsNotThisBuilds) {
  GeneratorSpec spec = Preset("intclass").value();
  spec.version += 1;
  EXPECT_EQ(ValidateSpec(spec).code(), absl::StatusCode::kFailedPrecondition);
  spec = Preset("intclass").value();
  spec.canonical_version += 1;
  EXPECT_EQ(ValidateSpec(spec).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace motzkin::generator
