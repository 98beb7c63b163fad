// How a worker process ends. docs/operations.md lists the same for people and for systemd units.
#pragma once

namespace motzkin::worker {

enum ExitCode : int {
  kExitOk = 0,          // Drained and stopped as asked.
  kExitFailure = 1,     // Something this list does not know; the message says what.
  kExitUsage = 2,       // Bad flag or configuration: restarting does not help.
  kExitLocked = 3,      // Another worker runs on this state directory.
  kExitSuperseded = 4,  // A newer instance of this worker has connected: do not restart.
  kExitProtocol = 5,    // The coordinator does not serve this version: update one of the two.
  kExitSandbox = 6,     // --require-sandbox asks for more than this machine can give.
  kExitIntegrator = 7,  // The integrator does not start.
};

}  // namespace motzkin::worker
