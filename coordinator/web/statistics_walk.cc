#include "coordinator/web/statistics_walk.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status_macros.h"

namespace motzkin::coordinator::web {
namespace {

// The statistics of a job take some 100 kB.
constexpr size_t kJobsMax = 8;
constexpr int64_t kRowsOfAPiece = 2'000;

}  // namespace

StatisticsWalk::StatisticsWalk(std::string conninfo, std::function<int64_t()> taken_back)
    : conninfo_(std::move(conninfo)),
      taken_back_(std::move(taken_back)),
      thread_([this] { Run(); }) {}

void StatisticsWalk::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    if (std::exchange(stopped_, true)) return;
  }
  stopping_.Notify();
  reading_.TurnOff();
  if (thread_.joinable()) thread_.join();
}

StatisticsWalk::Counted StatisticsWalk::Of(const dataset::JobDescription& job) {
  const int64_t taken_back = taken_back_();
  const absl::MutexLock lock(&mutex_);
  Walk& walk = walks_[job.uuid];
  // A job whose sealed prefix became shorter has other rows, too.
  if (walk.taken_back != taken_back || walk.counted.rows > job.sealed) walk = {};
  walk.job = job;
  walk.taken_back = taken_back;
  walk.asked = ++questions_;
  walk.retry = true;
  while (walks_.size() > kJobsMax) {
    walks_.erase(
        std::ranges::min_element(walks_, {}, [](const auto& entry) { return entry.second.asked; }));
  }
  return walk.counted;
}

std::string StatisticsWalk::Next() const {
  for (const auto& [uuid, walk] : walks_) {
    const bool may = walk.counted.problem.ok() || walk.retry;
    if (may && walk.counted.rows < walk.job.sealed) return uuid;
  }
  return "";
}

void StatisticsWalk::Run() {
  const SystemClock clock;
  while (true) {
    std::string uuid;
    {
      const absl::MutexLock lock(&mutex_);
      // No connection is kept for rows that may come much later.
      if (Next().empty()) reader_ = nullptr;
      const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopped_ || !Next().empty();
      };
      mutex_.Await(absl::Condition(&ready));
      if (stopped_) return;
      uuid = Next();
    }
    const BootTime begin = clock.Now();
    Count(uuid);
    if (stopping_.WaitFor(clock.Now() - begin)) return;
  }
}

void StatisticsWalk::Count(const std::string& uuid) {
  dataset::JobDescription job;
  dataset::IndexRange piece;
  int64_t taken_back = 0;
  {
    const absl::MutexLock lock(&mutex_);
    const auto found = walks_.find(uuid);
    if (found == walks_.end()) return;
    Walk& walk = found->second;
    walk.retry = false;
    job = walk.job;
    taken_back = walk.taken_back;
    piece = {.begin = walk.counted.rows,
             .end = std::min(walk.counted.rows + kRowsOfAPiece, job.sealed)};
  }
  std::vector<dataset::Row> rows;
  const absl::Status read = Read(job, piece, rows);
  const absl::MutexLock lock(&mutex_);
  const auto found = walks_.find(uuid);
  if (found == walks_.end()) return;
  Walk& walk = found->second;
  // Another thread may have begun this walk anew meanwhile.
  if (walk.taken_back != taken_back || walk.counted.rows != piece.begin) return;
  walk.counted.problem = read;
  if (!read.ok()) return;
  for (const dataset::Row& row : rows) {
    walk.counted.statistics.Add(row, dataset::LabelOf(row.outcome, row.answer_class, job.answers));
  }
  walk.counted.rows = piece.end;
}

absl::Status StatisticsWalk::Read(const dataset::JobDescription& job, dataset::IndexRange piece,
                                  std::vector<dataset::Row>& rows) {
  if (reader_ == nullptr) {
    ASSIGN_OR_RETURN(dataset::Reader opened,
                     dataset::Reader::Open(conninfo_, /*attempts=*/1, &reading_));
    reader_ = std::make_unique<dataset::Reader>(std::move(opened));
  }
  return reader_->ForEachPiece(
      job, piece,
      [&](std::vector<dataset::Row>& some) {
        std::ranges::move(some, std::back_inserter(rows));
        return absl::OkStatus();
      },
      [this](int64_t, int64_t) {
        return stopping_.HasBeenNotified() ? absl::CancelledError("stopping") : absl::OkStatus();
      });
}

}  // namespace motzkin::coordinator::web
