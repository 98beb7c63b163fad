// motzkin generate PRESET prints random functions, one in each line, without a cluster; with --like,
// near variants of a function.
#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>
#include <fmt/core.h>

#include <cstdio>
#include <map>

#include "cli/text/json.h"
#include "cli/text/read_expression.h"
#include "cli/verbs/verb.h"
#include "common/base/one_line.h"
#include "common/base/status_macros.h"
#include "common/expression/printer.h"
#include "common/generator/function_sampler.h"
#include "common/generator/presets.h"
#include "common/generator/variant_sampler.h"
#include "common/words/words.h"
#include "common/yaml/scalar.h"
#include "dataset/option_words.h"

namespace motzkin::cli {
namespace {

struct GenerateOptions {
  std::string preset;
  std::string kind;
  int64_t count = 10;
  int64_t first = 0;
  std::string seed = "1";
  std::string like;
  expression::Format format = expression::Format::kInfix;
};

// Variants that were printed already may follow each other this often before there are no others.
constexpr int kRepeatedMax = 1'000;
// --like takes its operators from this preset unless another is named.
constexpr const char* kPresetOfVariants = "lample-charton";

const std::map<generator::Change, std::string> kChangeWords = {
    {generator::Change::kConstants, "constants"},
    {generator::Change::kOneMore, "one more operator"},
    {generator::Change::kOneLess, "one operator less"}};

// Prints one function as a line. If the kind knows the integral, it follows behind a tab.
absl::Status PrintFunction(const GenerateOptions& options, bool json, int64_t index,
                           const generator::GeneratedFunction& function,
                           const std::string& change = "") {
  ASSIGN_OR_RETURN(const std::string integrand,
                   expression::Print(function.integrand, options.format));
  std::string integral;
  if (function.known_integral != nullptr) {
    ASSIGN_OR_RETURN(integral, expression::Print(function.known_integral, options.format));
  }
  if (json) {
    Json line{{"index", index}, {"integrand", integrand}};
    if (!integral.empty()) line["integral"] = integral;
    if (!change.empty()) line["change"] = change;
    line["canonical_hash"] = fmt::format("{:016x}", function.canonical_hash);
    line["skeleton_hash"] = fmt::format("{:016x}", function.skeleton_hash);
    PrintJson(line, /*pretty=*/false);
  } else {
    fmt::print("{}{}{}\n", integrand, integral.empty() ? "" : "\t", integral);
  }
  // A full disk ends the loop, which may be of a trillion functions.
  if (std::ferror(stdout) != 0) return absl::DataLossError("cannot write to stdout");
  return absl::OkStatus();
}

absl::StatusOr<int> GenerateVariants(const Globals& globals, const GenerateOptions& options,
                                     const v1::GeneratorSpec& spec, uint64_t seed) {
  expression::Pool pool;
  const absl::StatusOr<expression::Expr> like = ReadExpression(options.like, pool);
  if (!like.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--like: ", like.status().message(), Caret(like.status(), options.like)));
  }
  const auto sampler = generator::VariantSampler::Create(*like, spec);
  if (!sampler.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--like '", options.like, "': ", sampler.status().message()));
  }
  absl::flat_hash_set<uint64_t> printed;
  int repeated = 0;
  for (int64_t index = 0; std::ssize(printed) < options.count && repeated < kRepeatedMax; ++index) {
    pool.Clear();
    const absl::StatusOr<generator::Variant> variant = sampler->Generate(seed, index, pool);
    // One that is hard to find is left out like one that was there before.
    if (!variant.ok() || !printed.insert(variant->function.canonical_hash).second) {
      ++repeated;
      continue;
    }
    repeated = 0;
    RETURN_IF_ERROR(PrintFunction(options, globals.json, index, variant->function,
                                  kChangeWords.at(variant->change)));
  }
  if (std::ssize(printed) < options.count) {
    fmt::print(stderr, "motzkin: only {} variants of {} were found\n", printed.size(),
               OneLine(options.like));
  }
  return kExitOk;
}

absl::StatusOr<int> Generate(const Globals& globals, const GenerateOptions& options) {
  const bool variants = !options.like.empty();
  if (options.preset.empty() && !variants) {
    return absl::InvalidArgumentError("name a PRESET, or a function with --like");
  }
  ASSIGN_OR_RETURN(const v1::GeneratorSpec spec,
                   generator::Preset(options.preset.empty() ? kPresetOfVariants : options.preset,
                                     FromWord<v1::Kind>(options.kind)));
  ASSIGN_OR_RETURN(const uint64_t seed, yaml::ParseUnsigned(options.seed));
  if (variants) return GenerateVariants(globals, options, spec, seed);
  ASSIGN_OR_RETURN(const generator::FunctionSampler sampler,
                   generator::FunctionSampler::Create(spec));
  for (int64_t index = options.first; index < options.first + options.count; ++index) {
    // A pool for each function, because a pool frees its memory only as a whole.
    expression::Pool pool;
    ASSIGN_OR_RETURN(const generator::GeneratedFunction function,
                     sampler.Generate(seed, index, pool));
    RETURN_IF_ERROR(PrintFunction(options, globals.json, index, function));
  }
  return kExitOk;
}

}  // namespace

void AddGenerate(const VerbContext& context) {
  const auto [verb, options] =
      AddVerb(context, "generate",
              "print random functions; the same seed gives the same ones everywhere", Generate);
  verb.add_option("PRESET", options.preset,
                  "intclass, lample-charton, lample-charton-paper or hebisch; with --like, where "
                  "operators come from (default: lample-charton)");
  CLI::Option* const like = verb.add_option(
      "--like", options.like,
      "print near variants of this function: other constants, or one operator more or less");
  verb.add_option("--count", options.count, "how many; default 10")
      ->check(CLI::Range(int64_t{0}, int64_t{1'000'000'000'000}));
  verb.add_option("--first", options.first, "index of the first; default 0")
      ->check(CLI::Range(int64_t{0}, int64_t{1'000'000'000'000}))
      ->excludes(like);
  verb.add_option("--seed", options.seed, "0 .. 2^64-1; default 1");
  verb.add_option("--format", options.format, "prefix, infix, sympy or latex; default infix")
      ->transform(CLI::CheckedTransformer(dataset::kNotations));
  verb.add_option("--kind", options.kind, "forward, backward or by_parts; default: the preset's")
      ->check(CLI::IsMember({"forward", "backward", "by_parts"}))
      ->excludes(like);
}

}  // namespace motzkin::cli
