#include "common/postgres/watchdog.h"

#include <fmt/format.h>

namespace motzkin::postgres {

Watchdog::Watch::Watch(Watchdog& watchdog, Connection& connection, absl::Duration longest)
    : watchdog_(watchdog), longest_(longest) {
  const absl::MutexLock lock(&watchdog.mutex_);
  watchdog.watched_ = &connection;
  watchdog.barked_ = false;
  watchdog.deadline_ = Deadline::After(longest);
  // Usually the thread sleeps until the deadline of an earlier call, which comes first. It then
  // finds the new deadline by itself.
  if (longest < watchdog.sleeps_until_.Remaining()) watchdog.earlier_.Signal();
}

Watchdog::Watch::~Watch() {
  const absl::MutexLock lock(&watchdog_.mutex_);
  // The deadline stays: the thread wakes up at it once, finds nothing to watch and sleeps on.
  watchdog_.watched_ = nullptr;
}

absl::Status Watchdog::Watch::Explain(absl::Status status) const {
  if (!absl::IsUnavailable(status)) return status;
  const absl::MutexLock lock(&watchdog_.mutex_);
  // The call has failed for another reason, such as a restart of the server.
  if (!watchdog_.barked_) return status;
  return absl::UnavailableError(
      fmt::format("Postgres has not answered for {}", absl::FormatDuration(longest_)));
}

Watchdog::Watchdog() : thread_([this] { Run(); }) {}

Watchdog::~Watchdog() {
  const absl::MutexLock lock(&mutex_);
  // The lock ends with this body, and so before the thread is joined.
  stopping_ = true;
  earlier_.Signal();
}

void Watchdog::Run() {
  const absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    if (watched_ != nullptr && deadline_.Passed()) {
      barked_ = true;
      // The mutex is held, so the connection cannot go away: ~Watch() waits for it.
      watched_->HangUp();
      watched_ = nullptr;
    }
    sleeps_until_ = watched_ == nullptr ? Deadline::Never() : deadline_;
    earlier_.WaitWithTimeout(&mutex_, sleeps_until_.Remaining());
  }
}

}  // namespace motzkin::postgres
