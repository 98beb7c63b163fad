// motzkin judge --stdin judges candidate answers for another program: a line of JSON in, a line of JSON
// out.
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "cli/access/local_integrator.h"
#include "cli/reading/line_pump.h"
#include "cli/text/report.h"
#include "cli/verbs/judge_lines.h"
#include "cli/verbs/reading_flags.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"

namespace motzkin::cli {
namespace {

struct JudgeOptions {
  bool from_stdin = false;
  ReadingFlags reading;
  std::string candidates_key = ReadingOptions().candidates_key;
  int64_t cpu_ms = absl::ToInt64Milliseconds(JudgeLimits().line_cpu);
  int64_t wall_s = absl::ToInt64Seconds(JudgeLimits().wall);
  int jobs = 1;
  std::string integrator;
};

// A thread takes at most this many lines at a time: enough to fill a frame, so few that the answers come
// steadily.
constexpr size_t kLinesMax = 64;

// The settings that all threads share.
struct Bench {
  LocalLadder ladder;
  ReadingOptions reading;
  JudgeLimits limits;
  size_t jobs;
};

void Work(const Bench& bench, LinePump& pump, bool first) {
  LineJudge judge(bench.ladder, bench.reading, bench.limits, [&pump] { return pump.stopped(); });
  // One thread finds out whether this machine can judge at all; the others start when there is work.
  if (first) {
    if (const absl::Status started = judge.Start(); !started.ok()) return pump.Stop(started);
  }
  while (true) {
    const std::vector<InputLine> lines = pump.Take(bench.jobs, kLinesMax);
    if (lines.empty()) return;
    pump.Give(lines.front().number, judge.Answer(lines));
  }
}

absl::StatusOr<Bench> Prepare(const JudgeOptions& options) {
  Bench bench;
  IntegratorFlags flags;
  flags.binary = options.integrator;
  ASSIGN_OR_RETURN(bench.ladder, ReadFlags(flags));
  bench.ladder.options.engines = {"giac"};  // Judging needs no engine, and giac starts fastest.
  ASSIGN_OR_RETURN(bench.reading, ReadFlags(options.reading));
  bench.reading.candidates_key = options.candidates_key;
  bench.limits.line_cpu = absl::Milliseconds(options.cpu_ms);
  bench.limits.wall = absl::Seconds(options.wall_s);
  bench.jobs = static_cast<size_t>(options.jobs);
  return bench;
}

absl::StatusOr<int> RunJudge(const Globals&, const JudgeOptions& options) {
  if (!options.from_stdin) {
    return absl::InvalidArgumentError(
        "judge takes lines from standard input and wants --stdin; `motzkin evaluate` judges a file");
  }
  ASSIGN_OR_RETURN(const Bench bench, Prepare(options));
  signal(SIGPIPE, SIG_IGN);  // A peer that is gone ends us in order, and not with a signal.
  ASSIGN_OR_RETURN(const std::unique_ptr<LinePump> pump,
                   LinePump::Open(STDIN_FILENO, STDOUT_FILENO));
  {
    std::vector<std::jthread> threads;
    threads.reserve(bench.jobs);
    for (size_t i = 0; i < bench.jobs; ++i) {
      threads.emplace_back([&bench, &pump, i] { Work(bench, *pump, i == 0); });
    }
    pump->Read();
  }
  if (pump->status().ok()) return kExitOk;
  Report(pump->status());
  return kExitFailure;  // UNAVAILABLE would become the code for "no coordinator answers".
}

}  // namespace

void AddJudge(const VerbContext& context) {
  const auto [verb, options] = AddVerb(
      context, "judge", "judge candidate answers for another program, line by line", RunJudge);
  verb.add_flag(
      "--stdin", options.from_stdin,
      "read lines {\"integrand\": \"2*x\", \"candidate\": \"x^2\"} (or \"candidates\", a list; "
      "\"id\" is kept) from stdin, and answer each with a line of JSON on stdout as soon as it is "
      "judged, in their order");
  AddReadingFlags(verb, options.reading);
  verb.add_option("--candidates-key", options.candidates_key,
                  "the key of the candidates; default candidates, or candidate");
  verb.add_option("--cpu", options.cpu_ms,
                  "CPU milliseconds for a line, of which one candidate gets 50; default 1000")
      ->check(CLI::Range(1, 600'000));
  verb.add_option("--wall", options.wall_s,
                  "seconds after which a verifier that gives no answer is killed; default 30")
      ->check(CLI::Range(1, 3600));
  options.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  verb.add_option("--jobs", options.jobs, "verifiers at work; default: one a core")
      ->check(CLI::Range(1, 1024));
  AddIntegratorFlag(verb, options.integrator);
  verb.footer(
      "Exit codes: 0 the input ended and each line has its answer; 1 the answers have no reader, or no "
      "verifier\nstarts here; 2 bad flags. A line that cannot be read is answered with its \"error\".");
}

}  // namespace motzkin::cli
