// motzkin show JOB/INDEX prints all that is known of one function.
#include <absl/strings/str_cat.h>
#include <fmt/core.h>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/text/words.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"
#include "common/yaml/scalar.h"

namespace motzkin::cli {
namespace {

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
  for (const v1::StepResult& step : result.steps()) {
    fmt::print("step       {} {}: {}, {:.1f} ms CPU, {} kB, verifier {:.2f} ms{}{}\n",
               step.engine(), step.version(), Word(step.outcome()),
               static_cast<double>(step.cpu_us()) / 1e3, step.rss_kb(),
               static_cast<double>(step.verifier_us()) / 1e3, step.message().empty() ? "" : "; ",
               step.message());
  }
  fmt::print("computed   by {}, attempt {}, speed factor {:.2f}, {}\n", response.worker(),
             response.attempt(), result.speed_factor(),
             absl::FormatTime(absl::FromUnixSeconds(response.create_time().seconds()),
                              absl::LocalTimeZone()));
  if (!response.split().empty()) fmt::print("split      {}\n", response.split());
}

absl::StatusOr<int> RunShow(const Globals& globals, const std::string& which) {
  ASSIGN_OR_RETURN(const v1::GetResultRequest request, ParseWhich(which));
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::GetResultResponse response, client.Result(request));
  if (!globals.json) {
    Print(response);
    return kExitOk;
  }
  Json json{{"job", response.job().spec().name()}};
  json.update(ToJson(response.result()));
  json["worker"] = response.worker();
  json["attempt"] = response.attempt();
  json["split"] = response.split();
  PrintJson(json);
  return kExitOk;
}

}  // namespace

void AddShow(const VerbContext& context) {
  const auto [verb, which] = AddVerb(context, "show", "show one function of a job", RunShow);
  verb.add_option("JOB/INDEX", which, "for instance demo/42")->required();
}

}  // namespace motzkin::cli
