// A whole cluster of real programs on this machine: one coordinator with its private Postgres, and
// workers with their integrators. All of them can be killed, and all are gone with the object.
//
// Methods CHECK conditions that must hold (such as that a program starts). Thread-compatible.
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

// Identifies a process even if its number is reused.
struct ProcessId {
  pid_t pid = 0;
  uint64_t start_time = 0;  // clock ticks since boot
  auto operator<=>(const ProcessId&) const = default;
};

// Returns `root` and all of its descendants at this moment.
std::set<ProcessId> ProcessTree(pid_t root);
bool IsAlive(const ProcessId& process);

// The settings of a worker.
struct WorkerSettings {
  int slots = 1;
  std::string engines = "giac";
  bool calibrate = false;
  bool idle_priority = false;  // tests share the machine with a build
  // HOST:PORT that it takes for the coordinator; empty for the real one.
  std::string connect = {};
  // Arguments of scripted_integrator, which then takes the place of the real integrator.
  std::vector<std::string> script = {};
};

class MiniCluster {
 public:
  MiniCluster();
  // Kills everything that still runs, Postgres included.
  ~MiniCluster();

  // HOST:PORT of the coordinator, known before it runs.
  std::string address() const;
  const std::filesystem::path& directory() const { return directory_.path(); }

  // Coordinator and workers that start from now on speak in plain text, for tests with a proxy in
  // between.
  void UsePlainText() { plain_text_ = true; }

  // Starts the coordinator, with these flags too, and returns once it answers. Until then it has
  // `share` of a core (brake.h), and as much more time.
  void StartCoordinator(const std::vector<std::string>& flags = {}, double share = 1);
  // Kills the coordinator with SIGKILL. Its Postgres goes on without it, as after a crash.
  void KillCoordinator();
  // Sends SIGTERM to the coordinator and waits for its exit.
  ExitStatus StopCoordinator();
  // Acts as an SD card that dies: kills the coordinator and its Postgres and deletes the data
  // directory.
  void DestroyCoordinator();
  // The next coordinator keeps its data here, below directory().
  void UseDataDirectory(const std::string& name) { data_directory_ = name; }
  std::filesystem::path DataDirectory() const { return directory() / data_directory_; }
  // Runs `motzkin` with --coordinator and these arguments to its end. Its output goes to
  // motzkin.log.
  ExitStatus RunMotzkin(const std::vector<std::string>& arguments);
  std::string MotzkinLog() const;

  // Starts, or starts again, the worker of this name on its own state directory, or on that of
  // another worker.
  void StartWorker(const std::string& name, const WorkerSettings& settings = {}) {
    StartWorkerOn(name, name, settings);
  }
  void StartWorkerOn(const std::string& state_of, const std::string& name,
                     const WorkerSettings& settings = {});
  bool WorkerRuns(const std::string& name);
  // Sets the script for the integrators that the worker of this name starts from now on. Returns
  // the script's path.
  std::string WriteScript(const std::string& name, const std::vector<std::string>& arguments);
  // Kills the worker with SIGKILL.
  void KillWorker(const std::string& name);
  // Sends a signal to the worker. Wait for its exit with AwaitWorker.
  void SignalWorker(const std::string& name, int signal);
  // Returns how the worker ended. CHECKs that it does so within `timeout`.
  ExitStatus AwaitWorker(const std::string& name, absl::Duration timeout = absl::Minutes(2));
  pid_t WorkerPid(const std::string& name) const;
  std::filesystem::path WorkerDirectory(const std::string& name) const;
  std::string WorkerLog(const std::string& name) const;
  std::string CoordinatorLog() const;
  // Returns the rows that this worker was told are stored, as "job index attempt outcome hash"
  // lines.
  std::vector<std::string> AcknowledgedRows(const std::string& name) const;

  v1::Job StartJob(const v1::JobSpec& spec);
  absl::StatusOr<v1::Job> ControlJob(const std::string& job, v1::ControlJobRequest::Verb verb);
  // Returns the job as it is now; an error while the coordinator is away.
  absl::StatusOr<v1::Job> FindJob(const std::string& name);
  absl::StatusOr<std::vector<v1::Worker>> ListWorkers();
  // Runs a statement as the reader of the public views.
  absl::StatusOr<postgres::Rows> Query(const std::string& sql);

 private:
  struct Stub;

  // Connects as the operator whose identity the coordinator leaves for its user.
  absl::Status Connect();
  // The value of --insecure.
  std::string PlainText() const { return plain_text_ ? "yes" : "no"; }

  const TemporaryDirectory directory_;
  const int port_;
  int jobs_started_ = 0;
  bool plain_text_ = false;
  std::string data_directory_ = "coordinator";
  std::unique_ptr<Stub> stub_;
  std::optional<ChildProcess> coordinator_;
  std::map<std::string, ChildProcess> workers_;
};

// Returns a small job that only giac works on, with budgets that suit a busy machine.
v1::JobSpec SmallJob(const std::string& name, int64_t target);

}  // namespace motzkin::test
