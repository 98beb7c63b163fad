// motzkin integrate EXPR runs one function through sandbox, ladder and verifier.
#include <fmt/core.h>

#include "cli/access/local_integrator.h"
#include "cli/text/read_expression.h"
#include "cli/text/report.h"
#include "cli/text/words.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"

namespace motzkin::cli {
namespace {

struct IntegrateOptions {
  std::string expression;
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
    if (!judgement.reason().empty()) fmt::print("          {}\n", judgement.reason());
    if (!judgement.counterexample().empty()) {
      fmt::print("          differs at x = {}\n", judgement.counterexample());
    }
  }
  PrintSteps(integration);
  fmt::print("CPU       {:.1f} ms engines, {:.2f} ms verifier\n", 1e3 * EngineSeconds(integration),
             1e3 * VerifierSeconds(integration));
}

absl::StatusOr<int> RunIntegrate(const Globals& globals, const IntegrateOptions& options) {
  const absl::StatusOr<std::string> prefix = ReadAsPrefix(options.expression);
  if (!prefix.ok()) {
    // An expression that is too large is RESOURCE_EXHAUSTED, but for the user it is bad input, too.
    return absl::InvalidArgumentError(std::string(prefix.status().message()) +
                                      Caret(prefix.status(), options.expression));
  }
  ASSIGN_OR_RETURN(LocalLadder ladder, ReadFlags(options.integrator));
  LocalIntegrator integrator(ladder);
  if (const absl::Status status = DropMissingEngines(ladder, integrator); !status.ok()) {
    Report(status);
    return kExitFailure;  // UNAVAILABLE would become the code for "no coordinator answers".
  }
  const absl::StatusOr<pipe::Integration> integration = integrator.Integrate(*prefix);
  if (!integration.ok()) {
    Report(integration.status());
    return kExitFailure;
  }
  if (globals.json) {
    Json json{{"integrand", *prefix}};
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
                  "a function of x: infix (SymPy, C, giac, FriCAS), prefix tokens or LaTeX")
      ->required();
  AddIntegratorFlags(verb, options.integrator);
}

}  // namespace motzkin::cli
