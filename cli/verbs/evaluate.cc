// motzkin evaluate FILE solves integrands with the ladder, or judges candidate answers with
// the verifier.
#include <absl/synchronization/mutex.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <thread>

#include "cli/access/local_integrator.h"
#include "cli/reading/function_file.h"
#include "cli/text/report.h"
#include "cli/text/words.h"
#include "cli/verbs/evaluate_summary.h"
#include "cli/verbs/judging.h"
#include "cli/verbs/reading_flags.h"
#include "cli/verbs/verb.h"
#include "common/base/cpu_time.h"
#include "common/base/status_macros.h"
#include "common/base/string_view.h"
#include "common/base/terminal.h"
#include "common/words/words.h"

namespace motzkin::cli {
namespace {

struct EvaluateOptions {
  std::string file;
  std::string details;
  std::string candidates_key = "candidates";
  ReadingFlags reading;
  int jobs = 1;
  IntegratorFlags integrator;
};

// At most this many functions are ahead of the oldest unfinished one. That bounds the memory, however
// long the file is.
constexpr int64_t kAheadMax = 1000;

// The integrators of one thread, each of which is started when a function first needs it. Threads
// cannot share them, because an integrator dies with the thread that started it.
struct Integrators {
  Integrators(const LocalLadder& to_solve, const LocalLadder& to_judge)
      : solver(to_solve), judge(to_judge) {}
  LocalIntegrator solver;
  LocalIntegrator judge;
};

// Works through the functions of a file on `jobs` threads, each with integrators of its own.
class Evaluation {
 public:
  // The references must outlive this. `details` may be null.
  Evaluation(const LocalLadder& ladder, const EvaluateOptions& options, FunctionFile& file,
             std::ostream* details)
      : options_(options), file_(file), details_(details), ladder_(ladder), judge_(ladder) {
    judge_.options.engines = {"giac"};  // Judging needs no engine, and giac starts fastest.
  }

  // Returns an error of DropMissingEngines() if a function needed engines. DATA_LOSS: the file could not
  // be read to its end.
  absl::Status Run() {
    {
      std::vector<std::jthread> threads;
      threads.reserve(static_cast<size_t>(options_.jobs));
      for (int i = 0; i < options_.jobs; ++i) threads.emplace_back([this] { Work(); });
    }
    const absl::MutexLock lock(&mutex_);
    if (CanRedraw(STDERR_FILENO)) fmt::print(stderr, "\n");
    // A disk that fails in the middle must not look like the end of the file.
    if (engines_.ok() && file_.failed()) return absl::DataLossError("cannot read " + options_.file);
    if (unreadable_.count() > 0) {
      fmt::print(stderr, "motzkin: {}\n", Shown(unreadable_.Message(given_)));
    }
    ReportNotes(summary_.notes);
    return engines_;
  }

  // Call it after Run(), when no thread is left.
  const EvaluateSummary& summary() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return summary_; }

 private:
  struct Taken {
    int64_t sequence;  // counts the functions of the file, from 0
    Entry entry;
  };

  void Work() {
    Integrators integrators(ladder_, judge_);
    while (const std::optional<Taken> taken = Take()) {
      const FunctionItem item = file_.Read(taken->entry);
      Note(item);
      Give(taken->sequence, Evaluate(integrators, item));
    }
  }

  // Notes what the summary says of the item as it was read.
  void Note(const FunctionItem& item) {
    const absl::MutexLock lock(&mutex_);
    AddNotes(item, summary_.notes);
    if (item.integrand.ok()) return;
    unreadable_.Add(item);
    summary_.invalid = unreadable_.count();
  }

  std::optional<Taken> Take() {
    const absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](Evaluation* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
          return self->taken_ - self->given_ < kAheadMax;
        },
        this));
    if (!engines_.ok()) return std::nullopt;
    std::optional<Entry> entry = file_.Next();
    if (!entry) return std::nullopt;
    return Taken{taken_++, *std::move(entry)};
  }

  // Takes the result of a function, and writes the results that are ready in the order of the file.
  void Give(int64_t sequence, Json json) {
    const absl::MutexLock lock(&mutex_);
    ready_.emplace(sequence, std::move(json));
    while (!ready_.empty() && ready_.begin()->first == given_) {
      if (details_ != nullptr) {
        *details_ << ready_.begin()->second.dump(-1, ' ', /*ensure_ascii=*/false,
                                                 Json::error_handler_t::replace)
                  << '\n';
      }
      ready_.erase(ready_.begin());
      ++given_;
    }
    Progress();
  }

  Json Evaluate(Integrators& integrators, const FunctionItem& item) {
    Json json{{"line", item.line}};
    if (!item.id.is_null()) json["id"] = item.id;
    if (!item.integrand.ok()) {
      json["error"] = item.integrand.status().message();
      return json;
    }
    json["integrand"] = item.text;
    json["integrand_infix"] = PrefixToInfix(*item.integrand);
    if (item.definite && !item.has_candidates) {
      json.update(Value(integrators.judge, item));
    } else if (item.has_candidates) {
      json.update(Judge(integrators.judge, item));
    } else if (EnsureEngines(integrators.solver)) {
      json.update(Solve(integrators.solver, item));
    }
    return json;
  }

  // A definite integral without an answer: its value is known or not.
  Json Value(LocalIntegrator& integrator, const FunctionItem& item) {
    Json json = ValueOf(integrator, item);
    const absl::MutexLock lock(&mutex_);
    summary_.AddOutcome(json["outcome"].get<std::string>());
    summary_.verifier_seconds += json.value("cpu_ms", 0.0) / 1e3;
    return json;
  }

  // The first function that needs engines finds out which there are. Other threads wait for the lock
  // meanwhile, as they need the shorter ladder. Returns false if none of the ladder's engines runs.
  bool EnsureEngines(LocalIntegrator& integrator) {
    const absl::MutexLock lock(&mutex_);
    if (engines_known_) return engines_.ok();
    engines_known_ = true;
    engines_ = DropMissingEngines(ladder_, integrator);
    // Describe() cannot fail here: the line above has started the process.
    if (engines_.ok()) summary_.engines = EngineVersions(*integrator.Describe());
    return engines_.ok();
  }

  Json Solve(LocalIntegrator& integrator, const FunctionItem& item) {
    const absl::StatusOr<pipe::Integration> integration = integrator.Integrate(*item.integrand);
    const absl::MutexLock lock(&mutex_);
    if (!integration.ok()) {
      summary_.AddOutcome("crashed");
      return {{"outcome", "crashed"}, {"error", integration.status().message()}};
    }
    summary_.AddOutcome(Word(integration->outcome()));
    summary_.engine_seconds += EngineSeconds(*integration);
    summary_.verifier_seconds += VerifierSeconds(*integration);
    return ToJson(*integration);
  }

  Json Judge(LocalIntegrator& integrator, const FunctionItem& item) {
    Json verdicts = Json::array();
    for (const Candidate& candidate : item.candidates) {
      verdicts.push_back(JudgeCandidate(integrator, item, candidate));
    }
    const absl::MutexLock lock(&mutex_);
    std::vector<std::string> words;
    for (const Json& verdict : verdicts) {
      words.push_back(verdict["verdict"].get<std::string>());
      summary_.verifier_seconds += verdict.value("cpu_ms", 0.0) / 1e3;
    }
    summary_.AddVerdicts(words);
    return {{"outcome", BestOutcome(words)}, {"candidates", std::move(verdicts)}};
  }

  void Progress() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    constexpr int64_t kEvery = 20;
    if (given_ % kEvery == 0 && CanRedraw(STDERR_FILENO)) {
      fmt::print(stderr, "\r{} functions\x1b[K", given_);
    }
  }

  const EvaluateOptions& options_;
  FunctionFile& file_;  // Next() is called under the mutex, Read() without it.
  std::ostream* const details_;
  // Its missing engines are removed under the mutex before the first function is solved. After that it
  // is constant, so the solvers read it without the lock.
  LocalLadder ladder_;
  LocalLadder judge_;

  absl::Mutex mutex_;
  EvaluateSummary summary_ ABSL_GUARDED_BY(mutex_);
  Unreadable unreadable_ ABSL_GUARDED_BY(mutex_);
  int64_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t given_ ABSL_GUARDED_BY(mutex_) = 0;  // results that are written
  std::map<int64_t, Json> ready_ ABSL_GUARDED_BY(mutex_);
  bool engines_known_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status engines_ ABSL_GUARDED_BY(mutex_);
};

// INVALID_ARGUMENT: a file cannot be opened, or is none of functions. Other errors: no engine of the ladder runs, or the
// disk is full.
absl::StatusOr<EvaluateSummary> EvaluateFile(const LocalLadder& ladder,
                                             const EvaluateOptions& options) {
  std::ifstream input_file;
  RETURN_IF_ERROR(OpenFunctions(options.file, input_file));
  std::error_code error;
  if (std::filesystem::equivalent(options.file, options.details, error)) {
    return absl::InvalidArgumentError("--details would overwrite " + options.file);
  }
  ASSIGN_OR_RETURN(ReadingOptions reading, ReadFlags(options.reading));
  reading.candidates_key = options.candidates_key;
  const bool from_stdin = options.file == "-";
  ASSIGN_OR_RETURN(FunctionFile file,
                   FunctionFile::Open(from_stdin ? std::cin : input_file,
                                      from_stdin ? "stdin" : options.file, std::move(reading)));
  std::ofstream details_file;
  const bool to_file = !options.details.empty() && options.details != "-";
  if (to_file) details_file.open(options.details, std::ios::trunc);
  // A stream that was never opened is good.
  if (!details_file) return absl::InvalidArgumentError("cannot write " + options.details);
  std::ostream* details = to_file ? &details_file : nullptr;
  if (options.details == "-") details = &std::cout;
  Evaluation evaluation(ladder, options, file, details);
  RETURN_IF_ERROR(evaluation.Run());
  if (details != nullptr && !details->flush()) {
    return absl::DataLossError("cannot write " + options.details);
  }
  EvaluateSummary summary = evaluation.summary();
  // A sandbox that is killed does not hand the CPU time of its children on. Then only the
  // integrators' own reports tell it.
  summary.cpu_seconds = absl::ToDoubleSeconds(CpuTimeOf(RUSAGE_SELF)) +
                        std::max(absl::ToDoubleSeconds(CpuTimeOf(RUSAGE_CHILDREN)),
                                 summary.engine_seconds + summary.verifier_seconds);
  return summary;
}

absl::StatusOr<int> RunEvaluate(const Globals& globals, const EvaluateOptions& options) {
  const absl::StatusOr<LocalLadder> ladder = ReadFlags(options.integrator);
  const absl::StatusOr<EvaluateSummary> summary =
      ladder.ok() ? EvaluateFile(*ladder, options) : ladder.status();
  if (!summary.ok()) {
    Report(summary.status());
    // An UNAVAILABLE of an integrator must not become the code for "no coordinator answers".
    return summary.status().code() == absl::StatusCode::kInvalidArgument ? kExitUsage
                                                                         : kExitFailure;
  }
  const bool stdout_taken = options.details == "-";
  if (globals.json && !stdout_taken) {
    PrintJson(summary->ToJson());
  } else {
    fmt::print(stdout_taken ? stderr : stdout, "{}", summary->ToText());
  }
  // Functions that cannot be read are counted and do no harm. If there are no others, it is the wrong
  // file.
  return summary->outcomes.empty() && summary->invalid > 0 ? kExitUsage : kExitOk;
}

}  // namespace

void AddEvaluate(const VerbContext& context) {
  const auto [verb, options] =
      AddVerb(context, "evaluate", "solve the integrands of a file, or judge its candidate answers",
              RunEvaluate);
  options.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  verb.add_option(
          "FILE", options.file,
          "JSON lines or an array of {\"integrand\": \"...\", \"candidates\": [\"...\"]}, CSV or "
          "TSV with a header, Lample-Charton lines, Rubi's lists, or an expression a line; - is stdin")
      ->required();
  verb.add_option("--details", options.details,
                  "write a JSON object per function to this file, or -");
  verb.add_option("--candidates-key", options.candidates_key,
                  "the key or column of the candidates; default candidates");
  AddReadingFlags(verb, options.reading);
  verb.add_option("--jobs", options.jobs, "integrators at work; default: one a core")
      ->check(CLI::Range(1, 1024));
  AddIntegratorFlags(verb, options.integrator);
}

}  // namespace motzkin::cli
