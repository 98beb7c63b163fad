#include "coordinator/service/result_relay.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/results/submit_results.h"

namespace motzkin::coordinator {
namespace {

// Two commits under way keep an SD card as busy as it can be.
constexpr int kThreads = 2;
// Fifty workers flush once a second each, so this is two seconds of theirs. When more waits, they
// keep their rows: a longer queue would hold rows whose worker has given up and sends them again.
constexpr size_t kWaitingMax = 100;

}  // namespace

ResultRelay::ResultRelay(std::string conninfo)
    : conninfo_(std::move(conninfo)), threads_(kThreads, kWaitingMax) {}

ResultRelay::~ResultRelay() { Stop(); }

void ResultRelay::Stop() { threads_.Stop(); }

void ResultRelay::Submit(v1::Submission submission, const std::function<void(Statuses)>& done) {
  auto task = [this, submission = std::move(submission), done] { done(SubmitNow(submission)); };
  if (!threads_.Add(std::move(task))) {
    done(absl::UnavailableError("too many results wait to be stored; repeat"));
  }
}

// A connection may have died since its last use. The submission then fails with UNAVAILABLE, the
// connection is dropped, and the worker sends the rows again: that is harmless, and simpler than
// trying here.
ResultRelay::Statuses ResultRelay::SubmitNow(const v1::Submission& submission) {
  ASSIGN_OR_RETURN(std::unique_ptr<postgres::Connection> connection, Take());
  Statuses statuses = StoreResults(*connection, submission);
  GiveBack(std::move(connection));
  return statuses;
}

absl::StatusOr<std::unique_ptr<postgres::Connection>> ResultRelay::Take() {
  {
    const absl::MutexLock lock(&mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<postgres::Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  // Opening takes a while, so it happens without the mutex.
  return postgres::Connection::Open(conninfo_);
}

void ResultRelay::GiveBack(std::unique_ptr<postgres::Connection> connection) {
  if (connection->broken()) return;
  const absl::MutexLock lock(&mutex_);
  // There are never more connections than threads, as a thread opens one only if none is idle.
  idle_.push_back(std::move(connection));
}

}  // namespace motzkin::coordinator
