#include "common/generator/spec_validation.h"

#include <gmock/gmock.h>

#include <functional>

#include "common/generator/presets.h"
#include "common/generator/testing/weighted.h"

namespace motzkin::generator {
namespace {

struct BadSpec {
  std::string field;
  std::function<void(v1::GeneratorSpec&)> spoil;
};

TEST(SpecValidationTest, EveryRefusalNamesItsField) {
  const std::vector<BadSpec> bad = {
      {"unary", [](v1::GeneratorSpec& spec) { spec.clear_unary(); }},
      {"unary: unknown symbol 'add'",
       [](v1::GeneratorSpec& spec) { *spec.mutable_unary() = Weighted({{"add", 1}}); }},
      {"binary: unknown symbol 'sin'",
       [](v1::GeneratorSpec& spec) { *spec.mutable_binary() = Weighted({{"sin", 1}}); }},
      {"'sin' is given twice",
       [](v1::GeneratorSpec& spec) { *spec.mutable_unary() = Weighted({{"sin", 1}, {"sin", 1}}); }},
      {"unary.sin must be 1 .. 1000, got 0",
       [](v1::GeneratorSpec& spec) { *spec.mutable_unary() = Weighted({{"sin", 0}}); }},
      {"unary.sin must be 1 .. 1000, got 1001",
       [](v1::GeneratorSpec& spec) { *spec.mutable_unary() = Weighted({{"sin", 1'001}}); }},
      {"variable_permille",
       [](v1::GeneratorSpec& spec) { spec.mutable_leaves()->set_variable_permille(0); }},
      {"integer_min", [](v1::GeneratorSpec& spec) { spec.mutable_leaves()->set_integer_max(-9); }},
      {"integer_max",
       [](v1::GeneratorSpec& spec) { spec.mutable_leaves()->set_integer_max(2'000'000); }},
      {"integer_min",
       [](v1::GeneratorSpec& spec) { spec.mutable_leaves()->set_integer_min(-2'000'000); }},
      {"nodes_max", [](v1::GeneratorSpec& spec) { spec.set_nodes_max(31); }},
      {"nodes_min", [](v1::GeneratorSpec& spec) { spec.set_nodes_min(spec.nodes_max() + 1); }},
      {"small_one_in", [](v1::GeneratorSpec& spec) { spec.set_small_one_in(1'000'001); }},
      {"nested_exponentials_max",
       [](v1::GeneratorSpec& spec) { spec.set_nested_exponentials_max(101); }},
      {"small_nodes_min", [](v1::GeneratorSpec& spec) { spec.set_small_nodes_min(9); }},
      {"tokens_max", [](v1::GeneratorSpec& spec) { spec.set_tokens_max(0); }},
      {"drop_constant_permille",
       [](v1::GeneratorSpec& spec) { spec.set_drop_constant_permille(1'001); }},
      {"canonicalize", [](v1::GeneratorSpec& spec) { spec.set_canonicalize(false); }},
  };
  for (const BadSpec& example : bad) {
    v1::GeneratorSpec spec = Preset("lample-charton").value();
    example.spoil(spec);
    const absl::Status status = ValidateSpec(spec);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << example.field;
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(example.field));
  }
}

TEST(SpecValidationTest, AnotherVersionIsNotThisBuilds) {
  v1::GeneratorSpec spec = Preset("intclass").value();
  spec.set_version(spec.version() + 1);
  EXPECT_EQ(ValidateSpec(spec).code(), absl::StatusCode::kFailedPrecondition);
  spec = Preset("intclass").value();
  spec.set_canonical_version(spec.canonical_version() + 1);
  EXPECT_EQ(ValidateSpec(spec).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace motzkin::generator
