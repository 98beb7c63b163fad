// motzkin show JOB/INDEX prints all that is known of one function. With --redo it computes the
// function again on this machine and compares.
#include <absl/strings/str_cat.h>
#include <fmt/core.h>

#include <memory>
#include <optional>
#include <set>

#include "cli/access/function_pool.h"
#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/text/words.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"
#include "common/yaml/scalar.h"

namespace motzkin::cli {
namespace {

struct ShowFlags {
  std::string which;
  bool redo = false;
  std::string integrator;
};

// The function as this machine computes it.
struct Redone {
  v1::Result integrated;  // drawn, and integrated with the job's ladder
  v1::Result judged;      // drawn, with the stored integral verified; empty if none counts
  bool same_function = false;
  bool same_answer = false;  // Always true if no stored integral counts.

  bool agrees() const { return same_function && same_answer; }
};

absl::StatusOr<v1::GetResultRequest> ParseWhich(const std::string& which) {
  const size_t slash = which.rfind('/');
  if (slash == std::string::npos || slash == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected JOB/INDEX such as demo/42, got '", which, "'"));
  }
  v1::GetResultRequest request;
  request.set_job(which.substr(0, slash));
  ASSIGN_OR_RETURN(const int64_t index, yaml::ParseInteger(which.substr(slash + 1)));
  request.set_index(index);
  return request;
}

void PrintVerification(const v1::Verification& verification) {
  fmt::print("check      {}: {} points agree, {} differ, {} bits\n", Word(verification.verdict()),
             verification.points_agreed(), verification.points_differed(),
             verification.precision_bits());
  if (!verification.counterexample().empty()) {
    fmt::print("           differs at x = {}\n", verification.counterexample());
  }
  for (const v1::Interval& interval : verification.valid_on()) {
    fmt::print("           right on [{}, {}]\n", interval.lower(), interval.upper());
  }
}

void PrintSteps(const v1::Result& result) {
  for (const v1::StepResult& step : result.steps()) {
    fmt::print("step       {}{}{}: {}, {:.1f} ms CPU, {} kB, verifier {:.2f} ms{}{}\n",
               step.engine(), step.version().empty() ? "" : " ", step.version(),
               Word(step.outcome()), static_cast<double>(step.cpu_us()) / 1e3, step.rss_kb(),
               static_cast<double>(step.verifier_us()) / 1e3, step.message().empty() ? "" : "; ",
               step.message());
  }
}

void Print(const v1::GetResultResponse& response) {
  const v1::Result& result = response.result();
  fmt::print("function   {}/{}\n", response.job().spec().name(), result.index());
  fmt::print("integrand  {}\n", PrefixToInfix(result.integrand()));
  fmt::print("outcome    {}\n", Word(result.outcome()));
  if (!result.integral().empty()) {
    fmt::print("integral   {}\n", PrefixToInfix(result.integral()));
    fmt::print("answer     {}, {}{}\n", result.engine(), Word(result.answer_class()),
               result.has_abs() ? ", with abs or sign" : "");
    PrintVerification(result.verification());
  }
  PrintSteps(result);
  fmt::print("computed   by {}, attempt {}, speed factor {:.2f}, {}\n", response.worker(),
             response.attempt(), result.speed_factor(),
             absl::FormatTime(absl::FromUnixSeconds(response.create_time().seconds()),
                              absl::LocalTimeZone()));
  if (!response.split().empty()) fmt::print("split      {}\n", response.split());
}

absl::StatusOr<Redone> Redo(const v1::GetResultResponse& response, const ShowFlags& flags) {
  const v1::Result& stored = response.result();
  ASSIGN_OR_RETURN(const LocalJob job, LocalJob::Create(response.job().spec(), flags.integrator));
  std::set<std::string> engines;  // A ladder may name an engine twice.
  for (const v1::LadderStep& step : job.spec().ladder()) engines.insert(step.engine());
  const std::unique_ptr<worker::FunctionRunner> runner =
      job.MakeRunner({engines.begin(), engines.end()});
  Redone redone;
  ASSIGN_OR_RETURN(redone.integrated, runner->Run(job.TaskOf({.index = stored.index()})));
  // The seed decides the function, so another integrand means another generator, and nothing below
  // it can agree.
  redone.same_function = redone.integrated.integrand() == stored.integrand() &&
                         redone.integrated.canonical_hash() == stored.canonical_hash() &&
                         redone.integrated.skeleton_hash() == stored.skeleton_hash();
  // Outcomes other than an integral depend on budgets and on the machine. That they come out
  // differently is shown, but does not count as a disagreement.
  redone.same_answer = stored.outcome() != v1::OUTCOME_INTEGRATED;
  if (redone.same_answer) return redone;
  ASSIGN_OR_RETURN(
      redone.judged,
      runner->Run(job.TaskOf({.index = stored.index(), .candidate = stored.integral()})));
  redone.same_answer = redone.judged.outcome() == v1::OUTCOME_INTEGRATED &&
                       redone.judged.answer_class() == stored.answer_class() &&
                       redone.judged.has_abs() == stored.has_abs();
  return redone;
}

void Print(const v1::Result& stored, const Redone& redone) {
  const v1::Result& here = redone.integrated;
  fmt::print("\nredo       drawn again here: {}\n",
             redone.same_function ? "the same function" : "ANOTHER FUNCTION");
  if (!redone.same_function) fmt::print("integrand  {}\n", PrefixToInfix(here.integrand()));
  if (redone.judged.has_verification()) {
    fmt::print("redo       the stored integral verified again here: {}\n",
               redone.same_answer ? "it is right" : "IT IS NOT WHAT THE ROW SAYS");
    PrintVerification(redone.judged.verification());
  }
  fmt::print("redo       integrated again here: {}{}\n", Word(here.outcome()),
             here.outcome() == stored.outcome() ? ", as stored"
                                                : ", unlike the stored row: a budget may be near");
  if (!here.integral().empty() && here.integral() != stored.integral()) {
    fmt::print("integral   {}\n", PrefixToInfix(here.integral()));
  }
  PrintSteps(here);
}

absl::StatusOr<int> RunShow(const Globals& globals, const ShowFlags& flags) {
  ASSIGN_OR_RETURN(const v1::GetResultRequest request, ParseWhich(flags.which));
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::GetResultResponse response, client.Result(request));
  std::optional<Redone> redone;
  if (flags.redo) {
    ASSIGN_OR_RETURN(redone, Redo(response, flags));
  }
  const int code = redone.has_value() && !redone->agrees() ? kExitFailure : kExitOk;
  if (!globals.json) {
    Print(response);
    if (redone.has_value()) Print(response.result(), *redone);
    return code;
  }
  Json json{{"job", response.job().spec().name()}};
  json.update(ToJson(response.result()));
  json["worker"] = response.worker();
  json["attempt"] = response.attempt();
  json["split"] = response.split();
  if (redone.has_value()) {
    json["redo"] = {{"agrees", redone->agrees()},
                    {"same_function", redone->same_function},
                    {"same_answer", redone->same_answer},
                    {"result", ToJson(redone->integrated)}};
  }
  PrintJson(json);
  return code;
}

}  // namespace

void AddShow(const VerbContext& context) {
  const auto [verb, flags] = AddVerb(context, "show", "show one function of a job", RunShow);
  verb.add_option("JOB/INDEX", flags.which, "for instance demo/42")->required();
  verb.add_flag("--redo", flags.redo,
                "draw, integrate and verify it again on this machine, and compare");
  verb.add_option("--integrator", flags.integrator,
                  "the integrator binary for --redo; default: beside motzkin");
}

}  // namespace motzkin::cli
