// A cluster in one thread: the real rules, model workers and a model store under a seed, in virtual
// time. After every step the invariants of design sections 4 and 5 are checked; the first that does
// not hold is reported with what happened last.
//
// Simulated: workers that die, sleep, stop, come back and say nonsense; messages that are late,
// lost, doubled and overtaken; a link that is cut; a coordinator that is killed and restarted; a
// store that is slow, away, and that fails before or after its commit; operators who pause, resume,
// cancel and extend; functions that kill their worker. Not simulated: threads, gRPC, SQL and the
// worker's own code. tests/cluster runs those.
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
  // Functions a job wants.
  int64_t target = 2000;
  int jobs = 2;
  // As Policy's: so small here that workers wait for each other.
  int64_t asked_max = 6;
  // Faults happen this often, all kinds together, until `faults_until`.
  absl::Duration fault_every = absl::Seconds(4);
  absl::Duration faults_until = absl::Minutes(20);
  // Everything must be done by then: nobody starves.
  absl::Duration end = absl::Hours(6);
  // Not null: gets the event log (event_log.h).
  std::ostream* log = nullptr;
};

// Draws what happens from the seed.
class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}

  // At least 0 and below 1.
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

  // Runs to the end, or to the first violation: what was violated, in words. Empty: all held.
  std::string Run();

  int64_t steps() const { return steps_; }
  const ModelStore& store() const { return store_; }
  // How often each kind of fault happened.
  const std::map<std::string, int>& faults() const { return faults_; }
  int workers() const { return options_.workers; }
  // Functions (job, index) that kill every worker which tries them.
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
    bool cut = false;  // Its link to the coordinator.
    BootTime restart_at = BootTime::Never();
    std::optional<BootTime> delivered;  // When this coordinator last took a message of it.
  };
  // What the store thread does next.
  struct StoreCall {
    std::optional<Intention> intention;  // Empty: a poll.
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
  // Takes what the rules want and queues it for the store.
  void Settle();
  // What waits behind the last look at the store is taken in the order of the real loop.
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
  double store_trouble_ = 0;  // Part of calls that fail, before or after their commit.
  std::deque<StoreCall> store_calls_;
  bool store_busy_ = false;
  bool polling_ = false;

  std::unique_ptr<Scheduler> scheduler_;
  uint64_t epoch_ = 0;  // Of the coordinator: answers to a dead one are dropped.
  BootTime coordinator_since_;
  uint64_t sent_ = 0;
  std::vector<Machine> machines_;
  double message_trouble_ = 0;
  std::set<std::pair<int64_t, int64_t>> poison_;
  std::vector<int64_t> jobs_;
  std::map<int64_t, size_t> cancelled_;  // With the results it had then: none may come after.
  bool calm_ = false;

  std::map<std::string, int> faults_;
  std::deque<std::string> history_;
  std::string violation_;
};

}  // namespace motzkin::coordinator
