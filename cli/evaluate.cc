// motzkin evaluate FILE.jsonl: the ladder solves integrands, or the verifier judges candidate
// answers.
#include <absl/synchronization/mutex.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iostream>
#include <thread>

#include "cli/evaluate_input.h"
#include "cli/evaluate_summary.h"
#include "cli/local_integrator.h"
#include "cli/verb.h"
#include "cli/words.h"
#include "common/base/status_macros.h"

namespace motzkin::cli {
namespace {

struct EvaluateOptions {
  std::string file;
  std::string details;
  std::string candidates_key = "candidates";
  int jobs = 1;
  IntegratorFlags integrator;
};

// Works through the items on `jobs` threads, each with an integrator of its own.
class Evaluation {
 public:
  Evaluation(const LocalLadder& ladder, const std::vector<EvaluateItem>& items)
      : ladder_(ladder), items_(items), lines_(items.size()) {}

  void Run(int jobs) {
    std::vector<std::jthread> threads;
    threads.reserve(jobs);
    for (int i = 0; i < jobs; ++i) threads.emplace_back([this] { Work(); });
  }

  // After Run().
  const EvaluateSummary& summary() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return summary_; }
  // One object an item, in the order of the file.
  const std::vector<Json>& lines() const { return lines_; }

 private:
  void Work() {
    LocalIntegrator integrator(
        ladder_);  // Its process dies with the thread that made it: this one.
    for (size_t i = next_++; i < items_.size(); i = next_++) {
      lines_[i] = Evaluate(integrator, items_[i]);
    }
  }

  Json Evaluate(LocalIntegrator& integrator, const EvaluateItem& item) {
    Json json{{"line", item.line}};
    if (!item.id.is_null()) json["id"] = item.id;
    if (!item.integrand.ok()) {
      json["error"] = item.integrand.status().message();
      fmt::print(stderr, "{}\n", std::string(item.integrand.status().message()));
      const absl::MutexLock lock(&mutex_);
      ++summary_.invalid;
      return json;
    }
    json["integrand"] = item.text;
    json.update(item.has_candidates ? Judge(integrator, item) : Solve(integrator, item));
    return json;
  }

  Json Solve(LocalIntegrator& integrator, const EvaluateItem& item) {
    const absl::StatusOr<pipe::Integration> integration = integrator.Integrate(*item.integrand);
    const absl::MutexLock lock(&mutex_);
    Progress();
    if (!integration.ok()) {
      summary_.AddOutcome("crashed");
      return {{"outcome", "crashed"}, {"error", integration.status().message()}};
    }
    summary_.AddOutcome(OutcomeWord(integration->outcome()));
    summary_.engine_seconds += EngineSeconds(*integration);
    summary_.verifier_seconds += VerifierSeconds(*integration);
    return ToJson(*integration);
  }

  Json Judge(LocalIntegrator& integrator, const EvaluateItem& item) {
    Json verdicts = Json::array();
    for (const Candidate& candidate : item.candidates) {
      verdicts.push_back(JudgeOne(integrator, *item.integrand, candidate));
    }
    const absl::MutexLock lock(&mutex_);
    Progress();
    std::vector<std::string> words;
    for (const Json& verdict : verdicts) {
      words.push_back(verdict["verdict"].get<std::string>());
      summary_.verifier_seconds += verdict.value("cpu_ms", 0.0) / 1e3;
    }
    summary_.AddVerdicts(words);
    return {{"outcome", BestOutcome(words)}, {"candidates", std::move(verdicts)}};
  }

  static Json JudgeOne(LocalIntegrator& integrator, const std::string& integrand,
                       const Candidate& candidate) {
    Json json{{"candidate", candidate.text}};
    if (!candidate.prefix.ok()) {
      json["verdict"] = "unverified";
      json["reason"] = candidate.prefix.status().message();
      return json;
    }
    const absl::StatusOr<pipe::Judgement> judgement =
        integrator.Verify(integrand, *candidate.prefix);
    if (!judgement.ok()) {
      json["verdict"] = "unverified";
      json["reason"] = judgement.status().message();
      return json;
    }
    json.update(ToJson(*judgement));
    return json;
  }

  void Progress() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    constexpr int64_t kEvery = 20;
    ++done_;
    if (::isatty(STDERR_FILENO) == 0) return;
    if (done_ % kEvery != 0 && done_ != static_cast<int64_t>(items_.size())) return;
    fmt::print(stderr, "\r{} of {}\x1b[K{}", done_, items_.size(),
               done_ == static_cast<int64_t>(items_.size()) ? "\n" : "");
  }

  const LocalLadder& ladder_;
  const std::vector<EvaluateItem>& items_;
  std::atomic<size_t> next_ = 0;
  std::vector<Json> lines_;  // Each thread writes its own items' elements only.
  absl::Mutex mutex_;
  EvaluateSummary summary_ ABSL_GUARDED_BY(mutex_);
  int64_t done_ ABSL_GUARDED_BY(mutex_) = 0;
};

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// User and system time of this process, or of the children that it has waited for.
double CpuSeconds(int who) {
  rusage usage = {};
  ::getrusage(who, &usage);
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

absl::StatusOr<std::vector<EvaluateItem>> Read(const EvaluateOptions& options) {
  if (options.file == "-") return ReadItems(std::cin, "stdin", options.candidates_key);
  std::ifstream file(options.file);
  if (!file) return absl::InvalidArgumentError("cannot read " + options.file);
  return ReadItems(file, options.file, options.candidates_key);
}

absl::Status WriteDetails(const std::string& path, const std::vector<Json>& lines) {
  if (path.empty()) return absl::OkStatus();
  std::ofstream file;
  if (path != "-") file.open(path, std::ios::trunc);
  std::ostream& out = path == "-" ? std::cout : file;
  for (const Json& line : lines) {
    out << line.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) << '\n';
  }
  out.flush();
  return out ? absl::OkStatus() : absl::DataLossError("cannot write " + path);
}

bool NeedsEngines(const EvaluateItem& item) { return item.integrand.ok() && !item.has_candidates; }

absl::StatusOr<LocalLadder> PrepareLadder(const EvaluateOptions& options,
                                          const std::vector<EvaluateItem>& items) {
  ASSIGN_OR_RETURN(LocalLadder ladder, ReadFlags(options.integrator));
  if (std::none_of(items.begin(), items.end(), NeedsEngines)) {
    ladder.options.engines = {"giac"};  // To judge takes no engine; this one starts at once.
    return ladder;
  }
  LocalIntegrator probe(ladder);
  RETURN_IF_ERROR(DropMissingEngines(ladder, probe));
  return ladder;
}

int RunEvaluate(const Globals& globals, const EvaluateOptions& options) {
  const absl::StatusOr<std::vector<EvaluateItem>> items = Read(options);
  if (!items.ok()) return Report(items.status());
  const absl::StatusOr<LocalLadder> ladder = PrepareLadder(options, *items);
  if (!ladder.ok()) {
    Report(ladder.status());
    return ladder.status().code() == absl::StatusCode::kInvalidArgument ? kExitUsage : kExitFailure;
  }
  Evaluation evaluation(*ladder, *items);
  evaluation.Run(options.jobs);
  EvaluateSummary summary = evaluation.summary();
  // A killed sandbox does not hand its children's time on; then their own reports are all there is.
  summary.cpu_seconds =
      CpuSeconds(RUSAGE_SELF) +
      std::max(CpuSeconds(RUSAGE_CHILDREN), summary.engine_seconds + summary.verifier_seconds);
  if (const absl::Status status = WriteDetails(options.details, evaluation.lines()); !status.ok()) {
    return Report(status);
  }
  const bool stdout_taken = options.details == "-";
  if (globals.json && !stdout_taken) {
    PrintJson(summary.ToJson());
  } else {
    fmt::print(stdout_taken ? stderr : stdout, "{}", summary.ToText());
  }
  return kExitOk;
}

}  // namespace

void AddEvaluate(const VerbContext& context) {
  auto options = std::make_shared<EvaluateOptions>();
  options->jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  CLI::App* const verb = context.app.add_subcommand(
      "evaluate", "solve the integrands of a JSONL file, or judge its candidate answers");
  verb->add_option("FILE.jsonl", options->file,
                   "a line: {\"integrand\": \"...\", \"candidates\": [\"...\"]}; - is stdin")
      ->required();
  verb->add_option("--details", options->details,
                   "write a JSON object per line to this file, or -");
  verb->add_option("--candidates-key", options->candidates_key,
                   "where the candidates are; default candidates");
  verb->add_option("--jobs", options->jobs, "integrators at work; default: one a core")
      ->check(CLI::Range(1, 1024));
  AddIntegratorFlags(*verb, options->integrator);
  verb->callback([context, options] {
    context.action = [&globals = context.globals, options] {
      return RunEvaluate(globals, *options);
    };
  });
}

}  // namespace motzkin::cli
