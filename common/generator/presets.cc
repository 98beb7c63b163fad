#include "common/generator/presets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <iterator>

#include "common/base/check.h"
#include "common/expression/canonical.h"
#include "common/generator/function_sampler.h"
#include "generator_presets.h"

namespace motzkin::generator {
namespace {

constexpr uint32_t kAlways = 1'000;  // in 1/1000

// The names that users type, with the files that have the parameters.
struct NamedPreset {
  std::string_view name;
  std::string_view parameters;
};
constexpr NamedPreset kPresets[] = {{"intclass", presets::kIntclass},
                                    {"lample-charton", presets::kLampleCharton},
                                    {"lample-charton-paper", presets::kLampleCharton},
                                    {"hebisch", presets::kHebisch}};

// Adds what `text` says to `spec`. The texts are ours, so mistakes in them are CHECKed.
void Merge(std::string_view text, v1::GeneratorSpec& spec) {
  MOTZKIN_CHECK(google::protobuf::TextFormat::MergeFromString(std::string(text), &spec));
}

// Sets the parameters of Lample and Charton's code that differ between the kinds.
void AdjustToKind(v1::Kind kind, v1::GeneratorSpec& spec) {
  const bool forward = kind == v1::KIND_FORWARD;
  spec.set_nodes_min(forward ? 3 : 4);
  spec.set_small_nodes_max(forward ? 2 : 3);
  spec.set_drop_shrunk(kind != v1::KIND_BY_PARTS);
  // F is only determined up to a constant, so backward drops it always.
  spec.set_drop_constant_permille(kind == v1::KIND_BACKWARD ? kAlways : kAlways / 2);
}

}  // namespace

v1::GeneratorSpec DefaultSpec() {
  v1::GeneratorSpec spec;
  Merge(presets::kBase, spec);
  spec.set_version(kGeneratorVersion);
  spec.set_canonical_version(expression::kCanonicalVersion);
  return spec;
}

std::vector<std::string> PresetNames() {
  std::vector<std::string> names;
  for (const NamedPreset& preset : kPresets) names.emplace_back(preset.name);
  return names;
}

absl::StatusOr<v1::GeneratorSpec> Preset(std::string_view name, v1::Kind kind) {
  const auto* const preset =
      std::find_if(std::begin(kPresets), std::end(kPresets),
                   [name](const NamedPreset& each) { return each.name == name; });
  if (preset == std::end(kPresets)) {
    return absl::NotFoundError(fmt::format("preset '{}' does not exist; there are {}", name,
                                           fmt::join(PresetNames(), ", ")));
  }
  if (kind == v1::KIND_UNSPECIFIED) {
    kind = name == "hebisch" ? v1::KIND_BACKWARD : v1::KIND_FORWARD;
  }
  v1::GeneratorSpec spec = DefaultSpec();
  Merge(preset->parameters, spec);
  if (preset->parameters == presets::kLampleCharton) AdjustToKind(kind, spec);
  if (name == "lample-charton-paper") spec.mutable_leaves()->set_signed_integers(true);
  spec.set_kind(kind);
  return spec;
}

}  // namespace motzkin::generator
