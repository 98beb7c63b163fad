// The supervisor's side of the verifier. The verifier is a long-lived process, because a fork would
// cost more than the check. It is a fork of the supervisor, which never ran an engine, so an engine
// that corrupted its own memory shares none with its judge: only text crosses.
//
// Ball arithmetic cannot be interrupted. An item that exceeds its CPU budget therefore costs the
// process, and the next item starts a new one.
//
// Thread-compatible; for single-threaded processes only.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <functional>
#include <optional>

#include "common/process/unique_fd.h"
#include "motzkin/integrator/v1/integrator.pb.h"
#include "worker/integrator/budget_watch.h"
#include "worker/integrator/forked_process.h"

namespace motzkin::integrator {

struct VerifierOptions {
  // The body of the process. It reads frames of v1::VerifyBatch from `in`, answers each with a frame
  // of v1::JudgementBatch on `out`, and returns when `in` ends. Neither descriptor blocks, and the filter of
  // a leaf keeps the body from changing that.
  std::function<void(int in, int out)> body;
  // Address space of the process, in bytes.
  int64_t memory_bytes = 1ll << 30;
  // The process is replaced after this many items, in case one of them leaks memory.
  int items_max = 20'000;
};

struct Judged {
  v1::Judgement judgement;
  // The CPU time of all tries, as the supervisor measured it.
  absl::Duration cpu;
};

class VerifierHost {
 public:
  explicit VerifierHost(VerifierOptions options) : options_(std::move(options)) {}

  // Never fails: an item that could not be judged (over budget, the verifier died, no process) is
  // VERDICT_UNVERIFIED with its reason. If the verifier died, a new process tries once more.
  Judged Judge(const v1::Verify& request, absl::Duration cpu_budget);
  // Judges all within one budget. Never fails: if they could not be judged, there are no judgements.
  v1::JudgementBatch JudgeBatch(const v1::VerifyBatch& batch, absl::Duration cpu_budget);

 private:
  struct Process {
    ForkedProcess process;
    UniqueFd requests, judgements;  // non-blocking
    int items = 0;
  };

  absl::Status EnsureProcess();
  // DEADLINE_EXCEEDED: the batch was over its budget, or stood still. UNAVAILABLE: the process died;
  // the status says how. Adds the CPU time to `cpu`.
  absl::StatusOr<v1::JudgementBatch> JudgeOnce(const v1::VerifyBatch& batch,
                                               absl::Duration cpu_budget, absl::Duration& cpu);
  // Gives a batch whose verifier died a second try, in a new process.
  absl::StatusOr<v1::JudgementBatch> JudgeTwice(const v1::VerifyBatch& batch,
                                                absl::Duration cpu_budget, absl::Duration& cpu);
  absl::StatusOr<std::string> AwaitJudgement(BudgetWatch& watch, absl::Duration& cpu);

  const VerifierOptions options_;
  std::optional<Process> process_;
};

}  // namespace motzkin::integrator
