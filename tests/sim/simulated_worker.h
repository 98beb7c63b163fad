// A worker as far as the coordinator can tell: it holds what is desired, works through it in order,
// sends results to the store and its whole state to the coordinator. And it misbehaves on request.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/core/types.h"
#include "tests/sim/model_store.h"

namespace motzkin::coordinator {

class SimulatedWorker {
 public:
  SimulatedWorker(std::string name, int slots, double functions_per_second)
      : name_(std::move(name)), slots_(slots), speed_(functions_per_second) {}

  const std::string& name() const { return name_; }
  uint64_t instance() const { return instance_; }
  bool running() const { return running_; }
  bool draining() const { return draining_; }

  // Another process on the same state directory.
  void Start();
  // SIGKILL: what was in memory is gone. What was begun carefully is remembered on disk.
  void Kill();
  // SIGTERM: gives everything back, keeps reporting until it holds nothing; then ends.
  void Stop() { draining_ = true; }
  void set_asleep(bool asleep) { asleep_ = asleep; }
  bool asleep() const { return asleep_; }
  void set_slots_allowed(int slots) { slots_allowed_ = slots; }

  // `sent` numbers what the coordinator sent on this stream: an older one is ignored.
  void Receive(const Desired& desired, uint64_t sent);

  // Computes for `elapsed` and flushes what is finished, unless the store is away. `poison` are
  // functions that kill the process whenever they are tried. False: it died.
  bool Work(absl::Duration elapsed, ModelStore& store, bool store_up,
            const std::set<std::pair<int64_t, int64_t>>& poison, std::mt19937_64& random);

  // Its whole state, and one more sequence number.
  WorkerReport Report(const std::string& digest);

  // Nothing more to do or to tell: a stopped worker may end.
  bool Empty() const { return held_.empty(); }

 private:
  using Function = std::pair<int64_t, int64_t>;  // Job, index.
  struct Held {
    int32_t attempt = 0;
    int64_t begin = 0;
    int64_t end = 0;
    int64_t next = 0;  // The first index not begun.
    bool careful = false;
    std::set<int64_t> done;        // Had its result when it was granted.
    std::vector<int64_t> pending;  // Computed, not yet acknowledged.
    int64_t stored = 0;
    bool refused = false;
  };

  void Flush(const BatchKey& key, Held& held, ModelStore& store);
  // One careful function: begun in one step, ended in the next, so that other deaths may hit it.
  // False: it killed the process.
  bool WorkCarefully(const BatchKey& key, const std::set<Function>& poison);
  // Of the batches it holds, the careful one that wants the worker for itself; null: none.
  const BatchKey* Careful() const;

  const std::string name_;
  const int slots_;
  const double speed_;
  uint64_t instance_ = 0;
  uint64_t sequence_ = 0;
  uint64_t received_ = 0;
  int slots_allowed_ = -1;
  bool running_ = false;
  bool draining_ = false;
  bool asleep_ = false;
  bool suspended_ = false;
  double credit_ = 0;                         // Fractions of functions.
  std::optional<Function> careful_function_;  // Begun.
  std::map<Function, int> deaths_;            // On disk: died while it was begun carefully.
  std::vector<BatchKey> order_;
  std::map<BatchKey, Held> held_;
  std::vector<AuditKey> audits_;
  std::vector<AuditKey> audited_;  // Computed, not yet stored.
};

}  // namespace motzkin::coordinator
