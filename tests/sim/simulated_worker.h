// A worker as far as the coordinator can tell: it holds the desired batches, works through them in
// order, sends results to the store and its whole state to the coordinator. It misbehaves on
// request.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <optional>
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

  // Starts another process on the same state directory.
  void Start();
  // Acts as on SIGKILL: everything in memory is gone, but the disk remembers the careful function
  // that was begun.
  void Kill();
  // Acts as on SIGTERM: it gives everything back, reports until it holds nothing, and then ends.
  void Stop() { draining_ = true; }
  void set_asleep(bool asleep) { asleep_ = asleep; }
  bool asleep() const { return asleep_; }
  // It takes all it gets, reports that it has begun it, and does nothing. It says that it is as fast
  // as any machine ever was.
  void set_idler(bool idler) { idler_ = idler; }
  void set_slots_allowed(int slots) { slots_allowed_ = slots; }

  // `sent` numbers the desired states of this stream; one that a newer has overtaken is ignored.
  void Receive(const Desired& desired, uint64_t sent);

  // Computes for `elapsed` and flushes finished results, unless the store is away. Functions in
  // `poison` kill the process whenever they are tried. Returns false if it died.
  bool Work(absl::Duration elapsed, ModelStore& store, bool store_up,
            const std::set<std::pair<int64_t, int64_t>>& poison);

  // Returns its whole state under the next sequence number.
  WorkerReport Report(const std::string& digest);

  // It has no more to do or to tell, so a stopped worker may end.
  bool Empty() const { return held_.empty(); }

 private:
  using Function = std::pair<int64_t, int64_t>;  // A job and an index.
  struct Held {
    int32_t attempt = 0;
    int64_t begin = 0;
    int64_t end = 0;
    int64_t next = 0;  // The first index that is not begun.
    bool careful = false;
    std::set<int64_t> done;        // These had their result when the batch was granted.
    std::vector<int64_t> pending;  // These are computed but not acknowledged yet.
    int64_t stored = 0;
    bool refused = false;
  };

  void Flush(const BatchKey& key, Held& held, ModelStore& store);
  // Takes one step with a careful function: one step begins it and the next ends it, so that a
  // death for another reason may hit it. Returns false if it killed the process.
  bool WorkCarefully(const BatchKey& key, const std::set<Function>& poison);
  // Returns the careful batch that wants the worker for itself, or null if it holds none.
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
  bool idler_ = false;
  double credit_ = 0;                         // Saves up fractions of functions.
  std::optional<Function> careful_function_;  // The careful function that is begun.
  std::map<Function, int> deaths_;            // On disk: how often it died with that one begun.
  std::vector<BatchKey> order_;
  std::map<BatchKey, Held> held_;
  std::vector<AuditKey> audits_;
  std::vector<AuditKey> audited_;  // These are computed but not stored yet.
};

}  // namespace motzkin::coordinator
