#include "coordinator/service/connections.h"

#include <absl/container/flat_hash_set.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>

#include "coordinator/service/peer.h"

namespace motzkin::coordinator {
namespace {

// The rest of the coordinator needs these: sessions of Postgres, files, pipes to children, and those
// of gRPC's threads.
constexpr uint64_t kReserve = 128;
constexpr size_t kConnectionsMin = 16;
constexpr size_t kDescriptorsEach = 2;
constexpr int kEventsMax = 1'024;
// Bytes that came since the last look have come lately.
constexpr absl::Duration kLookInterval = absl::Seconds(1);

// The owner's commands come from here, and another user of this machine must not keep them out. His
// connections end all the same.
const absl::flat_hash_set<std::string> kOwnersSources = {SourceOf("ipv4:127.0.0.1:1"),
                                                         SourceOf("ipv6:[::1]:1")};

int64_t BytesReceived(int fd) {
  tcp_info info = {};
  socklen_t length = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return 0;
  return static_cast<int64_t>(info.tcpi_bytes_received);
}

}  // namespace

ConnectionBounds BoundsFor(uint64_t descriptors) {
  ConnectionBounds bounds;
  const uint64_t left = descriptors > kReserve ? descriptors - kReserve : 0;
  bounds.connections =
      std::clamp<size_t>(left / kDescriptorsEach, kConnectionsMin, bounds.connections);
  bounds.strangers = std::min(bounds.connections / 4, bounds.strangers);
  bounds.descriptor =
      static_cast<int>(std::max<uint64_t>(left, kDescriptorsEach * kConnectionsMin) + kReserve / 2);
  return bounds;
}

Connections::Connections(const ConnectionBounds& bounds, const Clock& clock)
    : bounds_(bounds), clock_(clock), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

Connections::Admission Connections::Admit(int fd, const std::string& peer) {
  const absl::MutexLock lock(&mutex_);
  const std::string source = SourceOf(peer);
  if (rates_.Barred(source, clock_.Now())) return Admission::kBarred;
  if (strangers_ >= bounds_.strangers || table_.size() >= bounds_.connections) {
    EndOneStranger();
  }
  UniqueFd copy(fcntl(fd, F_DUPFD_CLOEXEC, 3));
  const uint64_t id = next_id_++;
  // Edges, because gRPC reads what came, and not we. epoll tells of an edge only if something is still
  // true when we ask, and gRPC may have read all by then: EPOLLOUT is true nearly always. The end of a
  // connection is always told.
  epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.u64 = id}};
  if (!copy.valid() || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, copy.get(), &event) != 0) {
    // A connection that cannot be watched is not kept.
    shutdown(fd, SHUT_RDWR);
    return Admission::kNoDescriptor;
  }
  by_peer_[peer] = id;
  Connection& connection = table_[id];
  connection.copy = std::move(copy);
  connection.peer = peer;
  connection.source = source;
  connection.since = clock_.Now();
  ++strangers_;
  return Admission::kAdmitted;
}

uint64_t Connections::Welcome(const std::string& peer, const std::string& holder,
                              size_t of_holder_max) {
  const absl::MutexLock lock(&mutex_);
  const auto known = by_peer_.find(CanonicalPeer(peer));
  if (known == by_peer_.end()) return 0;
  const uint64_t id = known->second;
  Connection& connection = table_.at(id);
  if (!connection.holder.empty()) return id;
  // Strangers keep their share of the room, so that a new machine can always come in. A member who
  // finds no other room is served all the same, among the strangers.
  if (table_.size() - strangers_ >= bounds_.connections - bounds_.strangers) return id;
  connection.holder = holder;
  --strangers_;
  strangers_bytes_ -= connection.bytes;
  const auto held = [&holder](const auto& entry) { return entry.second.holder == holder; };
  if (static_cast<size_t>(std::ranges::count_if(table_, held)) > of_holder_max) {
    End(std::ranges::find_if(table_, held));
  }
  return id;
}

void Connections::CountMessage(uint64_t connection, int64_t bytes) {
  const absl::MutexLock lock(&mutex_);
  const auto at = table_.find(connection);
  if (at == table_.end() || at->second.holder.empty()) return;
  // The message came before we were told of it, and its bytes may not be counted yet.
  CountBytes(at->second);
  at->second.Settle(bytes + bytes / kFramingPart);
}

void Connections::CountCall(const std::string& holder) {
  const absl::MutexLock lock(&mutex_);
  if (rates_.Take(holder, clock_.Now())) return;
  if (holder.empty() || !EndHolder(holder)) EndBusiestStranger();
}

bool Connections::EndHolder(const std::string& holder) {
  bool found = false;
  for (auto next = table_.begin(); next != table_.end();) {
    const auto one = next++;
    if (one->second.holder != holder) continue;
    found = true;
    Bar(one->second.source);
    End(one);
  }
  return found;
}

void Connections::EndBusiestStranger() {
  auto busiest = table_.end();
  int64_t most = kBusyBytesMin;
  for (auto at = table_.begin(); at != table_.end(); ++at) {
    if (!at->second.holder.empty()) continue;
    CountBytes(at->second);
    const int64_t lately = at->second.bytes - at->second.bytes_before;
    if (lately < most) continue;
    most = lately;
    busiest = at;
  }
  // The calls that had come on a connection before its end are counted after that, and must end no
  // other.
  if (busiest == table_.end()) return;
  Bar(busiest->second.source);
  End(busiest);
}

void Connections::Bar(const std::string& source) {
  if (!kOwnersSources.contains(source)) rates_.Bar(source, clock_.Now());
}

void Connections::LookAtEvents() {
  std::array<epoll_event, kEventsMax> events;
  const int count = epoll_wait(epoll_.get(), events.data(), kEventsMax, 0);
  const absl::MutexLock lock(&mutex_);
  for (int i = 0; i < count; ++i) {
    const auto at = table_.find(events[i].data.u64);
    if (at == table_.end()) continue;
    if ((events[i].events & (EPOLLHUP | EPOLLERR)) != 0) {
      Forget(at);
      continue;
    }
    CountBytes(at->second);
    const Connection& connection = at->second;
    if (!connection.holder.empty() &&
        connection.bytes - connection.settled > bounds_.unfinished_bytes) {
      End(at);
    }
  }
  while (strangers_ > 0 && strangers_bytes_ > bounds_.strangers_bytes) EndLargestStranger();
}

void Connections::CountBytes(Connection& connection) {
  const int64_t before = std::exchange(connection.bytes, BytesReceived(connection.copy.get()));
  if (connection.holder.empty()) strangers_bytes_ += connection.bytes - before;
}

void Connections::LookAtAll() {
  const BootTime now = clock_.Now();
  if (now - looked_ < kLookInterval) return;
  const int64_t seconds = absl::ToInt64Seconds(now - std::exchange(looked_, now));
  rates_.Forget(now);
  for (auto& [id, connection] : table_) {
    connection.bytes_before = connection.bytes;
    connection.Settle(kFramingBytesASecond * seconds);
  }
}

void Connections::EndOldStrangers() {
  const absl::MutexLock lock(&mutex_);
  LookAtAll();
  const BootTime before = clock_.Now() - kStrangerTime;
  for (auto at = table_.begin(); at != table_.end() && at->second.since <= before;) {
    const auto next = std::next(at);
    if (at->second.holder.empty()) End(at);
    at = next;
  }
}

void Connections::MakeRoom() {
  const absl::MutexLock lock(&mutex_);
  EndOneStranger();
}

void Connections::EndOneStranger() {
  absl::flat_hash_map<std::string, size_t> of_source;
  for (const auto& [id, connection] : table_) {
    if (connection.holder.empty()) ++of_source[connection.source];
  }
  auto victim = table_.end();
  size_t most = 0;
  for (auto at = table_.begin(); at != table_.end(); ++at) {
    if (!at->second.holder.empty()) continue;
    const size_t count = of_source[at->second.source];
    if (count <= most) continue;  // The oldest of a source comes first.
    most = count;
    victim = at;
  }
  if (victim != table_.end()) End(victim);
}

void Connections::EndLargestStranger() {
  auto largest = table_.end();
  for (auto at = table_.begin(); at != table_.end(); ++at) {
    if (!at->second.holder.empty()) continue;
    if (largest == table_.end() || at->second.bytes > largest->second.bytes) largest = at;
  }
  if (largest != table_.end()) End(largest);
}

void Connections::End(Table::iterator at) {
  // Both descriptors are of one socket, so gRPC sees an end and closes its own. Closing ours alone
  // would not do that.
  shutdown(at->second.copy.get(), SHUT_RDWR);
  Forget(at);
}

void Connections::Forget(Table::iterator at) {
  if (at->second.holder.empty()) {
    --strangers_;
    strangers_bytes_ -= at->second.bytes;
  }
  // Another connection may have the same name by now: the peer's port is free again before we hear
  // of the end.
  const auto named = by_peer_.find(at->second.peer);
  if (named != by_peer_.end() && named->second == at->first) by_peer_.erase(named);
  // epoll watches the open socket and not the descriptor, so closing our copy does not end that
  // while gRPC still has its own.
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, at->second.copy.get(), nullptr);
  table_.erase(at);
}

void Connections::Clear() {
  const absl::MutexLock lock(&mutex_);
  while (!table_.empty()) Forget(table_.begin());
}

size_t Connections::size() const {
  const absl::MutexLock lock(&mutex_);
  return table_.size();
}

}  // namespace motzkin::coordinator
