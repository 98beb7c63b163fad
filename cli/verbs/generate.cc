// motzkin generate PRESET prints random functions, one in each line, without a cluster.
#include <fmt/core.h>

#include <cstdio>

#include "cli/text/json.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/expression/printer.h"
#include "common/generator/function_sampler.h"
#include "common/generator/presets.h"
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
  expression::Format format = expression::Format::kInfix;
};

// Prints one function as a line. If the kind knows the integral, it follows behind a tab.
absl::Status PrintFunction(const GenerateOptions& options, bool json, int64_t index,
                           const generator::GeneratedFunction& function) {
  ASSIGN_OR_RETURN(const std::string integrand,
                   expression::Print(function.integrand, options.format));
  std::string integral;
  if (function.known_integral != nullptr) {
    ASSIGN_OR_RETURN(integral, expression::Print(function.known_integral, options.format));
  }
  if (json) {
    Json line{{"index", index}, {"integrand", integrand}};
    if (!integral.empty()) line["integral"] = integral;
    line["canonical_hash"] = fmt::format("{:016x}", function.canonical_hash);
    line["skeleton_hash"] = fmt::format("{:016x}", function.skeleton_hash);
    PrintJson(line, /*pretty=*/false);
  } else {
    fmt::print("{}{}{}\n", integrand, integral.empty() ? "" : "\t", integral);
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Generate(const Globals& globals, const GenerateOptions& options) {
  ASSIGN_OR_RETURN(const v1::GeneratorSpec spec,
                   generator::Preset(options.preset, FromWord<v1::Kind>(options.kind)));
  ASSIGN_OR_RETURN(const uint64_t seed, yaml::ParseUnsigned(options.seed));
  ASSIGN_OR_RETURN(const generator::FunctionSampler sampler,
                   generator::FunctionSampler::Create(spec));
  for (int64_t index = options.first; index < options.first + options.count; ++index) {
    // A pool for each function, because a pool frees its memory only as a whole.
    expression::Pool pool;
    ASSIGN_OR_RETURN(const generator::GeneratedFunction function,
                     sampler.Generate(seed, index, pool));
    RETURN_IF_ERROR(PrintFunction(options, globals.json, index, function));
    // A full disk ends the loop, which may be of a trillion functions.
    if (std::ferror(stdout) != 0) return absl::DataLossError("cannot write to stdout");
  }
  return kExitOk;
}

}  // namespace

void AddGenerate(const VerbContext& context) {
  const auto [verb, options] =
      AddVerb(context, "generate",
              "print random functions; the same seed gives the same ones everywhere", Generate);
  verb.add_option("PRESET", options.preset,
                  "intclass, lample-charton, lample-charton-paper or hebisch")
      ->required();
  verb.add_option("--count", options.count, "how many; default 10")
      ->check(CLI::Range(int64_t{0}, int64_t{1'000'000'000'000}));
  verb.add_option("--first", options.first, "index of the first; default 0")
      ->check(CLI::Range(int64_t{0}, int64_t{1'000'000'000'000}));
  verb.add_option("--seed", options.seed, "0 .. 2^64-1; default 1");
  verb.add_option("--format", options.format, "prefix, infix, sympy or latex; default infix")
      ->transform(CLI::CheckedTransformer(dataset::kNotations));
  verb.add_option("--kind", options.kind, "forward, backward or by_parts; default: the preset's")
      ->check(CLI::IsMember({"forward", "backward", "by_parts"}));
}

}  // namespace motzkin::cli
