// Integrators of the CLI's own: the same binary, sandbox, ladder and verifier as a worker's slots,
// without a cluster.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

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

// Flags that `integrate` and `evaluate` share.
struct IntegratorFlags {
  std::string binary;  // Default: the `integrator` beside `motzkin`.
  std::string ladder;  // "giac=100,fricas=250"; default: the ladder of a job.
  std::string memory;  // Of one engine, e.g. "1 GiB".
};
void AddIntegratorFlags(CLI::App& verb, IntegratorFlags& flags);

// The flags, read and checked.
struct LocalLadder {
  worker::IntegratorOptions options;
  pipe::Integrate prototype;  // Everything but the integrand.
};
// INVALID_ARGUMENT: a flag that makes no sense; NOT_FOUND: no integrator binary.
absl::StatusOr<LocalLadder> ReadFlags(const IntegratorFlags& flags);

// One integrator that is started anew when it dies. Use it from the thread that made it.
class LocalIntegrator {
 public:
  explicit LocalIntegrator(const LocalLadder& ladder);  // `ladder` must outlive this.

  // What runs here; starts the process. Errors of IntegratorProcess::Start.
  absl::StatusOr<pipe::Description> Describe();
  // Errors of IntegratorProcess; the next call works again.
  absl::StatusOr<pipe::Integration> Integrate(const std::string& integrand_prefix);
  absl::StatusOr<pipe::Judgement> Verify(const std::string& integrand_prefix,
                                         const std::string& candidate_prefix);

 private:
  absl::Status EnsureStarted();
  absl::StatusOr<pipe::Response> Call(pipe::Request request);

  const LocalLadder& ladder_;
  std::unique_ptr<worker::IntegratorProcess> process_;
  uint64_t calls_ = 0;
};

// Steps of the ladder whose engine this machine lacks are left out, each named once on stderr.
// FAILED_PRECONDITION: none is left. `integrator` is one with this ladder.
absl::Status DropMissingEngines(LocalLadder& ladder, LocalIntegrator& integrator);

// {"giac": "1.9.0.35", ...}
Json EngineVersions(const pipe::Description& description);

// verified, partly, refuted or unverified. Complex-only counts as verified; its JSON says so.
std::string VerdictWord(const pipe::Judgement& judgement);
Json ToJson(const pipe::Judgement& judgement);
Json ToJson(const pipe::Integration& integration);

// CPU of engines and verifier, seconds.
double EngineSeconds(const pipe::Integration& integration);
double VerifierSeconds(const pipe::Integration& integration);

}  // namespace motzkin::cli
