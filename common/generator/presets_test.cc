#include "common/generator/presets.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "common/generator/spec_validation.h"
#include "common/generator/symbols.h"

namespace motzkin::generator {
namespace {

uint32_t WeightOf(const WeightedSymbols& symbols, std::string_view name) {
  const auto found = std::find_if(symbols.begin(), symbols.end(),
                                  [name](const auto& symbol) { return symbol.symbol() == name; });
  return found == symbols.end() ? 0 : found->weight();
}

uint32_t TotalWeight(const WeightedSymbols& symbols) {
  uint32_t sum = 0;
  for (const v1::WeightedSymbol& symbol : symbols) sum += symbol.weight();
  return sum;
}

TEST(PresetTest, EveryPresetIsAValidSpecInEveryKind) {
  for (const std::string& name : PresetNames()) {
    for (const v1::Kind kind : {v1::KIND_FORWARD, v1::KIND_BACKWARD, v1::KIND_BY_PARTS}) {
      const auto spec = Preset(name, kind);
      ASSERT_TRUE(spec.ok()) << name;
      EXPECT_TRUE(ValidateSpec(*spec).ok()) << name << ": " << ValidateSpec(*spec);
      EXPECT_EQ(spec->kind(), kind);
    }
  }
}

TEST(PresetTest, AnUnknownNameIsAnsweredWithThoseThereAre) {
  const absl::Status status = Preset("intklass").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("intclass, lample-charton"));
}

TEST(PresetTest, IntClassHasTenInternalNodesAndUniformOperators) {
  const v1::GeneratorSpec spec = Preset("intclass").value();
  EXPECT_EQ(spec.nodes_min(), 10u);
  EXPECT_EQ(spec.nodes_max(), 10u);
  EXPECT_EQ(spec.unary().size(), 9u);
  EXPECT_EQ(spec.binary().size(), 5u);
  EXPECT_EQ(TotalWeight(spec.unary()), 9u);
  EXPECT_EQ(TotalWeight(spec.binary()), 5u);
  EXPECT_EQ(spec.leaves().integers(), v1::LeafSpec::INTEGERS_LOGARITHMIC);
  EXPECT_EQ(spec.leaves().variable_permille(), 500u);
}

TEST(PresetTest, LampleChartonHasThePublishedWeights) {
  const v1::GeneratorSpec spec = Preset("lample-charton").value();
  EXPECT_EQ(TotalWeight(spec.unary()), 41u);
  EXPECT_EQ(TotalWeight(spec.binary()), 28u);
  EXPECT_EQ(WeightOf(spec.unary(), "pow2"), 4u);
  EXPECT_EQ(WeightOf(spec.unary(), "pow3"), 2u);
  EXPECT_EQ(WeightOf(spec.binary(), "sub"), 3u);
  EXPECT_EQ(spec.nodes_min(), 3u);
  EXPECT_EQ(spec.small_nodes_max(), 2u);
  EXPECT_FALSE(spec.leaves().signed_integers());
  EXPECT_TRUE(Preset("lample-charton-paper").value().leaves().signed_integers());
}

TEST(PresetTest, LampleChartonDiffersBetweenKindsAsPublished) {
  const v1::GeneratorSpec backward = Preset("lample-charton", v1::KIND_BACKWARD).value();
  EXPECT_EQ(backward.nodes_min(), 4u);
  EXPECT_EQ(backward.small_nodes_max(), 3u);
  EXPECT_EQ(backward.drop_constant_permille(), 1'000u);
  const v1::GeneratorSpec parts = Preset("lample-charton", v1::KIND_BY_PARTS).value();
  EXPECT_EQ(parts.parts_nodes_max(), 4u);
  EXPECT_EQ(parts.drop_constant_permille(), 500u);
  EXPECT_FALSE(parts.drop_shrunk());
}

TEST(PresetTest, HebischIsBackward) {
  EXPECT_EQ(Preset("hebisch").value().kind(), v1::KIND_BACKWARD);
}

}  // namespace
}  // namespace motzkin::generator
