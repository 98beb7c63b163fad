// Reads a worker's settings: the defaults, then worker.yaml, then the flags, of which the last
// counts. deploy/worker.example.yaml explains each setting.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/identity/insecure.h"
#include "worker/machine/policy.h"
#include "worker/sandbox/level.h"

namespace motzkin::worker {

enum class ResultsWay {
  kAuto,   // straight to Postgres if the coordinator names a way, otherwise relayed
  kRelay,  // always through the coordinator
};

struct Config {
  // HOST:PORT of the coordinator. Required.
  std::string connect;
  // As `motzkin invite` prints it, or a file that holds it and others may not read; empty: none.
  std::string invite;
  std::filesystem::path invite_file;
  identity::Insecure insecure = identity::Insecure::kNo;
  // The name that people see. Default: the host's name.
  std::string name;
  // The number of slots. 0: one for each core but one beside a coordinator, fewer if the memory does
  // not hold so many engines.
  int slots = 0;
  std::filesystem::path state_dir;
  // The sandboxed binary. Default: `integrator` beside this one.
  std::filesystem::path integrator;
  // The engines that integrators start, out of giac, fricas and sympy.
  std::vector<std::string> engines = {"giac", "fricas"};
  sandbox::Level require_sandbox = sandbox::Level::kNone;
  // The memory that one slot may need. It only decides the default number of slots; a job sets the
  // real limit.
  int64_t engine_memory_bytes = 1ll << 30;
  // Integrators run at SCHED_IDLE.
  bool idle_priority = true;
  ResultsWay results = ResultsWay::kAuto;
  // The memory for finished rows that wait to be sent. Beyond it they go to the spool, or the slots
  // wait.
  int64_t result_memory_bytes = 32ll << 20;
  // The spool holds the measured output of this time, but never more than these bytes.
  absl::Duration spool_time = absl::Hours(1);
  int64_t spool_bytes_max = 4ll << 30;
  PolicyOptions policy;
  // A clean stop waits this long for functions in progress.
  absl::Duration drain_time = absl::Minutes(2);
  bool calibrate = true;
  // HOST:PORT for metrics; empty: none are served.
  std::string metrics;
  // A file that gets a line for every acknowledged row, for tests and audits; empty: none.
  std::string acknowledgement_log;
};

// Returns nothing if --help or --version was asked for, which is then answered on stdout.
// INVALID_ARGUMENT: a setting is wrong; the message is one line for the user.
absl::StatusOr<std::optional<Config>> ParseConfig(int argc, const char* const* argv);

}  // namespace motzkin::worker
