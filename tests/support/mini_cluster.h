// A whole cluster of real binaries on this machine: one coordinator with its private Postgres,
// workers with their integrators. Everything can be killed; everything is gone with the object.
//
// Methods CHECK what must work (a binary that does not start). Thread-compatible.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/postgres/connection.h"
#include "common/process/child_process.h"
#include "motzkin/v1/operator_service.pb.h"
#include "tests/support/temporary_directory.h"

namespace motzkin::test {

// A process that may have been replaced by another of the same number.
struct ProcessId {
  pid_t pid = 0;
  uint64_t start_time = 0;  // Clock ticks since boot.
  auto operator<=>(const ProcessId&) const = default;
};

// `root` and all of its descendants at this moment.
std::set<ProcessId> ProcessTree(pid_t root);
bool IsAlive(const ProcessId& process);

// How a worker is started.
struct WorkerSettings {
  int slots = 1;
  std::string engines = "giac";
  bool calibrate = false;
  bool idle_priority = false;  // Tests share the machine with a build.
  // HOST:PORT of what it is to take for the coordinator; empty: the coordinator.
  std::string connect = {};
  // Arguments of scripted_integrator, which then takes the real one's place.
  std::vector<std::string> script = {};
};

class MiniCluster {
 public:
  MiniCluster();
  // Kills what still runs, Postgres included.
  ~MiniCluster();

  // HOST:PORT of the coordinator, known before it runs.
  std::string address() const;
  const std::filesystem::path& directory() const { return directory_.path(); }

  // Returns once it answers.
  void StartCoordinator();
  // SIGKILL. Its Postgres goes on without it, as after a crash.
  void KillCoordinator();
  // SIGTERM and its exit.
  ExitStatus StopCoordinator();
  // SIGKILL for the coordinator and its Postgres, and no data directory any more: a dead SD card.
  void DestroyCoordinator();
  // The next coordinator keeps its data here, below directory().
  void UseDataDirectory(const std::string& name) { data_directory_ = name; }
  std::filesystem::path DataDirectory() const { return directory() / data_directory_; }
  // Runs `motzkin` with --coordinator and these arguments to its end; what it prints goes to
  // motzkin.log.
  ExitStatus RunMotzkin(const std::vector<std::string>& arguments);
  std::string MotzkinLog() const;

  // Starts, or starts again, the worker of this name on its own state directory, or on that of
  // another name.
  void StartWorker(const std::string& name, const WorkerSettings& settings = {}) {
    StartWorkerOn(name, name, settings);
  }
  void StartWorkerOn(const std::string& state_of, const std::string& name,
                     const WorkerSettings& settings = {});
  bool WorkerRuns(const std::string& name);
  // What the integrators that the worker of this name starts from now on are told. Returns the
  // script's path.
  std::string WriteScript(const std::string& name, const std::vector<std::string>& arguments);
  // SIGKILL, at once.
  void KillWorker(const std::string& name);
  // SIGTERM. Wait for its exit with AwaitWorker.
  void SignalWorker(const std::string& name, int signal);
  // How it ended; CHECKs that it does, within `timeout`.
  ExitStatus AwaitWorker(const std::string& name, absl::Duration timeout = absl::Minutes(2));
  pid_t WorkerPid(const std::string& name) const;
  std::filesystem::path WorkerDirectory(const std::string& name) const;
  std::string WorkerLog(const std::string& name) const;
  std::string CoordinatorLog() const;
  // What the worker of this name was told is stored: "job index attempt outcome hash" lines.
  std::vector<std::string> AcknowledgedRows(const std::string& name) const;

  v1::Job StartJob(const v1::JobSpec& spec);
  absl::StatusOr<v1::Job> ControlJob(const std::string& job, v1::ControlJobRequest::Verb verb);
  // The job as it stands; an error while the coordinator is away.
  absl::StatusOr<v1::Job> FindJob(const std::string& name);
  absl::StatusOr<std::vector<v1::Worker>> ListWorkers();
  // A statement as the reader of the public views.
  absl::StatusOr<postgres::Rows> Query(const std::string& sql);

 private:
  struct Stub;

  const TemporaryDirectory directory_;
  const int port_;
  int jobs_started_ = 0;
  std::string data_directory_ = "coordinator";
  std::unique_ptr<Stub> stub_;
  std::optional<ChildProcess> coordinator_;
  std::map<std::string, ChildProcess> workers_;
};

// A small job that giac alone works on, with budgets that suit a busy machine.
v1::JobSpec SmallJob(const std::string& name, int64_t target);

}  // namespace motzkin::test
