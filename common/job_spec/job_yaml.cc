#include "common/job_spec/job_yaml.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/string_view.h>

#include <map>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/base/string_view.h"
#include "common/job_spec/job_spec.h"
#include "common/words/words.h"
#include "common/yaml/strict_yaml.h"

namespace motzkin {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using yaml::StrictMap;
using SymbolField = google::protobuf::RepeatedPtrField<v1::WeightedSymbol>;

// Returns the words of an enum with their values, for a setting that is one of them.
template <typename Enum>
std::vector<std::pair<std::string_view, Enum>> Choices() {
  std::vector<std::pair<std::string_view, Enum>> choices;
  for (const std::string& word : Words<Enum>()) choices.emplace_back(word, FromWord<Enum>(word));
  choices.erase(choices.begin());  // a file cannot choose "unspecified"
  return choices;
}

// Reads `key` into the field of that name, an int32 or uint32.
void ReadInteger(StrictMap& map, const std::string& key, Range range, Message& message) {
  const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(key);
  const Reflection& reflection = *message.GetReflection();
  const bool is_signed = field->cpp_type() == FieldDescriptor::CPPTYPE_INT32;
  int64_t value = is_signed ? reflection.GetInt32(message, field)
                            : int64_t{reflection.GetUInt32(message, field)};
  // A value that is refused leaves `value` as it was. Finish() reports it, so what is set is never
  // used.
  map.Integer(key, value, range.min, range.max);
  if (is_signed) {
    reflection.SetInt32(&message, field, static_cast<int32_t>(value));
  } else {
    reflection.SetUInt32(&message, field, static_cast<uint32_t>(value));
  }
}

// Reads `key` into the field of that name, a bool.
void ReadBoolean(StrictMap& map, const std::string& key, Message& message) {
  const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(key);
  bool value = message.GetReflection()->GetBool(message, field);
  map.Boolean(key, value);
  message.GetReflection()->SetBool(&message, field, value);
}

void ReadSymbols(StrictMap& map, std::string_view key, SymbolField& symbols) {
  if (!map.Has(key)) return;
  std::vector<std::pair<std::string, int64_t>> read;
  map.IntegerMap(key, read, generator::kWeightRange.min, generator::kWeightRange.max);
  // A list of operators replaces the preset's; merging the two would leave no way to remove one.
  symbols.Clear();
  for (const auto& [symbol, weight] : read) {
    v1::WeightedSymbol& added = *symbols.Add();
    added.set_symbol(symbol);
    added.set_weight(static_cast<uint32_t>(weight));
  }
}

void ReadLeaves(StrictMap map, v1::LeafSpec& leaves) {
  ReadInteger(map, "variable_permille", generator::kVariablePermilleRange, leaves);
  v1::LeafSpec::Integers integers = leaves.integers();
  map.Choice("integers", integers, Choices<v1::LeafSpec::Integers>());
  leaves.set_integers(integers);
  ReadInteger(map, "integer_min", generator::kIntegerRange, leaves);
  ReadInteger(map, "integer_max", generator::kIntegerRange, leaves);
  ReadBoolean(map, "signed_integers", leaves);
}

void ReadNodes(StrictMap& map, v1::GeneratorSpec& spec) {
  ReadInteger(map, "nodes_min", generator::kNodesRange, spec);
  ReadInteger(map, "nodes_max", generator::kNodesRange, spec);
  ReadInteger(map, "small_one_in", generator::kSmallOneInRange, spec);
  ReadInteger(map, "small_nodes_min", generator::kNodesRange, spec);
  ReadInteger(map, "small_nodes_max", generator::kNodesRange, spec);
  ReadInteger(map, "parts_nodes_min", generator::kNodesRange, spec);
  ReadInteger(map, "parts_nodes_max", generator::kNodesRange, spec);
}

void ReadFilters(StrictMap& map, v1::GeneratorSpec& spec) {
  ReadInteger(map, "tokens_max", generator::kTokensRange, spec);
  ReadInteger(map, "nested_exponentials_max", generator::kNestedExponentialsRange, spec);
  ReadBoolean(map, "drop_shrunk", spec);
  ReadInteger(map, "drop_constant_permille", generator::kPermilleRange, spec);
  ReadBoolean(map, "canonicalize", spec);
}

// Reads everything but `kind`, which is read before, because it selects the preset's parameters.
void ReadGenerator(StrictMap& map, v1::GeneratorSpec& spec) {
  // Any version is read here. ValidateJobSpec() refuses those that this build lacks.
  ReadInteger(map, "version", {1, UINT32_MAX}, spec);
  ReadInteger(map, "canonical_version", {1, UINT32_MAX}, spec);
  ReadSymbols(map, "unary", *spec.mutable_unary());
  ReadSymbols(map, "binary", *spec.mutable_binary());
  ReadLeaves(map.Map("leaves"), *spec.mutable_leaves());
  ReadNodes(map, spec);
  ReadFilters(map, spec);
}

void ReadLadder(StrictMap& file, v1::JobSpec& spec) {
  // The call of Maps() makes the key known, so that Finish() suggests it for a misspelt one.
  if (!file.Has("ladder")) return void(file.Maps("ladder"));
  // A ladder replaces the default one, too.
  spec.clear_ladder();
  for (StrictMap& step : file.Maps("ladder")) {
    v1::LadderStep& added = *spec.add_ladder();
    std::vector<std::pair<std::string_view, std::string>> engines;
    for (const std::string_view engine : EngineNames()) {
      engines.emplace_back(engine, std::string(engine));
    }
    step.Choice("engine", *added.mutable_engine(), engines);
    ReadInteger(step, "budget_ms", kBudgetMsRange, added);
    if (!step.Has("engine") || !step.Has("budget_ms")) {
      file.Fail("ladder", "steps need an engine and a budget_ms");
    }
  }
}

void ReadTarget(StrictMap& file, v1::JobSpec& spec) {
  int64_t target = spec.target();
  file.Count("target", target, kTargetRange.min, kTargetRange.max);
  spec.set_target(target);
  ReadBoolean(file, "target_integrated", spec);
  int64_t rows_max = spec.rows_max();
  file.Count("rows_max", rows_max, 0, INT64_MAX);
  spec.set_rows_max(rows_max);
  int64_t bytes_max = spec.bytes_max();
  file.Bytes("bytes_max", bytes_max, 0, INT64_MAX);
  spec.set_bytes_max(bytes_max);
}

void ReadLimits(StrictMap& file, v1::JobSpec& spec) {
  v1::Answers answers = spec.answers();
  file.Choice("answers", answers, Choices<v1::Answers>());
  spec.set_answers(answers);
  int64_t memory = spec.engine_memory_bytes();
  file.Bytes("engine_memory_bytes", memory, kEngineMemoryRange.min, kEngineMemoryRange.max);
  spec.set_engine_memory_bytes(memory);
  int64_t integral = spec.integral_bytes_max();
  file.Bytes("integral_bytes_max", integral, kIntegralBytesRange.min, kIntegralBytesRange.max);
  spec.set_integral_bytes_max(static_cast<int32_t>(integral));
  std::map<std::string, std::string> versions(spec.engine_versions().begin(),
                                              spec.engine_versions().end());
  file.StringMap("engine_versions", versions);
  spec.clear_engine_versions();
  for (auto& [engine, version] : versions) (*spec.mutable_engine_versions())[engine] = version;
}

// A file "jobs/my-job.yaml" names its job "my-job".
std::string Stem(std::string_view filename) {
  const size_t slash = filename.rfind('/');
  if (slash != std::string_view::npos) filename.remove_prefix(slash + 1);
  return std::string(filename.substr(0, filename.find('.')));
}

std::string PrintSymbols(const SymbolField& symbols) {
  return absl::StrCat("{",
                      absl::StrJoin(symbols, ", ",
                                    [](std::string* out, const v1::WeightedSymbol& symbol) {
                                      absl::StrAppend(out, symbol.symbol(), ": ", symbol.weight());
                                    }),
                      "}");
}

absl::string_view Bool(bool value) { return value ? "true" : "false"; }
std::string PrintGenerator(const v1::GeneratorSpec& spec) {
  const v1::LeafSpec& leaves = spec.leaves();
  return absl::StrCat(
      "generator:\n  version: ", spec.version(),
      "\n  canonical_version: ", spec.canonical_version(), "\n  kind: ", Word(spec.kind()),
      "\n  unary: ", PrintSymbols(spec.unary()), "\n  binary: ", PrintSymbols(spec.binary()),
      "\n  leaves:\n    variable_permille: ", leaves.variable_permille(),
      "\n    integers: ", Word(leaves.integers()), "\n    integer_min: ", leaves.integer_min(),
      "\n    integer_max: ", leaves.integer_max(),
      "\n    signed_integers: ", Bool(leaves.signed_integers()),
      "\n  nodes_min: ", spec.nodes_min(), "\n  nodes_max: ", spec.nodes_max(),
      "\n  small_one_in: ", spec.small_one_in(), "\n  small_nodes_min: ", spec.small_nodes_min(),
      "\n  small_nodes_max: ", spec.small_nodes_max(),
      "\n  parts_nodes_min: ", spec.parts_nodes_min(),
      "\n  parts_nodes_max: ", spec.parts_nodes_max(), "\n  tokens_max: ", spec.tokens_max(),
      "\n  nested_exponentials_max: ", spec.nested_exponentials_max(),
      "\n  drop_shrunk: ", Bool(spec.drop_shrunk()),
      "\n  drop_constant_permille: ", spec.drop_constant_permille(),
      "\n  canonicalize: ", Bool(spec.canonicalize()), "\n");
}

}  // namespace

absl::StatusOr<v1::JobSpec> ParseJobYaml(std::string_view text, std::string_view filename) {
  ASSIGN_OR_RETURN(StrictMap file, StrictMap::Parse(text, filename));
  std::string preset;
  file.String("preset", preset);
  // The preset and the kind come first, because they set the values that all other keys change.
  StrictMap generator = file.Map("generator");
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  generator.Choice("kind", kind, Choices<v1::Kind>());
  v1::JobSpec spec = DefaultJob();
  spec.set_name(Stem(filename));
  if (!preset.empty()) {
    absl::StatusOr<v1::JobSpec> base = JobFromPreset(preset, kind);
    if (!base.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(ToAbsl(filename), ":", file.Line("preset"), ": ", base.status().message()));
    }
    spec = *std::move(base);
  }
  file.String("name", *spec.mutable_name());
  uint64_t seed = spec.seed();
  file.Unsigned("seed", seed);
  spec.set_seed(seed);
  ReadTarget(file, spec);
  ReadLadder(file, spec);
  ReadLimits(file, spec);
  if (kind != v1::KIND_UNSPECIFIED) spec.mutable_generator()->set_kind(kind);
  ReadGenerator(generator, *spec.mutable_generator());
  // Mistakes in the file are reported before mistakes in the job, because they have a line number.
  RETURN_IF_ERROR(file.Finish());
  if (const absl::Status valid = ValidateJobSpec(spec); !valid.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(ToAbsl(filename), ": ", valid.message()));
  }
  return spec;
}

std::string JobToYaml(const v1::JobSpec& spec) {
  // Quoted, because a name such as `null` would be read as another type.
  std::string text = absl::StrCat("name: \"", spec.name(), "\"\n");
  if (!spec.preset().empty()) absl::StrAppend(&text, "preset: \"", spec.preset(), "\"\n");
  absl::StrAppend(&text, "seed: ", spec.seed(), "\ntarget: ", spec.target(),
                  "\ntarget_integrated: ", Bool(spec.target_integrated()),
                  "\nrows_max: ", spec.rows_max(), "\nbytes_max: ", spec.bytes_max(),
                  "\nladder:\n");
  for (const v1::LadderStep& step : spec.ladder()) {
    absl::StrAppend(&text, "  - {engine: ", step.engine(), ", budget_ms: ", step.budget_ms(),
                    "}\n");
  }
  absl::StrAppend(&text, "answers: ", Word(spec.answers()),
                  "\nengine_memory_bytes: ", spec.engine_memory_bytes(),
                  "\nintegral_bytes_max: ", spec.integral_bytes_max(), "\n");
  // A map of protobuf has no fixed order.
  const std::map<std::string, std::string> versions(spec.engine_versions().begin(),
                                                    spec.engine_versions().end());
  if (!versions.empty()) absl::StrAppend(&text, "engine_versions:\n");
  for (const auto& [engine, version] : versions) {
    absl::StrAppend(&text, "  ", engine, ": \"", version, "\"\n");
  }
  absl::StrAppend(&text, PrintGenerator(spec.generator()));
  return text;
}

}  // namespace motzkin
