#include "coordinator/service/join_table.h"

#include <algorithm>

#include "common/identity/key.h"
#include "coordinator/service/peer.h"

namespace motzkin::coordinator {

// Entries are in the order of their arrival and all wait equally long, so the front is the oldest.
void JoinTable::Expire(BootTime now) {
  while (!entries_.empty() && now - entries_.front().since >= kWaitMax) entries_.pop_front();
  while (!wrong_.empty() && now - wrong_.front() >= kGuessTime) wrong_.pop_front();
}

// One source may hold few places: a machine that begins again and again pushes its own entries out,
// not those of others. The last line is for a table filled from many sources.
void JoinTable::MakeRoom(const std::string& address) {
  const std::string source = SourceOf(address + ":");  // The address has no port, a peer has one.
  const auto of_source = [&source](const Entry& entry) {
    return SourceOf(entry.worker.source + ":") == source;
  };
  if (std::ranges::count_if(entries_, of_source) >= static_cast<std::ptrdiff_t>(kOfSourceMax)) {
    entries_.erase(std::ranges::find_if(entries_, of_source));
  }
  if (entries_.size() >= kWaitingMax) entries_.pop_front();
}

std::string JoinTable::Commit(const std::string& commitment, const std::string& source,
                              BootTime now) {
  const absl::MutexLock lock(&mutex_);
  Expire(now);
  // A worker whose answer was lost asks again and must get the same nonce. A new one would change
  // the code, and a peer could try nonces until a code suits it.
  const auto known = std::ranges::find(entries_, commitment, &Entry::commitment);
  if (known != entries_.end()) return known->nonce;
  MakeRoom(source);
  entries_.push_back({.commitment = commitment,
                      .nonce = identity::RandomBytes(identity::kNonceBytes),
                      .since = now,
                      .worker = {.source = source}});
  return entries_.back().nonce;
}

absl::StatusOr<JoinTable::Answer> JoinTable::Open(const std::string& commitment,
                                                  const identity::Opening& opening, BootTime now) {
  if (identity::CommitmentTo(opening) != commitment) {
    return absl::InvalidArgumentError("this does not open the commitment");
  }
  const absl::MutexLock lock(&mutex_);
  Expire(now);
  const auto entry = std::ranges::find(entries_, commitment, &Entry::commitment);
  if (entry == entries_.end()) {
    return absl::NotFoundError("this worker no longer waits here: begin again");
  }
  WaitingWorker& worker = entry->worker;
  // Only the first opening counts. The commitment allows no other, so a repeated one is a poll.
  if (worker.code.empty()) {
    worker.code = identity::JoinCode(coordinator_, entry->nonce, opening);
    worker.uuid = opening.worker_uuid;
    worker.name = opening.worker_name;
    worker.public_key = opening.public_key;
  }
  return Answer{.nonce = entry->nonce, .certificate = entry->certificate};
}

std::vector<WaitingWorker> JoinTable::Waiting(BootTime now) {
  const absl::MutexLock lock(&mutex_);
  Expire(now);
  std::vector<WaitingWorker> waiting;
  for (const Entry& entry : entries_) {
    if (entry.worker.code.empty() || !entry.certificate.empty()) continue;
    waiting.push_back(entry.worker);
    waiting.back().waited = now - entry.since;
  }
  return waiting;
}

absl::StatusOr<WaitingWorker> JoinTable::Find(const std::string& code, BootTime now) {
  const absl::MutexLock lock(&mutex_);
  Expire(now);
  // 30 bits withstand a few guesses a minute. The limit is for all callers together, as each
  // operator's guesses help the same attacker.
  if (wrong_.size() >= kGuessesMax) {
    return absl::ResourceExhaustedError(
        "too many wrong codes: no worker can be approved for a minute");
  }
  const auto has_code = [&code](const Entry& entry) {
    return !entry.worker.code.empty() && entry.worker.code == code && entry.certificate.empty();
  };
  const auto found = std::ranges::find_if(entries_, has_code);
  // Only failures count, so that approving a room full of machines is not slowed down.
  if (found == entries_.end()) {
    wrong_.push_back(now);
    return absl::NotFoundError(
        "no worker that waits shows this code; `motzkin workers` lists them");
  }
  // Refused rather than resolved: only a third party that tried for a collision makes two.
  if (std::ranges::count_if(entries_, has_code) > 1) {
    return absl::FailedPreconditionError(
        "two workers show this code, which cannot be an accident: approve neither");
  }
  return found->worker;
}

void JoinTable::Grant(const std::string& public_key, const std::string& certificate) {
  // The entry stays, with the certificate, until it expires: the worker fetches it with its next
  // poll, and may have to poll twice if an answer is lost.
  const absl::MutexLock lock(&mutex_);
  for (Entry& entry : entries_) {
    if (entry.worker.public_key == public_key) entry.certificate = certificate;
  }
}

}  // namespace motzkin::coordinator
