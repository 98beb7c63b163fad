// The workers that wait for their owner's approval, and their codes (common/identity/join_code.h).
//
// Bounds: kWaitingMax in all, of which kOfSourceMax from one address or, in IPv6, one network of 64
// bits, for kWaitMax each. Where there is no room the oldest makes some, of that source if it has too
// many. Nothing here outlives a
// restart: the workers begin anew then, with other codes.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <deque>
#include <string>
#include <vector>

#include "common/base/boot_time.h"
#include "common/identity/join_code.h"

namespace motzkin::coordinator {

struct WaitingWorker {
  std::string code = {};
  std::string uuid = {};
  std::string name = {};
  std::string public_key = {};
  std::string source = {};  // The address that it calls from.
  absl::Duration waited = {};
};

class JoinTable {
 public:
  static constexpr size_t kWaitingMax = 64;
  static constexpr size_t kOfSourceMax = 4;
  static constexpr absl::Duration kWaitMax = absl::Hours(1);
  // So many wrong codes within kGuessTime end all approving until it is over.
  static constexpr int kGuessesMax = 5;
  static constexpr absl::Duration kGuessTime = absl::Minutes(1);

  // `coordinator` is the coordinator's public key, of which codes are made.
  explicit JoinTable(std::string coordinator) : coordinator_(std::move(coordinator)) {}

  // Notes a commitment, and returns the nonce for it: the same one if it is known already.
  std::string Commit(const std::string& commitment, const std::string& source, BootTime now);
  // Takes the opening of a commitment. Returns the nonce and, once the worker is approved, the
  // certificate; empty before that. NOT_FOUND: the commitment is not known, or no longer;
  // INVALID_ARGUMENT: the opening is of another one.
  struct Answer {
    std::string nonce;
    std::string certificate;
  };
  absl::StatusOr<Answer> Open(const std::string& commitment, const identity::Opening& opening,
                              BootTime now);

  // Lists the workers that have opened their commitments and wait, the longest first.
  std::vector<WaitingWorker> Waiting(BootTime now);
  // Finds the worker with this code. NOT_FOUND: there is none. RESOURCE_EXHAUSTED: too many wrong
  // codes were tried. FAILED_PRECONDITION: two have it, which cannot be an accident.
  absl::StatusOr<WaitingWorker> Find(const std::string& code, BootTime now);
  // Gives the worker with this key its certificate.
  void Grant(const std::string& public_key, const std::string& certificate);

 private:
  struct Entry {
    std::string commitment;
    std::string nonce;
    BootTime since;
    WaitingWorker worker = {};  // Without a code until the commitment is opened.
    std::string certificate = {};
  };

  void Expire(BootTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MakeRoom(const std::string& address) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string coordinator_;
  absl::Mutex mutex_;
  std::deque<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // the oldest first
  std::deque<BootTime> wrong_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace motzkin::coordinator
