// A worker's settings: defaults, then worker.yaml, then flags. deploy/worker.example.yaml explains
// each.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "worker/machine/policy.h"
#include "worker/sandbox/level.h"

namespace motzkin::worker {

enum class ResultsWay {
  kAuto,   // Direct where the coordinator gives a way to Postgres, relayed otherwise.
  kRelay,  // Always through the coordinator.
};

struct Config {
  // HOST:PORT of the coordinator. Required.
  std::string connect;
  // Shown to people. Default: the host's name.
  std::string name;
  // 0: one a core, fewer where `engine_memory` says so.
  int slots = 0;
  std::filesystem::path state_dir;
  // The sandboxed binary. Default: `integrator` beside this one.
  std::filesystem::path integrator;
  // What integrators start, of giac, fricas and sympy.
  std::vector<std::string> engines = {"giac", "fricas"};
  sandbox::Level require_sandbox = sandbox::Level::kNone;
  // What one slot may need, for the default number of slots; a job sets the real limit.
  int64_t engine_memory_bytes = 1ll << 30;
  // Integrators run at SCHED_IDLE.
  bool idle_priority = true;
  ResultsWay results = ResultsWay::kAuto;
  // Of finished rows that wait to be sent; beyond it they go to the spool or the slots wait.
  int64_t result_memory_bytes = 32ll << 20;
  // Bound of the spool: so much of the measured output, and never more bytes than that.
  absl::Duration spool_time = absl::Hours(1);
  int64_t spool_bytes_max = 4ll << 30;
  PolicyOptions policy;
  // Longest wait for functions in progress at a clean stop.
  absl::Duration drain_time = absl::Minutes(2);
  bool calibrate = true;
  // Every acknowledged row becomes a line here; empty: none. For tests and audits.
  std::string acknowledgement_log;
};

// Empty: --help or --version was asked for and answered on stdout. INVALID_ARGUMENT: one line for
// the user.
absl::StatusOr<std::optional<Config>> ParseConfig(int argc, const char* const* argv);

// `cores` slots, fewer where `memory_available` does not hold an engine each; at least 1.
int DefaultSlots(int cores, int64_t memory_available, int64_t engine_memory);
// MemAvailable of /proc/meminfo in bytes; -1: unknown.
int64_t AvailableMemory();
// Cores that this process may use.
int UsableCores();

}  // namespace motzkin::worker
