// The supervisor's side of the verifier: a long-lived process that judges answers, because a fork
// would cost more than the check. It is a fork of the supervisor, which never ran an engine: an
// engine that corrupted its own memory has none in common with its judge; only text crosses.
//
// Ball arithmetic cannot be interrupted, so an item that overruns its CPU budget costs the process,
// and the next item a new one.
//
// Thread-compatible; single-threaded processes only.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <functional>
#include <optional>

#include "motzkin/integrator/v1/integrator.pb.h"
#include "worker/integrator/forked_process.h"

namespace motzkin::integrator {

struct VerifierOptions {
  // What the process does: reads frames of v1::Verify from `in`, answers each with a frame of
  // v1::Judgement on `out`, and returns when `in` ends. Both descriptors are blocking.
  std::function<void(int in, int out)> body;
  // Address space of the process.
  int64_t memory_bytes = 1ll << 30;
  // A new process after so many items, in case one leaks.
  int items_max = 20'000;
};

struct Judged {
  v1::Judgement judgement;
  // As the supervisor measured it.
  absl::Duration cpu;
};

class VerifierHost {
 public:
  explicit VerifierHost(VerifierOptions options) : options_(std::move(options)) {}

  // Never fails: what could not be judged (over budget, died, no process) is VERDICT_UNVERIFIED
  // with its reason. A verifier that died is tried once more, in a new process.
  Judged Judge(const v1::Verify& request, absl::Duration cpu_budget);

 private:
  struct Process {
    ForkedProcess process;
    UniqueFd requests, judgements;  // Non-blocking.
    int items = 0;
  };

  absl::Status EnsureProcess();
  // An error: the process is dead and the status says how it came about.
  absl::StatusOr<Judged> JudgeOnce(const v1::Verify& request, absl::Duration cpu_budget);
  absl::StatusOr<std::string> AwaitJudgement(absl::Duration cpu_budget, absl::Duration& cpu);

  const VerifierOptions options_;
  std::optional<Process> process_;
};

}  // namespace motzkin::integrator
