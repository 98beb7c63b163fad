// The trusted side of the pipe: starts one sandboxed integrator, talks to it and kills it for sure.
//
// The destructor ends the whole sandbox, with SIGKILL if need be, and reaps it, so that nothing of
// it is left. An integrator's answer is hostile input; Call() checks it (response_check.h) before
// returning it.
//
// This process becomes a subreaper, so that orphans of the sandbox are reaped here. All processes
// of an integrator are in one session and one process group, which none of them can leave.
//
// Start an integrator from a long-lived thread, because it dies with that thread. Use Call() from
// one thread at a time, Interrupt() from any.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "motzkin/integrator/v1/integrator.pb.h"
#include "worker/sandbox/cgroup.h"
#include "worker/sandbox/level.h"

namespace motzkin::worker {

struct IntegratorOptions {
  // The absolute path of the `integrator` binary.
  std::string binary;
  // The memory of one engine process, in bytes, for requests that do not say.
  int64_t engine_memory_bytes = 1ll << 30;
  // The engines to warm up, out of giac, fricas and sympy. One that does not start is named in
  // description().missing.
  std::vector<std::string> engines = {"giac", "fricas"};
  // The result of ProbeIntegratorSandbox(). If empty, each start probes, which takes 10 ms.
  std::optional<sandbox::Level> sandbox_level;
  // If set, the integrator gets a cgroup in it. It must outlive the integrator.
  const sandbox::DelegatedCgroup* cgroup = nullptr;
  // Runs the integrator at SCHED_IDLE.
  bool idle_priority = true;
};

class IntegratorProcess {
 public:
  // Returns when the integrator has answered Describe, which means that its engines are warm.
  // UNAVAILABLE: it did not start; the message holds what it printed.
  static absl::StatusOr<std::unique_ptr<IntegratorProcess>> Start(const IntegratorOptions& options);
  virtual ~IntegratorProcess() = default;

  virtual const integrator::v1::Description& description() const = 0;

  // After any error the integrator is dead: start another.
  //   DEADLINE_EXCEEDED  it gave no answer within `wall_max` and was killed
  //   UNAVAILABLE        it died; the message says how
  //   DATA_LOSS          its answer made no sense and it was killed
  //   ABORTED            Interrupt() was called, which killed it
  virtual absl::StatusOr<integrator::v1::Response> Call(integrator::v1::Request request,
                                                        absl::Duration wall_max) = 0;

  // Ends a running Call() and every later one. The sandbox is dead within 1 s. Thread-safe.
  virtual void Interrupt() = 0;
};

// Returns the level at which `binary` runs on this machine.
sandbox::Probe ProbeIntegratorSandbox(const std::string& binary);

// Returns how long a Call() may take on the wall when everything goes as badly as it can: each step
// of the ladder and each check runs twice and stalls for as long as the supervisor allows (50 x (20
// x budget + 2 s)), and restarts take 5 minutes. Only an integrator that was taken over reaches
// this.
absl::Duration WallMax(const integrator::v1::Request& request);

}  // namespace motzkin::worker
