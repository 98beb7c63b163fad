#include "worker/results/result_writer.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "worker/results/bisecting_send.h"

namespace motzkin::worker {
namespace {

// Rights that were taken away come back by hand, so asking more often is no use and would fill the
// log of Postgres.
constexpr absl::Duration kDeniedRetry = absl::Seconds(30);

// Everything that the rows of one lease, or the row of one audit, share. IdOf() reads it back.
v1::Submission HeaderOf(const Task& task, const std::string& worker_uuid) {
  v1::Submission header;
  header.set_job_uuid(task.job->uuid);
  header.set_spec_digest(task.job->spec_digest);
  header.set_generator_version(task.job->spec.generator().version());
  if (const auto* lease = std::get_if<BatchId>(&task.work)) {
    header.set_batch(lease->batch);
    header.set_attempt(lease->attempt);
  } else {
    header.set_batch(task.index);
    header.set_audit_budget_factor(static_cast<uint32_t>(task.budget_factor));
  }
  header.set_worker_uuid(worker_uuid);
  return header;
}

int64_t RowBytes(const v1::Submission& submission) {
  int64_t bytes = 0;
  for (const v1::Result& row : submission.results())
    bytes += static_cast<int64_t>(row.ByteSizeLong());
  return bytes;
}

}  // namespace

ResultWriter::ResultWriter(WriterOptions options, ResultSink& sink, ResultSpool& spool,
                           ResultObserver& observer, const Clock& clock)
    : options_(std::move(options)),
      sink_(sink),
      spool_(spool),
      observer_(observer),
      clock_(clock),
      spooled_rows_(spool.rows()) {}

ResultWriter::~ResultWriter() { Stop(absl::ZeroDuration()); }

void ResultWriter::Start() {
  thread_ = std::jthread([this] { Run(); });
}

void ResultWriter::SetCluster(const std::string& cluster_uuid) {
  const absl::MutexLock lock(&mutex_);
  if (cluster_uuid == cluster_uuid_) return;
  cluster_uuid_ = cluster_uuid;
  cluster_changed_ = true;
  changed_.SignalAll();  // Slots wait on it too, and one of them could take a single signal.
}

void ResultWriter::Add(const Task& task, v1::Result result) {
  const int64_t bytes = static_cast<int64_t>(result.ByteSizeLong());
  const absl::MutexLock lock(&mutex_);
  // An empty memory takes any row: one that is larger than the whole bound would wait for ever.
  while (memory_bytes_ + bytes > options_.memory_bytes_max && memory_rows_ > 0 && !unbounded_) {
    changed_.Wait(&mutex_);
  }
  const BootTime now = clock_.Now();
  first_add_ = std::min(first_add_, now);
  // The cluster is that of the task, not the current one: a slot may finish a function of the
  // cluster that the worker has just left.
  Group& group = groups_[{task.job->cluster_uuid, task.work}];
  if (group.rows.empty()) {
    group.header = HeaderOf(task, options_.worker_uuid);
    group.oldest = now;
  }
  group.rows.push_back(std::move(result));
  ++memory_rows_;
  memory_bytes_ += bytes;
  bytes_added_ += bytes;
  changed_.SignalAll();
}

void ResultWriter::BeginStop() {
  const absl::MutexLock lock(&mutex_);
  unbounded_ = true;
  changed_.SignalAll();
}

void ResultWriter::Flush() {
  const absl::MutexLock lock(&mutex_);
  flush_ = true;
  changed_.SignalAll();
}

int64_t ResultWriter::Stop(absl::Duration timeout) {
  BeginStop();
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
    // A second Stop() may shorten the first one's time, never prolong it.
    stop_by_ = std::min(stop_by_, clock_.Now() + timeout);
    changed_.SignalAll();
  }
  // Joined before Spill(): the spool belongs to the thread until then.
  if (thread_.joinable()) thread_.join();
  Spill();
  const absl::MutexLock lock(&mutex_);
  return memory_rows_;
}

ResultWriter::Waiting ResultWriter::waiting() const {
  const absl::MutexLock lock(&mutex_);
  return {.memory = memory_rows_, .spooled = spooled_rows_};
}

void ResultWriter::Run() {
  for (;;) {
    switch (AwaitStep()) {
      case Step::kWait:
        break;
      case Step::kSendMemory:
        SendMemory();
        break;
      case Step::kSendSpool:
        SendSpool();
        break;
      case Step::kSpill:
        Spill();
        break;
      case Step::kSetAside:
        SetAside();
        break;
      case Step::kStop:
        return;
    }
  }
}

ResultWriter::Step ResultWriter::AwaitStep() {
  const absl::MutexLock lock(&mutex_);
  for (;;) {
    const BootTime now = clock_.Now();
    if (const Step step = NextStep(now); step != Step::kWait) return step;
    // A flush covers the rows that wait now and ends only when none is left, so that rows which
    // come back after an error are sent at once, too.
    if (memory_rows_ == 0) flush_ = false;
    changed_.WaitWithTimeout(&mutex_, IdleTime(now));
  }
}

ResultWriter::Step ResultWriter::NextStep(BootTime now) const {
  // Comes before any sending: no row of the old cluster may go to the new one.
  if (cluster_changed_) return Step::kSetAside;
  const bool may_send = now >= retry_at_ && !cluster_uuid_.empty();
  // Without a cluster nothing can be sent, and if the next attempt lies behind the deadline,
  // waiting for it is pointless: the rows go to the spool now.
  if (stopping_ &&
      (memory_rows_ == 0 || now >= stop_by_ || cluster_uuid_.empty() || retry_at_ > stop_by_)) {
    return Step::kStop;
  }
  const bool due = AnyDue(now);
  const bool away = now - away_since_ >= options_.patience;
  // While the sink is away, due rows go to disk first, because memory is what makes the slots wait.
  // The sink is then probed with records of the spool. Only when the spool is full is it probed
  // with rows of memory.
  if (away && due && now >= spool_retry_at_) return Step::kSpill;
  if (may_send && due) return Step::kSendMemory;
  // The spool comes last and not at all during a stop: its rows are safe until the next start.
  if (may_send && spooled_rows_ > 0 && !stopping_) return Step::kSendSpool;
  return Step::kWait;
}

absl::Duration ResultWriter::IdleTime(BootTime now) const {
  // Never longer than a second: boot time goes on while the machine sleeps, but the timeout of a
  // condition variable does not.
  absl::Duration idle = absl::Seconds(1);
  for (const BootTime at :
       {retry_at_, away_since_ + options_.patience, spool_retry_at_, stop_by_}) {
    if (at > now) idle = std::min(idle, at - now);
  }
  for (const auto& [key, group] : groups_) {
    const BootTime at = group.oldest + options_.flush_interval;
    if (at > now) idle = std::min(idle, at - now);
  }
  return idle;
}

bool ResultWriter::Due(const Group& group, BootTime now) const {
  return flush_ || stopping_ || static_cast<int>(group.rows.size()) >= options_.flush_rows ||
         now - group.oldest >= options_.flush_interval;
}

bool ResultWriter::AnyDue(BootTime now) const {
  for (const auto& [key, group] : groups_) {
    if (key.first == cluster_uuid_ && Due(group, now)) return true;
  }
  return false;
}

SpoolRecord ResultWriter::TakeFrom(std::map<GroupKey, Group>::iterator at) {
  Group& group = at->second;
  SpoolRecord record{.cluster_uuid = at->first.first, .submission = group.header};
  // The rows are moved and not copied, so that they can be sent without the lock. memory_rows_ and
  // memory_bytes_ still count them, which keeps Add() within its bound meanwhile.
  while (!group.rows.empty() && record.submission.results_size() < options_.flush_rows) {
    *record.submission.add_results() = std::move(group.rows.front());
    group.rows.pop_front();
  }
  if (group.rows.empty()) groups_.erase(at);
  return record;
}

void ResultWriter::Settle(int64_t taken_rows, int64_t taken_bytes, SpoolRecord left) {
  v1::Submission& submission = left.submission;
  // The rows that are left are measured again: Bisect() may have replaced one by a smaller one.
  memory_rows_ += submission.results_size() - taken_rows;
  memory_bytes_ += RowBytes(submission) - taken_bytes;
  if (submission.results_size() > 0) {
    Group& group = groups_[{left.cluster_uuid, IdOf(submission)}];
    group.oldest = BootTime();  // These rows have waited once already, so they are due.
    group.rows.insert(group.rows.begin(),
                      std::make_move_iterator(submission.mutable_results()->begin()),
                      std::make_move_iterator(submission.mutable_results()->end()));
    submission.clear_results();
    group.header = std::move(submission);
  }
  changed_.SignalAll();  // Slots may wait in Add() for room.
}

void ResultWriter::SendMemory() {
  SpoolRecord record;
  {
    const absl::MutexLock lock(&mutex_);
    const BootTime now = clock_.Now();
    // The group that has waited longest goes first, so that a busy job cannot hold up another.
    auto chosen = groups_.end();
    for (auto at = groups_.begin(); at != groups_.end(); ++at) {
      if (at->first.first != cluster_uuid_ || !Due(at->second, now)) continue;
      if (chosen == groups_.end() || at->second.oldest < chosen->second.oldest) chosen = at;
    }
    if (chosen == groups_.end()) return;
    record = TakeFrom(chosen);
  }
  const int64_t rows = record.submission.results_size();
  const int64_t bytes = RowBytes(record.submission);
  const absl::Status sent = SendBisecting(record.submission, sink_, observer_);
  {
    const absl::MutexLock lock(&mutex_);
    Settle(rows, bytes, std::move(record));
  }
  NoteSink(sent);
}

void ResultWriter::SendSpool() {
  std::optional<SpoolRecord> record = spool_.Front();
  if (record) {
    const absl::MutexLock lock(&mutex_);
    // The cluster has changed since AwaitStep(). SetAside() comes next.
    if (record->cluster_uuid != cluster_uuid_) return;
  }
  absl::Status sent;
  if (record) {
    sent = SendBisecting(record->submission, sink_, observer_);
    // After an error the whole record stays, also if a part of it was stored. Sending that part
    // again changes nothing.
    if (sent.ok()) spool_.PopFront();
  }
  {
    const absl::MutexLock lock(&mutex_);
    spooled_rows_ = spool_.rows();
    // Acknowledged records have made room.
    if (sent.ok()) spool_retry_at_ = BootTime();
  }
  NoteSink(sent);
}

void ResultWriter::Spill(const std::string& except_cluster) {
  // Takes the lock anew for each record: Append() waits for the disk, and slots must be able to add
  // rows meanwhile.
  for (;;) {
    SpoolRecord record;
    {
      const absl::MutexLock lock(&mutex_);
      spool_.set_bytes_max(SpoolBound(clock_.Now()));
      const auto at = std::find_if(groups_.begin(), groups_.end(), [&](const auto& entry) {
        return entry.first.first != except_cluster;
      });
      if (at == groups_.end()) return;
      record = TakeFrom(at);
    }
    const int64_t rows = record.submission.results_size();
    const int64_t bytes = RowBytes(record.submission);
    const absl::Status spooled = spool_.Append(record);
    if (spooled.ok()) record.submission.clear_results();
    const absl::MutexLock lock(&mutex_);
    Settle(rows, bytes, std::move(record));
    spooled_rows_ = spool_.rows();
    if (!spooled.ok()) {
      spool_retry_at_ = clock_.Now() + options_.retry_max;
      return;
    }
  }
}

void ResultWriter::SetAside() {
  std::string cluster_uuid;
  {
    const absl::MutexLock lock(&mutex_);
    cluster_uuid = cluster_uuid_;
    cluster_changed_ = false;
  }
  // Rows of other clusters that are still in memory go to the spool first and are set aside with
  // it.
  Spill(/*except_cluster=*/cluster_uuid);
  spool_.SetAsideOtherClusters(cluster_uuid);
  const absl::MutexLock lock(&mutex_);
  spooled_rows_ = spool_.rows();
}

void ResultWriter::NoteSink(const absl::Status& status) {
  bool was_away = false;
  {
    const absl::MutexLock lock(&mutex_);
    const BootTime now = clock_.Now();
    was_away = away_since_ != BootTime::Never();
    if (status.ok()) {
      away_since_ = BootTime::Never();
      retry_at_ = BootTime();
      backoff_ = absl::ZeroDuration();
    } else if (absl::IsPermissionDenied(status)) {
      // Being patient is no use here, so the rows go to the spool at once.
      away_since_ = std::min(away_since_, now - options_.patience);
      retry_at_ = now + kDeniedRetry;
    } else {
      away_since_ = std::min(away_since_, now);
      backoff_ = std::clamp(backoff_ * 2, options_.retry_min, options_.retry_max);
      retry_at_ = now + backoff_;
    }
  }
  // The observer is called without the lock, because it calls back into queue, slots and agent.
  if (status.ok() && was_away) observer_.SinkBack();
  if (!status.ok() && !was_away) observer_.SinkAway(std::string(status.message()));
  if (absl::IsPermissionDenied(status)) observer_.AccessDenied(std::string(status.message()));
}

int64_t ResultWriter::SpoolBound(BootTime now) const {
  // The rate is taken over at least a minute, because a burst in the first second says little.
  const absl::Duration measured = std::max(now - first_add_, absl::Minutes(1));
  const double wanted =
      absl::FDivDuration(options_.spool_time, measured) * static_cast<double>(bytes_added_);
  return std::clamp(static_cast<int64_t>(wanted), options_.spool_bytes_min,
                    options_.spool_bytes_max);
}

}  // namespace motzkin::worker
