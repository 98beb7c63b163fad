// The connections to the coordinator's port, and what they may cost.
//
// A connection is a stranger's until Welcome() says who is at its other end. Bounds, beside those of
// ConnectionBounds: a stranger stays for kStrangerTime. Where there is no room, the oldest stranger
// goes of the source that has the most of them, so one that floods us pushes out its own. Where
// strangers have sent too much that may have to be kept, the one goes that has sent the most. A
// member's connection ends that has sent too much beyond the messages that have come whole. Where a
// holder begins more calls than CallRates allows, all his connections end, and so does the busiest
// stranger's where strangers do; their sources, unless that is this machine itself, may not connect for
// a while.
//
// A connection takes two descriptors: gRPC has one, and this has a copy, to see the connection's end
// and to end it.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/container/flat_hash_map.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "common/base/clock.h"
#include "common/process/unique_fd.h"
#include "coordinator/service/call_rates.h"

namespace motzkin::coordinator {

struct ConnectionBounds {
  // In all, and of strangers among them.
  size_t connections = 2'560;
  size_t strangers = 256;
  // The bytes that the strangers who are connected may have sent together. A stranger needs a few
  // thousand, or those of one message if his first call is a long one.
  int64_t strangers_bytes = 16 << 20;
  // The bytes that a member's connection may have sent beyond the messages that have come whole: more
  // than its calls may hold. gRPC keeps these bytes even if the message is too long, and even if they
  // belong to more calls at a time than allowed, unless the peer has acknowledged that bound.
  int64_t unfinished_bytes = 5 << 20;
  // A connection whose descriptor has a higher number than this shows that gRPC does not close those
  // that have ended as fast as others come.
  int descriptor = 1'000'000;
};

// Returns the bounds for a process that may have so many descriptors.
ConnectionBounds BoundsFor(uint64_t descriptors);

class Connections {
 public:
  // A worker that waits for its owner's approval for longer than this just connects again.
  static constexpr absl::Duration kStrangerTime = absl::Minutes(10);
  // A stranger who begins too many calls has sent more than this lately. An honest one has not: he says
  // hello, and asks once a second whether he is approved.
  static constexpr int64_t kBusyBytesMin = 16 << 10;
  // An honest connection sends less than this beside its messages: so much a second for pings, windows
  // and the headers of calls, and this part of a message for its frames and TLS records.
  static constexpr int64_t kFramingBytesASecond = 1 << 10;
  static constexpr int64_t kFramingPart = 16;

  // `clock` must outlive this.
  Connections(const ConnectionBounds& bounds, const Clock& clock);

  // Takes a connection that was accepted from `peer`, in gRPC's words, into the table, and ends
  // others that have to make room.
  enum class Admission {
    kAdmitted,
    kBarred,        // Its source may not connect for a while. The connection is to be closed.
    kNoDescriptor,  // None is left for it; it is shut down.
  };
  Admission Admit(int fd, const std::string& peer) ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether a connection with this descriptor should be the last for a moment, because connections
  // come faster than gRPC closes those that were ended.
  bool Behind(int fd) const { return fd > bounds_.descriptor; }
  // Says that `holder` is at the other end of the connection of `peer`. If the holder has more than
  // `of_holder_max` by now, his oldest ends. Returns the number of the connection, 0 if there is none
  // any more.
  uint64_t Welcome(const std::string& peer, const std::string& holder, size_t of_holder_max)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Says that a message of so many bytes has come whole on a connection that Welcome() returned.
  void CountMessage(uint64_t connection, int64_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);

  // Says that the holder of a certificate begins a call, or a stranger if `holder` is empty.
  void CountCall(const std::string& holder) ABSL_LOCKS_EXCLUDED(mutex_);

  // A descriptor that is readable when LookAtEvents() has something to do.
  int events() const { return epoll_.get(); }
  void LookAtEvents() ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the strangers whose time is over, and forgets what was long ago.
  void EndOldStrangers() ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends one connection because descriptors have run out.
  void MakeRoom() ABSL_LOCKS_EXCLUDED(mutex_);
  // Forgets all, which the owner of the other descriptors ends.
  void Clear() ABSL_LOCKS_EXCLUDED(mutex_);

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Connection {
    UniqueFd copy;
    std::string peer;
    std::string source;
    std::string holder;  // empty: a stranger
    BootTime since;
    int64_t bytes = 0;         // received
    int64_t bytes_before = 0;  // those that were received when the last look at all began
    int64_t settled = 0;       // those that a member's messages have explained; at most `bytes`

    void Settle(int64_t explained) { settled = std::min(bytes, settled + explained); }
  };
  // By a number that grows with each connection, so the oldest is the first.
  using Table = std::map<uint64_t, Connection>;

  // Forgets what was long ago: once a second.
  void LookAtAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndOneStranger() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndLargestStranger() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CountBytes(Connection& connection) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Ends all connections of a holder and bars their sources. Returns whether there were any: who has
  // finished no call is not welcome yet.
  bool EndHolder(const std::string& holder) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Bar(const std::string& source) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Ends the stranger that has sent the most lately, if that is much, and bars his source.
  void EndBusiestStranger() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Shuts the connection down, which gRPC notices, and forgets it.
  void End(Table::iterator at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Forget(Table::iterator at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ConnectionBounds bounds_;
  const Clock& clock_;
  const UniqueFd epoll_;

  mutable absl::Mutex mutex_;
  Table table_ ABSL_GUARDED_BY(mutex_);
  CallRates rates_ ABSL_GUARDED_BY(mutex_);
  BootTime looked_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, uint64_t> by_peer_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  size_t strangers_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t strangers_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace motzkin::coordinator
