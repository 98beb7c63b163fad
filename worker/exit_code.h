// The exit codes of a worker. docs/operations.md lists them for people and for systemd units.
#pragma once

namespace motzkin::worker {

enum ExitCode : int {
  kExitOk = 0,          // It drained and stopped as asked.
  kExitFailure = 1,     // It failed in a way that this list does not name; the message says how.
  kExitUsage = 2,       // A flag or the configuration is wrong, so restarting does not help.
  kExitLocked = 3,      // Another worker runs on this state directory.
  kExitSuperseded = 4,  // A newer instance of this worker has connected: do not restart.
  kExitProtocol = 5,    // The coordinator does not serve this version: update one of the two.
  kExitSandbox = 6,     // --require-sandbox asks for more than this machine can give.
  kExitIntegrator = 7,  // The integrator does not start.
};

}  // namespace motzkin::worker
