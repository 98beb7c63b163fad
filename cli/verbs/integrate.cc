// motzkin integrate EXPR runs one function through sandbox, ladder and verifier.
#include <fmt/core.h>

#include <iostream>

#include "cli/access/local_integrator.h"
#include "cli/reading/function_file.h"
#include "cli/text/report.h"
#include "cli/text/words.h"
#include "cli/verbs/reading_flags.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"

namespace motzkin::cli {
namespace {

struct IntegrateOptions {
  std::string expression;
  ReadingFlags reading;
  IntegratorFlags integrator;
};

void PrintSteps(const pipe::Integration& integration) {
  for (const pipe::StepReport& step : integration.steps()) {
    fmt::print("step      {}: {}, {:.1f} ms CPU{}{}\n", step.engine(), Word(step.outcome()),
               static_cast<double>(step.cpu_us()) / 1e3, step.message().empty() ? "" : "; ",
               Shortened(step.message(), 200));
  }
}

void Print(const pipe::Integration& integration) {
  if (integration.integral().empty()) {
    fmt::print("integral  none: {}\n", Word(integration.outcome()));
  } else {
    const pipe::Judgement& judgement = integration.judgement();
    fmt::print("integral  {}\n", PrefixToInfix(integration.integral()));
    fmt::print("engine    {}\n", integration.engine());
    fmt::print("verdict   {}{}: {} points agree, {} differ\n", VerdictWord(judgement),
               judgement.verdict() == v1::Verification::VERDICT_COMPLEX_ONLY
                   ? " at complex points only"
                   : "",
               judgement.points_agreed(), judgement.points_differed());
    if (const std::string reason = Reason(judgement); !reason.empty())
      fmt::print("          {}\n", reason);
    if (!judgement.counterexample().empty()) {
      fmt::print("          differs at x = {}\n", judgement.counterexample());
    }
  }
  PrintSteps(integration);
  fmt::print("CPU       {:.1f} ms engines, {:.2f} ms verifier\n", 1e3 * EngineSeconds(integration),
             1e3 * VerifierSeconds(integration));
}

// Returns what stdin holds, up to a byte more than a function may have.
std::string FromStdin() {
  std::string text(kEntryBytesMax + 1, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::cin.gcount()));
  return text;
}

absl::StatusOr<int> RunIntegrate(const Globals& globals, const IntegrateOptions& options) {
  ASSIGN_OR_RETURN(const ReadingOptions reading, ReadFlags(options.reading));
  const std::string text = options.expression == "-" ? FromStdin() : options.expression;
  const absl::StatusOr<FunctionItem> item = FunctionFile::ReadOne(text, reading);
  // An expression that is too large is RESOURCE_EXHAUSTED, but for the user it is bad input, too.
  if (!item.ok()) return absl::InvalidArgumentError(item.status().message());
  ReportNotes(item->notes);
  if (item->definite) {
    return absl::InvalidArgumentError(
        "a definite integral; `motzkin evaluate FILE --details -` computes its value");
  }
  const std::string& prefix = *item->integrand;
  ASSIGN_OR_RETURN(LocalLadder ladder, ReadFlags(options.integrator));
  LocalIntegrator integrator(ladder);
  if (const absl::Status status = DropMissingEngines(ladder, integrator); !status.ok()) {
    Report(status);
    return kExitFailure;  // UNAVAILABLE would become the code for "no coordinator answers".
  }
  const absl::StatusOr<pipe::Integration> integration = integrator.Integrate(prefix);
  if (!integration.ok()) {
    Report(integration.status());
    return kExitFailure;
  }
  if (globals.json) {
    Json json{{"integrand", prefix}};
    json.update(ToJson(*integration));
    PrintJson(json);
  } else {
    Print(*integration);
  }
  return integration->outcome() == v1::OUTCOME_INTEGRATED ? kExitOk : kExitNoIntegral;
}

}  // namespace

void AddIntegrate(const VerbContext& context) {
  const auto [verb, options] =
      AddVerb(context, "integrate", "integrate one function here, without a cluster", RunIntegrate);
  verb.add_option("EXPR", options.expression,
                  "a function of x: infix (SymPy, C, giac, FriCAS, Maple, Mathematica), prefix "
                  "tokens, LaTeX, or a line of a file that evaluate reads; - is stdin")
      ->required();
  AddDialectFlag(verb, options.reading);
  AddIntegratorFlags(verb, options.integrator);
}

}  // namespace motzkin::cli
