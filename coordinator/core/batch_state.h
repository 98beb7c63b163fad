// One open batch and, while someone works on it, its lease.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <optional>
#include <string>

#include "coordinator/core/types.h"

namespace motzkin::coordinator {

enum class LeasePhase {
  kGranting,  // asked of the store, not confirmed: not shown to the worker, its attempt unknown
  kLive,      // durable; the worker should hold it
  kRecalled,  // taken from the desired state for an idle worker; waits until its holder lets go
  kReleased,  // the holder let go; the next look at the store tells whether it is closed
};

struct Lease {
  int32_t attempt = 0;
  uint64_t grant = 0;  // The GrantLeases intention that asked for it.
  WorkerId worker = {};
  LeasePhase phase = LeasePhase::kGranting;
  std::string done = {};
  // End of the range the worker should hold: below the batch's end while its tail is being trimmed.
  int64_t end = 0;
  BootTime since = {};     // Granted, or restored after a restart.
  BootTime released = {};  // When phase became kReleased or kRecalled.
  // As the holder last reported it.
  bool seen_held = false;
  bool restored = false;  // From before a restart; the holder has not reported since.
  bool splitting = false;
  int64_t finished = 0;  // Stored, or computed and on its way.
  int64_t unstarted_begin = 0;
  int64_t reported_end = 0;
};

// What the store said of it last, and what the rules know besides.
struct BatchState : BatchSnapshot {
  // The worker that gave it up last; another one tries first.
  WorkerId avoid;
  // The store refused to grant it; not offered again before the next look at the store.
  bool stale = false;

  explicit BatchState(const BatchSnapshot& snapshot) : BatchSnapshot(snapshot) {}

  // Null: it is leased to nobody. Only LeaseTable gives a lease and takes it away.
  Lease* lease() { return lease_.has_value() ? &*lease_ : nullptr; }
  const Lease* lease() const { return lease_.has_value() ? &*lease_ : nullptr; }

  // A batch that kills workers is retried one function at a time
  // (docs/decisions/0007-who-killed-the-worker.md).
  static constexpr int32_t kDeathsBeforeCareful = 3;
  bool careful() const { return deaths >= kDeathsBeforeCareful; }

  // Functions without a result, as far as the store and the holder have said.
  int64_t Remaining() const;
  // Functions that no slot has begun, of a batch that its holder is known to hold; else 0.
  int64_t Unstarted() const;
  // The holder reported work on it.
  bool Begun() const;

  // Takes the store's word.
  void Update(const BatchSnapshot& snapshot);
  // Takes the holder's word, within the range the batch has.
  void Update(const HeldReport& held);
  // The tail from `at` became another batch.
  void CutAt(int64_t at);

 private:
  friend class LeaseTable;
  std::optional<Lease> lease_;
};

}  // namespace motzkin::coordinator
