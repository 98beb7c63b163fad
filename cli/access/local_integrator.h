// Runs integrators for the CLI, without a cluster. Binary, sandbox, ladder and verifier are those
// of a worker's slots.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "cli/text/json.h"
#include "common/words/words.h"
#include "motzkin/integrator/v1/integrator.pb.h"
#include "worker/slots/integrator_process.h"

namespace motzkin::cli {

namespace pipe = integrator::v1;

// The flags that `integrate` and `evaluate` share.
struct IntegratorFlags {
  std::string binary;  // default: the `integrator` beside `motzkin`
  std::string ladder;  // for instance "giac=100,fricas=250"; default: the ladder of a job
  std::string memory;  // the memory of one engine, for instance "1 GiB"
};
// Adds --ladder, --memory and --integrator. `flags` must outlive the app.
void AddIntegratorFlags(CLI::App& verb, IntegratorFlags& flags);

// Adds --integrator alone.
void AddIntegratorFlag(CLI::App& verb, std::string& binary);

// The flags after they are read and checked.
struct LocalLadder {
  worker::IntegratorOptions options;
  pipe::Integrate prototype;  // a request that lacks only the integrand
};
// INVALID_ARGUMENT: a flag makes no sense. NOT_FOUND: there is no integrator binary.
absl::StatusOr<LocalLadder> ReadFlags(const IntegratorFlags& flags);

// The CPU time in which the verifier judges one answer. Its own bound is below that, so more time makes
// no answer judged.
inline constexpr absl::Duration kCheckCpuMax = absl::Milliseconds(50);
// The same of a question, which a definite integral makes long.
absl::Duration CheckCpuMax(const pipe::Verify& question);

// One integrator, which is started again when it dies. Use it from one thread, because the process
// dies with the thread that started it.
class LocalIntegrator {
 public:
  // `ladder` must outlive this.
  explicit LocalIntegrator(const LocalLadder& ladder);

  // Starts the process and returns the engines that run here. The errors are those of
  // IntegratorProcess::Start().
  absl::StatusOr<pipe::Description> Describe();
  // The errors are those of IntegratorProcess. After one, the next call starts another process.
  absl::StatusOr<pipe::Integration> Integrate(const std::string& integrand_prefix);
  absl::StatusOr<pipe::Judgement> Verify(const std::string& integrand_prefix,
                                         const std::string& candidate_prefix);
  // Judges one candidate in this much CPU time, which the verifier's own bound may undercut. The
  // integrator is killed after `wall`.
  absl::StatusOr<pipe::Judgement> Verify(pipe::Verify question, absl::Duration cpu,
                                         absl::Duration wall);
  // Judges several candidates in this much CPU time together. Without judgements they were too much,
  // and each may be judged alone.
  absl::StatusOr<pipe::JudgementBatch> VerifyBatch(pipe::VerifyBatch questions, absl::Duration cpu,
                                                   absl::Duration wall);

 private:
  absl::Status EnsureStarted();
  absl::StatusOr<pipe::Response> Call(pipe::Request request,
                                      absl::Duration wall = absl::InfiniteDuration());

  const LocalLadder& ladder_;
  std::unique_ptr<worker::IntegratorProcess> process_;
  uint64_t calls_ = 0;
};

// Removes the steps whose engine this machine lacks, and names each once on stderr. `integrator`
// must have this ladder. FAILED_PRECONDITION: no step is left.
absl::Status DropMissingEngines(LocalLadder& ladder, LocalIntegrator& integrator);

// Returns the versions as {"giac": "1.9.0.35", ...}.
Json EngineVersions(const pipe::Description& description);

// Returns verified, partly, refuted or unverified. An answer that was verified at complex points
// only counts as verified; its JSON says so.
std::string VerdictWord(const pipe::Judgement& judgement);
// Returns the verifier's reason and, of an answer that is right or continuous on parts of the line, these
// parts, as in "right on [0, 8]; wrong on [-8, 0]". Empty if there is nothing to say.
std::string Reason(const pipe::Judgement& judgement);
Json ToJson(const pipe::Judgement& judgement);
Json ToJson(const pipe::Integration& integration);

// The CPU time of the engines and of the verifier, in seconds.
double EngineSeconds(const pipe::Integration& integration);
double VerifierSeconds(const pipe::Integration& integration);

}  // namespace motzkin::cli
