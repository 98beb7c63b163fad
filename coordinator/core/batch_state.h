// One open batch and, while a worker has it, its lease (docs/job_lifecycle.md, "A lease").
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
  uint64_t grant = 0;  // The number of the GrantLeases intention that asked for it.
  WorkerId worker = {};
  LeasePhase phase = LeasePhase::kGranting;
  std::string done = {};
  // The range that the worker should hold ends here: below the batch's end while the tail is being
  // trimmed. The batch is split only when the holder has reported the shorter range, as it may have
  // begun more in the meantime.
  int64_t end = 0;
  BootTime since = {};     // When it was granted, or restored after a restart.
  BootTime released = {};  // When phase became kReleased or kRecalled.
  // The holder reported it at least once. `finished`, `unstarted_begin` and `reported_end` are from
  // its last report.
  bool seen_held = false;
  bool restored = false;  // It is from before a restart, and the holder has not reported since.
  bool splitting = false;
  // How long it was the one that its holder should work on, since it last got a row.
  absl::Duration stalled = absl::ZeroDuration();
  int64_t finished = 0;  // Results that are stored, or computed and on their way.
  int64_t unstarted_begin = 0;
  int64_t reported_end = 0;
};

// A batch as the store described it last, with the facts that only the rules know.
struct BatchState : BatchSnapshot {
  // The worker that gave it up last; another one tries first.
  WorkerId avoid;
  // The store refused to grant it, or was asked to cut it: it is not offered again before the next
  // poll.
  bool stale = false;

  explicit BatchState(const BatchSnapshot& snapshot) : BatchSnapshot(snapshot) {}

  // Null while it is not leased. Only LeaseTable gives a lease and takes it away.
  Lease* lease() { return lease_.has_value() ? &*lease_ : nullptr; }
  const Lease* lease() const { return lease_.has_value() ? &*lease_ : nullptr; }

  // A batch that kills workers is retried one function at a time
  // (docs/decisions/0007-who-killed-the-worker.md).
  static constexpr int32_t kDeathsBeforeCareful = 3;
  bool careful() const { return deaths >= kDeathsBeforeCareful; }

  // Counts the functions without a result, as far as the store and the holder have said.
  int64_t Remaining() const;
  // Counts the functions that no slot has begun. It is 0 until the holder has reported the batch,
  // since it may have begun any of them.
  int64_t Unstarted() const;
  // The holder reported work on it.
  bool Begun() const;

  // Takes the store's word. Returns the number of rows that came since its last word.
  int64_t Update(const BatchSnapshot& snapshot);
  // Takes the holder's word, within the range the batch has.
  void Update(const HeldReport& held);
  // The tail from `at` became another batch.
  void CutAt(int64_t at);

 private:
  friend class LeaseTable;
  std::optional<Lease> lease_;
};

}  // namespace motzkin::coordinator
