// Simulates a cluster in one thread and in virtual time: the real rules with model workers and a
// model store, under a seed. The promises of coordinator/core/scheduler.h are checked after every
// step. The first that is broken is reported with the last events.
//
// The simulation has workers that die, sleep, stop, come back and report nonsense; messages that
// are late, lost, doubled and overtaken; links that are cut; a coordinator that is killed and
// restarted; a store that is slow, away, or fails before or after its commit; operators who pause,
// resume, cancel and extend; workers
// that claim much and deliver nothing; and functions that kill their worker. It has no threads, gRPC, SQL or
// code of the worker. tests/cluster runs those.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "coordinator/core/scheduler.h"
#include "tests/sim/event_log.h"
#include "tests/sim/model_store.h"
#include "tests/sim/simulated_worker.h"

namespace motzkin::coordinator {

struct SimulatorOptions {
  uint64_t seed = 1;
  int workers = 4;
  // The first so many of them claim much, report, and deliver nothing, to the end.
  int idlers = 0;
  // The target of each job.
  int64_t target = 2000;
  int jobs = 2;
  // As in Policy, but so small that workers wait for each other.
  int64_t asked_max = 6;
  // As in Policy, but longer than any fault, so that no honest worker is taken for an idler.
  absl::Duration stall = absl::Minutes(3);
  // The mean time between two faults of any kind, until `faults_until`.
  absl::Duration fault_every = absl::Seconds(4);
  absl::Duration faults_until = absl::Minutes(20);
  // All jobs must be done by then, so that no job starves.
  absl::Duration end = absl::Hours(6);
  // If it is not null, the event log is written to it (event_log.h).
  std::ostream* log = nullptr;
};

// Draws what happens from the seed.
class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}

  // Returns a number in 0 <= x < 1.
  double Chance() { return std::uniform_real_distribution<double>(0, 1)(engine_); }
  int64_t Pick(int64_t from, int64_t to) {
    return std::uniform_int_distribution<int64_t>(from, to)(engine_);
  }
  absl::Duration Between(absl::Duration from, absl::Duration to) {
    return from + (to - from) * Chance();
  }

 private:
  std::mt19937_64 engine_;
};

class Simulator {
 public:
  explicit Simulator(const SimulatorOptions& options);

  // Runs to the end or to the first violation, and returns a report about it. Empty: all held.
  std::string Run();

  int64_t steps() const { return steps_; }
  const ModelStore& store() const { return store_; }
  // The number of faults by kind.
  const std::map<std::string, int>& faults() const { return faults_; }
  int workers() const { return options_.workers; }
  // The functions (job, index) that kill each worker that tries them.
  const std::set<std::pair<int64_t, int64_t>>& poison() const { return poison_; }

 private:
  struct Timed {
    BootTime at;
    uint64_t order;
    std::function<void()> action;
    bool operator>(const Timed& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  struct Machine {
    std::unique_ptr<SimulatedWorker> worker;
    bool idler = false;  // To the end.
    bool cut = false;    // Its link to the coordinator is cut.
    BootTime restart_at = BootTime::Never();
    std::optional<BootTime> delivered;  // The time of the last message that this coordinator took.
  };
  // One call of the store.
  struct StoreCall {
    std::optional<Intention> intention;  // Empty: the call is a poll.
  };

  void At(BootTime when, std::function<void()> action);
  void After(absl::Duration delay, std::function<void()> action) {
    At(now_ + delay, std::move(action));
  }
  void StartJobs();
  void StepWorker(size_t index);
  void SendReport(size_t index);
  void ReportForEver(size_t index);
  void Deliver(size_t index, const WorkerReport& report);
  void SendDesired(size_t index);
  void TickCoordinator();
  void RestartCoordinator();
  // Queues the intentions of the rules for the store, and sends changed desired states.
  void Settle();
  // Sorts the intentions behind the last poll by rank, as the real loop does.
  void SortStoreCalls();
  void RunStoreCall();
  void InjectFault();
  void FaultOfWorker(int kind, size_t index);
  void FaultOfCluster(int kind);
  void HealEverything();
  bool AllDone() const;
  std::string DescribeOpen(int64_t job) const;

  void Check();
  void CheckSilence();
  void CheckIdlers();
  void CheckComplete();
  void Violated(const std::string& what);

  const SimulatorOptions options_;
  Dice dice_;
  EventLog log_;
  BootTime now_ = BootTime() + absl::Hours(1);
  const BootTime start_ = now_;
  std::priority_queue<Timed, std::vector<Timed>, std::greater<>> agenda_;
  uint64_t order_ = 0;
  int64_t steps_ = 0;

  ModelStore store_;
  bool store_up_ = true;
  double store_trouble_ = 0;  // The part of the calls that fails, before or after the commit.
  std::deque<StoreCall> store_calls_;
  bool store_busy_ = false;
  bool polling_ = false;

  std::unique_ptr<Scheduler> scheduler_;
  uint64_t epoch_ = 0;  // Counts the coordinators; an answer to a dead one is dropped.
  BootTime coordinator_since_;
  uint64_t sent_ = 0;
  std::vector<Machine> machines_;
  double message_trouble_ = 0;
  std::set<std::pair<int64_t, int64_t>> poison_;
  std::vector<int64_t> jobs_;
  std::map<int64_t, size_t> cancelled_;  // The number of results then; none may come after.
  bool calm_ = false;

  std::map<std::string, int> faults_;
  std::deque<std::string> history_;
  std::string violation_;
};

}  // namespace motzkin::coordinator
