#include "worker/slots/work_queue.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/base/check.h"

namespace motzkin::worker {
namespace {

bool IsDone(const WantedBatch& wanted, int64_t index) {
  const auto bit = static_cast<size_t>(index - wanted.begin_index);
  return bit / 8 < wanted.done.size() &&
         ((static_cast<unsigned char>(wanted.done[bit / 8]) >> (bit % 8)) & 1) != 0;
}

v1::FailedBatch FailureOf(const BatchId& id, const std::string& reason, bool job_failed) {
  v1::FailedBatch failure;
  SetBatchId(id, failure);
  failure.set_reason(reason);
  failure.set_job_failed(job_failed);
  return failure;
}

}  // namespace

WorkQueue::WorkQueue(std::function<void()> on_change)
    : on_change_(std::move(on_change)), slots_allowed_(std::numeric_limits<int>::max()) {}

std::vector<RunningTask> WorkQueue::SetWanted(std::vector<WantedBatch> wanted) {
  // A batch that is held keeps its progress, so the same state can be set again and again. Batches
  // that remain in batches_ after the loop are no longer wanted.
  std::vector<RunningTask> unwanted;
  const absl::MutexLock lock(&mutex_);
  std::map<WorkId, Batch> kept;
  order_.clear();
  for (WantedBatch& each : wanted) {
    const WorkId id = each.id;
    order_.push_back(id);
    if (auto held = batches_.extract(id)) {
      Trim(held.mapped(), each, unwanted);
      kept.insert(std::move(held));
    } else {
      kept.emplace(id, NewBatch(std::move(each)));
    }
  }
  for (const auto& [id, batch] : batches_) {
    for (const auto& [index, task] : batch.running) unwanted.push_back(task);
  }
  batches_ = std::move(kept);
  return unwanted;
}

WorkQueue::Batch WorkQueue::NewBatch(WantedBatch wanted) {
  Batch batch;
  if (!wanted.refusal.empty()) {
    // A batch that this worker cannot do is held all the same: if it were left out, the next state
    // would bring it again as a new one, and it would be reported as failed once more.
    batch.given_up = true;
    if (const auto* lease = std::get_if<BatchId>(&wanted.id)) {
      failures_.push_back(FailureOf(*lease, wanted.refusal, /*job_failed=*/false));
    }
  }
  batch.next = wanted.begin_index;
  batch.wanted = std::move(wanted);
  SkipDone(batch);
  return batch;
}

void WorkQueue::Trim(Batch& batch, const WantedBatch& wanted, std::vector<RunningTask>& unwanted) {
  WantedBatch& held = batch.wanted;
  held.careful = wanted.careful;
  // A lease never grows, even if a message says so: the tail may already belong to another worker.
  if (wanted.end_index >= held.end_index) return;
  held.end_index = wanted.end_index;
  batch.returned.erase(batch.returned.lower_bound(held.end_index), batch.returned.end());
  for (auto at = batch.running.lower_bound(held.end_index); at != batch.running.end(); ++at) {
    unwanted.push_back(at->second);
  }
  batch.next = std::min(batch.next, held.end_index);
}

void WorkQueue::SkipDone(Batch& batch) const {
  while (batch.next < batch.wanted.end_index && IsDone(batch.wanted, batch.next)) ++batch.next;
}

int64_t WorkQueue::StoredOf(const Batch& batch) const {
  int64_t open = batch.pending;
  open += static_cast<int64_t>(batch.returned.size() + batch.running.size());
  const WantedBatch& wanted = batch.wanted;
  for (int64_t i = batch.next; i < wanted.end_index; ++i) open += !IsDone(wanted, i);
  // Pending rows may be of the tail that was cut off.
  return std::max<int64_t>(wanted.end_index - wanted.begin_index - open, 0);
}

std::vector<RunningTask> WorkQueue::SetMode(v1::DesiredMode mode) {
  std::vector<RunningTask> unwanted;
  const absl::MutexLock lock(&mutex_);
  mode_ = mode;
  // A drain lets the functions in progress end; only a suspension interrupts them.
  if (mode != v1::DESIRED_MODE_SUSPEND) return unwanted;
  for (const auto& [id, batch] : batches_) {
    for (const auto& [index, task] : batch.running) unwanted.push_back(task);
  }
  return unwanted;
}

void WorkQueue::SetSlotsAllowed(int slots) {
  const absl::MutexLock lock(&mutex_);
  slots_allowed_ = slots;
}

bool WorkQueue::MayBegin(int slot) const {
  return mode_ == v1::DESIRED_MODE_RUN && slot < slots_allowed_;
}

bool WorkQueue::HasWork(const Batch& batch) const {
  if (batch.given_up) return false;
  // In a careful batch each row must be stored before the next function begins.
  if (batch.wanted.careful && (!batch.running.empty() || batch.pending > 0)) return false;
  return !batch.returned.empty() || batch.next < batch.wanted.end_index;
}

WorkQueue::Batch* WorkQueue::NextBatch() {
  Batch* next = nullptr;
  for (const WorkId& id : order_) {
    Batch& batch = batches_.at(id);
    if (!batch.wanted.careful) {
      if (next == nullptr && HasWork(batch)) next = &batch;
      continue;
    }
    // A careful batch wants the worker for itself, before others: nothing begins while one of its
    // functions runs, nor while it waits for the last function of other batches to end. Others go
    // on only while its last row is on the way to the database.
    if (!batch.running.empty()) return nullptr;
    if (HasWork(batch)) return busy_ == 0 ? &batch : nullptr;
  }
  return next;
}

bool WorkQueue::CanTake(int slot) { return stopped_ || (MayBegin(slot) && NextBatch() != nullptr); }

std::optional<Task> WorkQueue::Take(int slot) {
  Task task;
  bool all_begun = false;
  {
    const absl::MutexLock lock(&mutex_);
    const auto ready = [this, slot]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return CanTake(slot); };
    // No function signals this: absl evaluates the condition whenever the mutex is released, so
    // each change of batches, mode or slots wakes the slots that it concerns.
    mutex_.Await(absl::Condition(&ready));
    if (stopped_) return std::nullopt;
    Batch& batch = *NextBatch();
    task = Begin(batch, slot);
    all_begun = batch.next >= batch.wanted.end_index;
  }
  // The coordinator may now grant the next batch, and can no longer trim this one.
  if (all_begun) on_change_();
  return task;
}

Task WorkQueue::Begin(Batch& batch, int slot) {
  Task task{.job = batch.wanted.job,
            .work = batch.wanted.id,
            .serial = next_serial_++,
            .careful = batch.wanted.careful,
            .budget_factor = batch.wanted.budget_factor,
            .candidate = batch.wanted.candidate};
  // Interrupted functions come first: they lie below batch.next, so they are not part of the tail
  // that the coordinator may give to another worker.
  if (!batch.returned.empty()) {
    task.index = *batch.returned.begin();
    batch.returned.erase(batch.returned.begin());
  } else {
    task.index = batch.next++;
    SkipDone(batch);
  }
  batch.running[task.index] = {.slot = slot, .serial = task.serial};
  ++busy_;
  return task;
}

WorkQueue::Batch* WorkQueue::End(const Task& task) {
  MOTZKIN_CHECK(busy_ > 0);
  // The slot is free even if its batch is gone.
  --busy_;
  idle_.SignalAll();
  const auto held = batches_.find(task.work);
  if (held == batches_.end()) return nullptr;
  const auto running = held->second.running.find(task.index);
  // The batch may have gone and come back meanwhile. The function may then run again in another
  // slot, and only the task with the current serial counts.
  if (running == held->second.running.end() || running->second.serial != task.serial)
    return nullptr;
  held->second.running.erase(running);
  return &held->second;
}

void WorkQueue::Finished(const Task& task) {
  const absl::MutexLock lock(&mutex_);
  if (Batch* batch = End(task)) ++batch->pending;
}

void WorkQueue::GiveBack(const Task& task) {
  {
    const absl::MutexLock lock(&mutex_);
    Batch* batch = End(task);
    // The tail may have been trimmed and given to another worker.
    if (batch != nullptr && task.index < batch->wanted.end_index) {
      batch->returned.insert(task.index);
    }
  }
  on_change_();
}

void WorkQueue::Fail(const WorkId& id, const std::string& reason, bool job_failed) {
  {
    const absl::MutexLock lock(&mutex_);
    const auto held = batches_.find(id);
    if (held == batches_.end() || held->second.given_up) return;
    held->second.given_up = true;
    const auto* lease = std::get_if<BatchId>(&id);
    if (lease == nullptr) return;
    failures_.push_back(FailureOf(*lease, reason, job_failed));
  }
  on_change_();
}

void WorkQueue::Acknowledged(const WorkId& id, int64_t rows) {
  bool complete = false;
  {
    const absl::MutexLock lock(&mutex_);
    const auto held = batches_.find(id);
    if (held == batches_.end()) return;
    Batch& batch = held->second;
    // More rows may be acknowledged than are counted as pending: Drop() forgets that count, and so
    // does a batch that went and came back.
    batch.pending = std::max<int64_t>(0, batch.pending - rows);
    complete = batch.pending == 0 && batch.running.empty() && !HasWork(batch);
  }
  if (complete) on_change_();
}

std::vector<RunningTask> WorkQueue::Drop(const WorkId& id) {
  std::vector<RunningTask> unwanted;
  const absl::MutexLock lock(&mutex_);
  const auto held = batches_.find(id);
  if (held == batches_.end()) return unwanted;
  held->second.given_up = true;
  // The writer drops the rows of a revoked batch, so their acknowledgements will not come.
  held->second.pending = 0;
  for (const auto& [index, task] : held->second.running) unwanted.push_back(task);
  return unwanted;
}

std::vector<v1::HeldBatch> WorkQueue::Held() const {
  std::vector<v1::HeldBatch> reports;
  const absl::MutexLock lock(&mutex_);
  for (const WorkId& id : order_) {
    const Batch& batch = batches_.at(id);
    const auto* lease = std::get_if<BatchId>(&id);
    if (lease == nullptr) continue;
    // If a batch were given back while its rows are on their way, others would compute them again.
    const bool in_progress = !batch.running.empty() || batch.pending > 0;
    // This also leaves out batches that were refused, whose job is null.
    if (!in_progress && (batch.given_up || mode_ == v1::DESIRED_MODE_DRAIN)) continue;
    v1::HeldBatch& report = reports.emplace_back();
    SetBatchId(*lease, report);
    report.set_spec_digest(batch.wanted.job->spec_digest);
    report.set_stored(static_cast<int32_t>(StoredOf(batch)));
    report.set_pending(static_cast<int32_t>(batch.pending));
    report.set_unstarted_begin(batch.next);
    report.set_end_index(batch.wanted.end_index);
  }
  return reports;
}

std::vector<v1::FailedBatch> WorkQueue::Failures() const {
  const absl::MutexLock lock(&mutex_);
  return failures_;
}

void WorkQueue::ForgetFailures(const std::vector<BatchId>& ids) {
  const absl::MutexLock lock(&mutex_);
  std::erase_if(failures_, [&](const v1::FailedBatch& failure) {
    return std::find(ids.begin(), ids.end(), BatchIdOf(failure)) != ids.end();
  });
}

int WorkQueue::busy() const {
  const absl::MutexLock lock(&mutex_);
  return busy_;
}

bool WorkQueue::AwaitIdle(absl::Duration timeout) const {
  const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return busy_ == 0; };
  const absl::MutexLock lock(&mutex_);
  return idle_.AwaitWithTimeout(&mutex_, idle, timeout);
}

void WorkQueue::Stop() {
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
}

}  // namespace motzkin::worker
