#include "cli/access/local_integrator.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/access/program_path.h"
#include "cli/text/words.h"
#include "common/base/one_line.h"
#include "common/base/status_macros.h"
#include "common/job_spec/job_spec.h"
#include "common/outcome/outcome.h"
#include "common/words/words.h"
#include "common/yaml/scalar.h"

namespace motzkin::cli {
namespace {

absl::StatusOr<v1::LadderStep> ParseStep(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '=');
  v1::LadderStep step;
  uint32_t budget_ms = 0;
  const auto engines = EngineNames();
  const bool known = std::find(engines.begin(), engines.end(), parts[0]) != engines.end();
  if (parts.size() != 2 || !known || !absl::SimpleAtoi(parts[1], &budget_ms) ||
      budget_ms < kBudgetMsRange.min || budget_ms > kBudgetMsRange.max) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--ladder takes steps such as giac=100,fricas=250 (engines giac, fricas, sympy; "
        "CPU milliseconds 1 .. 600000), got '",
        text, "'"));
  }
  step.set_engine(parts[0]);
  step.set_budget_ms(budget_ms);
  return step;
}

absl::StatusOr<v1::JobSpec> ReadLadder(const std::string& text) {
  v1::JobSpec spec = DefaultJob();
  if (text.empty()) return spec;
  spec.clear_ladder();
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    ASSIGN_OR_RETURN(*spec.add_ladder(), ParseStep(part));
  }
  if (spec.ladder_size() > kLadderStepsRange.max) {
    return absl::InvalidArgumentError("--ladder takes at most 8 steps");
  }
  return spec;
}

// Returns the integrator's own sentence about the engine, which begins with the engine's name.
std::string WhyMissing(const std::string& engine, const pipe::Description& description) {
  for (const std::string& sentence : description.missing()) {
    if (sentence.starts_with(engine + " ")) return OneLine(sentence);
  }
  return engine + " is not among the engines that were started";
}

}  // namespace

void AddIntegratorFlags(CLI::App& verb, IntegratorFlags& flags) {
  verb.add_option("--ladder", flags.ladder,
                  "engines with their CPU milliseconds, e.g. giac=100,fricas=250");
  verb.add_option("--memory", flags.memory, "memory of one engine; default 1 GiB");
  AddIntegratorFlag(verb, flags.binary);
}

void AddIntegratorFlag(CLI::App& verb, std::string& binary) {
  verb.add_option("--integrator", binary, "the integrator binary; default: beside motzkin");
}

absl::StatusOr<LocalLadder> ReadFlags(const IntegratorFlags& flags) {
  LocalLadder ladder;
  ASSIGN_OR_RETURN(const v1::JobSpec spec, ReadLadder(flags.ladder));
  int64_t memory = spec.engine_memory_bytes();
  if (!flags.memory.empty()) {
    // Too little memory for an engine is an error here; otherwise the engine would only look as if
    // it were not installed.
    ASSIGN_OR_RETURN(memory, yaml::ParseBytes(flags.memory));
    for (const v1::LadderStep& step : spec.ladder()) {
      RETURN_IF_ERROR(CheckEngineMemory("--memory", step.engine(), memory));
    }
  }
  ASSIGN_OR_RETURN(ladder.options.binary, ProgramPath("integrator", flags.binary, "--integrator"));
  ladder.options.engine_memory_bytes = memory;
  ladder.options.idle_priority = false;  // A person waits for the answer.
  // A ladder may name an engine twice, with two budgets. It is started once.
  ladder.options.engines.clear();
  for (const v1::LadderStep& step : spec.ladder()) {
    if (std::find(ladder.options.engines.begin(), ladder.options.engines.end(), step.engine()) ==
        ladder.options.engines.end()) {
      ladder.options.engines.push_back(step.engine());
    }
    pipe::Step& copy = *ladder.prototype.add_ladder();
    copy.set_engine(step.engine());
    copy.set_budget_us(int64_t{1000} * step.budget_ms());
  }
  ladder.prototype.set_memory_bytes(memory);
  ladder.prototype.set_answer_bytes_max(spec.integral_bytes_max());
  return ladder;
}

absl::Duration CheckCpuMax(const pipe::Verify& question) {
  return question.lower().empty() ? kCheckCpuMax : absl::Seconds(2);
}

LocalIntegrator::LocalIntegrator(const LocalLadder& ladder) : ladder_(ladder) {}

absl::Status LocalIntegrator::EnsureStarted() {
  if (process_ != nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(process_, worker::IntegratorProcess::Start(ladder_.options));
  return absl::OkStatus();
}

absl::StatusOr<pipe::Description> LocalIntegrator::Describe() {
  RETURN_IF_ERROR(EnsureStarted());
  return process_->description();
}

absl::StatusOr<pipe::Response> LocalIntegrator::Call(pipe::Request request, absl::Duration wall) {
  RETURN_IF_ERROR(EnsureStarted());
  request.set_id(++calls_);
  const absl::Duration wall_max = std::min(wall, worker::WallMax(request));
  // After an error the process is dead, and the next call starts another.
  absl::StatusOr<pipe::Response> response = process_->Call(std::move(request), wall_max);
  if (!response.ok()) process_.reset();
  return response;
}

absl::StatusOr<pipe::Integration> LocalIntegrator::Integrate(const std::string& integrand_prefix) {
  pipe::Request request;
  *request.mutable_integrate() = ladder_.prototype;
  request.mutable_integrate()->set_integrand(integrand_prefix);
  ASSIGN_OR_RETURN(pipe::Response response, Call(std::move(request)));
  // The words of an engine may hold any bytes; CheckResponse() holds all other texts to ASCII.
  for (pipe::StepReport& step : *response.mutable_integration()->mutable_steps()) {
    step.set_message(Printable(step.message()));
  }
  return std::move(*response.mutable_integration());
}

absl::StatusOr<pipe::Judgement> LocalIntegrator::Verify(const std::string& integrand_prefix,
                                                        const std::string& candidate_prefix) {
  pipe::Verify question;
  question.set_integrand(integrand_prefix);
  question.set_candidate(candidate_prefix);
  question.set_format(pipe::Verify::FORMAT_PREFIX);
  return Verify(std::move(question), kCheckCpuMax, absl::InfiniteDuration());
}

absl::StatusOr<pipe::Judgement> LocalIntegrator::Verify(pipe::Verify question, absl::Duration cpu,
                                                        absl::Duration wall) {
  pipe::Request request;
  *request.mutable_verify() = std::move(question);
  request.set_verifier_budget_us(absl::ToInt64Microseconds(cpu));
  ASSIGN_OR_RETURN(pipe::Response response, Call(std::move(request), wall));
  return std::move(*response.mutable_judgement());
}

absl::StatusOr<pipe::JudgementBatch> LocalIntegrator::VerifyBatch(pipe::VerifyBatch questions,
                                                                  absl::Duration cpu,
                                                                  absl::Duration wall) {
  pipe::Request request;
  *request.mutable_verify_batch() = std::move(questions);
  request.set_verifier_budget_us(absl::ToInt64Microseconds(cpu));
  ASSIGN_OR_RETURN(pipe::Response response, Call(std::move(request), wall));
  return std::move(*response.mutable_judgement_batch());
}

// Only the prototype changes. The integrator was started with all engines of the ladder, and
// started again it would miss the same ones.
absl::Status DropMissingEngines(LocalLadder& ladder, LocalIntegrator& integrator) {
  ASSIGN_OR_RETURN(const pipe::Description description, integrator.Describe());
  std::vector<std::string> present;
  for (const pipe::EngineDescription& engine : description.engines()) {
    present.push_back(engine.engine());
  }
  pipe::Integrate kept = ladder.prototype;
  kept.clear_ladder();
  for (const pipe::Step& step : ladder.prototype.ladder()) {
    if (std::find(present.begin(), present.end(), step.engine()) != present.end()) {
      *kept.add_ladder() = step;
    } else {
      fmt::print(stderr, "motzkin: {}; its step is left out\n",
                 WhyMissing(step.engine(), description));
    }
  }
  // The integrator refers to this ladder, so its next request has the shorter one.
  ladder.prototype = kept;
  if (kept.ladder_size() > 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("no engine of the ladder runs here; there are: ", absl::StrJoin(present, ", ")));
}

Json EngineVersions(const pipe::Description& description) {
  Json versions = Json::object();
  for (const pipe::EngineDescription& engine : description.engines()) {
    versions[engine.engine()] = engine.version();
  }
  return versions;
}

std::string VerdictWord(const pipe::Judgement& judgement) {
  const v1::Outcome outcome = OutcomeOf(judgement.verdict());
  return outcome == v1::OUTCOME_INTEGRATED ? "verified" : Word(outcome);
}

Json ToJson(const pipe::Judgement& judgement) {
  Json json{{"verdict", VerdictWord(judgement)},
            {"complex_only", judgement.verdict() == v1::Verification::VERDICT_COMPLEX_ONLY},
            {"points_agreed", judgement.points_agreed()},
            {"points_differed", judgement.points_differed()},
            {"precision_bits", judgement.precision_bits()}};
  if (!judgement.counterexample().empty()) json["counterexample"] = judgement.counterexample();
  const auto add = [&](const char* key, const auto& intervals) {
    for (const v1::Interval& interval : intervals)
      json[key].push_back({interval.lower(), interval.upper()});
  };
  add("valid_on", judgement.valid_on());
  add("refuted_on", judgement.refuted_on());
  add("continuous_on", judgement.continuous_on());
  if (!judgement.value().empty()) {
    json["value"] = judgement.value();
    json["value_digits"] = judgement.value_digits();
  }
  if (const std::string reason = Reason(judgement); !reason.empty()) json["reason"] = reason;
  json["cpu_ms"] = static_cast<double>(judgement.cpu_us()) / 1e3;
  return json;
}

std::string Reason(const pipe::Judgement& judgement) {
  std::vector<std::string> parts;
  if (!judgement.reason().empty()) parts.push_back(judgement.reason());
  const auto add = [&](absl::string_view what, const auto& intervals) {
    if (intervals.empty()) return;
    std::string text;
    for (const v1::Interval& interval : intervals) {
      // They are exact to 1/1000. The sum makes 0 of -0.
      const auto end = [](double place) { return std::round(place * 100) / 100 + 0.0; };
      absl::StrAppend(&text, text.empty() ? "" : ", ", "[", end(interval.lower()), ", ",
                      end(interval.upper()), "]");
    }
    parts.push_back(absl::StrCat(what, " ", text));
  };
  add("right on", judgement.valid_on());
  add("wrong on", judgement.refuted_on());
  add("jumps; continuous on", judgement.continuous_on());
  return absl::StrJoin(parts, "; ");
}

Json ToJson(const pipe::Integration& integration) {
  Json json{{"outcome", Word(integration.outcome())}};
  json["integral"] = integration.integral().empty() ? Json(nullptr) : Json(integration.integral());
  if (!integration.integral().empty()) {
    json["integral_infix"] = PrefixToInfix(integration.integral());
    json["engine"] = integration.engine();
    json["answer_class"] = Word(integration.answer_class());
    json["verification"] = ToJson(integration.judgement());
  }
  json["cpu_ms"] = 1e3 * (EngineSeconds(integration) + VerifierSeconds(integration));
  json["steps"] = Json::array();
  for (const pipe::StepReport& step : integration.steps()) {
    json["steps"].push_back({{"engine", step.engine()},
                             {"outcome", Word(step.outcome())},
                             {"cpu_ms", static_cast<double>(step.cpu_us()) / 1e3},
                             {"rss_kb", step.rss_kb()},
                             {"message", step.message()}});
  }
  return json;
}

double EngineSeconds(const pipe::Integration& integration) {
  double seconds = 0;
  for (const pipe::StepReport& step : integration.steps()) {
    seconds += static_cast<double>(step.cpu_us()) / 1e6;
  }
  return seconds;
}

double VerifierSeconds(const pipe::Integration& integration) {
  double seconds = 0;
  for (const pipe::StepReport& step : integration.steps()) {
    seconds += static_cast<double>(step.verifier_us()) / 1e6;
  }
  return seconds;
}

}  // namespace motzkin::cli
