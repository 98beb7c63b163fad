// The trusted side of the pipe: one sandboxed integrator, started, spoken to and really killed.
//
// The destructor SIGKILLs the whole sandbox and reaps it: nothing of it is left. What the
// integrator says is hostile input; Call() checks it (response_check.h) before returning it.
//
// This process becomes a subreaper, so that orphans of the sandbox are reaped here. All processes
// of an integrator are in one session and process group, which none of them can leave.
//
// Start it from a long-lived thread (it dies with the thread that spawned it). Call() from one
// thread at a time; Interrupt() from any.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "motzkin/integrator/v1/integrator.pb.h"
#include "worker/sandbox/level.h"

namespace motzkin::worker {

struct IntegratorOptions {
  // Absolute path of the `integrator` binary.
  std::string binary;
  // Memory of one engine process, bytes, where a request does not say.
  int64_t engine_memory_bytes = 1ll << 30;
  // To warm up, of giac, fricas and sympy. One that is not installed is listed in
  // description().missing.
  std::vector<std::string> engines = {"giac", "fricas"};
  // As probed by ProbeIntegratorSandbox(). Empty: probed at every start, 10 ms.
  std::optional<sandbox::Level> sandbox_level;
  // Run at SCHED_IDLE.
  bool idle_priority = true;
};

class IntegratorProcess {
 public:
  // Returns when the integrator has answered Describe: engines warm. UNAVAILABLE: it did not start
  // (the message holds what it printed).
  static absl::StatusOr<std::unique_ptr<IntegratorProcess>> Start(const IntegratorOptions& options);
  virtual ~IntegratorProcess() = default;

  virtual const integrator::v1::Description& description() const = 0;

  // After any error the integrator is dead: start another.
  //   DEADLINE_EXCEEDED  no answer within `wall_max`; killed
  //   UNAVAILABLE        it died; the message says how
  //   DATA_LOSS          its answer made no sense; killed
  //   ABORTED            Interrupt() was called; killed
  virtual absl::StatusOr<integrator::v1::Response> Call(integrator::v1::Request request,
                                                        absl::Duration wall_max) = 0;

  // Ends a running Call() and every later one; the sandbox is dead within 1 s. Thread-safe.
  virtual void Interrupt() = 0;
};

// The level at which `binary` runs on this machine.
sandbox::Probe ProbeIntegratorSandbox(const std::string& binary);

// How long a Call may take on the wall if all goes as badly as it may: each step of the ladder
// twice, stalled for as long as the supervisor allows (5 x (20 x budget + 2 s)), the verifier's
// share, and 30 s for restarts. Only an integrator that was taken over or starved reaches it.
absl::Duration WallMax(const integrator::v1::Request& request);

}  // namespace motzkin::worker
