#include "worker/results/result_route.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/results/submit_results.h"

namespace motzkin::worker {

namespace {

constexpr char kReadOnly[] = "25006";  // SQLSTATE read_only_sql_transaction.

}  // namespace

void PostgresSink::SetDatabase(const std::string& conninfo) {
  const absl::MutexLock lock(&mutex_);
  conninfo_ = conninfo;
}

absl::StatusOr<std::vector<v1::RowStatus>> PostgresSink::Submit(const v1::Submission& submission) {
  // The lock covers the copy alone: connecting and submitting take seconds when the database is
  // away, and SetDatabase() is called by the stream's thread, which must not wait for that.
  std::string conninfo;
  {
    const absl::MutexLock lock(&mutex_);
    conninfo = conninfo_;
  }
  if (connection_ == nullptr || connection_->broken() || connected_to_ != conninfo) {
    connection_.reset();
    ASSIGN_OR_RETURN(connection_, postgres::Connection::Open(conninfo));
    connected_to_ = conninfo;
  }
  absl::StatusOr<std::vector<v1::RowStatus>> statuses = SubmitResults(*connection_, submission);
  // After UNAVAILABLE the commit is in doubt, and an answer that comes late on the old connection
  // must not be taken for that of the next submission.
  if (absl::IsUnavailable(statuses.status())) connection_.reset();
  if (postgres::SqlState(statuses.status()) == kReadOnly) {
    // A standby, or a database in maintenance. FAILED_PRECONDITION, the code of this error, would
    // drop the batch, but it says nothing about the rows. They are sent again on a new connection,
    // which may reach the primary.
    connection_.reset();
    return absl::UnavailableError(statuses.status().message());
  }
  return statuses;
}

void ResultRoute::SetDirectKnown(bool known) {
  const absl::MutexLock lock(&mutex_);
  direct_known_ = known;
}

std::string ResultRoute::way() const {
  const absl::MutexLock lock(&mutex_);
  return direct_known_ && !fallen_back_ ? "direct" : "relay";
}

bool ResultRoute::TryDirect() const {
  const absl::MutexLock lock(&mutex_);
  return direct_known_ && (!fallen_back_ || clock_.Now() >= try_direct_at_);
}

bool ResultRoute::NoteDirect(const absl::Status& status) {
  // A role that may not log in or submit says nothing about the worker: another one may have
  // changed its password. If the worker itself is refused, the coordinator says so too.
  const bool refused = absl::IsPermissionDenied(status);
  const BootTime now = clock_.Now();
  const absl::MutexLock lock(&mutex_);
  // Any other status comes from Postgres itself, so the way to it works.
  if (!refused && !absl::IsUnavailable(status)) {
    failing_since_ = BootTime::Never();
    fallen_back_ = false;
    return false;
  }
  // Before `patience` is over, the writer gets the error and sends the rows again: a restart of
  // Postgres should not put the load of all workers on the coordinator.
  failing_since_ = std::min(failing_since_, now);
  fallen_back_ = refused || now - failing_since_ >= options_.patience;
  try_direct_at_ = now + options_.direct_retry;
  return fallen_back_;
}

absl::StatusOr<std::vector<v1::RowStatus>> ResultRoute::Submit(const v1::Submission& submission) {
  if (TryDirect()) {
    auto statuses = direct_.Submit(submission);
    if (!NoteDirect(statuses.status())) return statuses;
  }
  // The direct way may have stored the rows before it failed. The relay then answers that they are
  // stored already, which is a success.
  auto statuses = relay_.Submit(submission);
  if (absl::IsUnavailable(statuses.status())) {
    const absl::MutexLock lock(&mutex_);
    try_direct_at_ = BootTime();  // Neither way works now, so the next call tries both.
  }
  return statuses;
}

}  // namespace motzkin::worker
