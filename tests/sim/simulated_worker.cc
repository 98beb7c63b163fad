#include "tests/sim/simulated_worker.h"

#include <algorithm>

namespace motzkin::coordinator {
namespace {

// About half of the functions are integrated, as with lample-charton. The result depends on the
// index alone, or the end of a job would depend on who computed what.
bool Integrates(int64_t index) { return (index * 2654435761) % 1000 < 540; }

// The same number as in worker/slots/careful_log.h.
constexpr int kDeathsToBlame = 2;

}  // namespace

void SimulatedWorker::Start() {
  ++instance_;
  sequence_ = 0;
  received_ = 0;
  running_ = true;
  draining_ = false;
  suspended_ = false;
  held_.clear();
  order_.clear();
  audits_.clear();
  audited_.clear();
}

void SimulatedWorker::Kill() {
  running_ = false;
  if (careful_function_) ++deaths_[*careful_function_];
  careful_function_.reset();
  held_.clear();
  order_.clear();
  audits_.clear();
  audited_.clear();
}

void SimulatedWorker::Receive(const Desired& desired, uint64_t sent) {
  if (sent <= received_) return;
  received_ = sent;
  suspended_ = desired.control == WorkerControl::kSuspend;
  audits_.clear();
  for (const GivenAudit& audit : desired.audits) audits_.push_back(audit.key);
  if (desired.control == WorkerControl::kDrain || draining_) {
    held_.clear();
    order_.clear();
    careful_function_.reset();
    return;
  }
  std::map<BatchKey, Held> kept;
  order_.clear();
  for (const DesiredBatchState& batch : desired.batches) {
    const BatchKey& key = batch.lease.batch;
    const auto found = held_.find(key);
    Held held;
    if (found != held_.end()) held = std::move(found->second);
    if (found == held_.end()) {
      held.begin = batch.begin;
      held.next = batch.begin;
      for (int64_t i = 0; i < batch.end - batch.begin; ++i) {
        const size_t at = static_cast<size_t>(i) / 8;
        // After a restart of the coordinator the bitmap is empty.
        const auto byte = at < batch.done.size() ? static_cast<unsigned char>(batch.done[at]) : 0u;
        if (((byte >> (i % 8)) & 1) != 0) held.done.insert(batch.begin + i);
      }
      held.stored = static_cast<int64_t>(held.done.size());
    }
    held.attempt = batch.lease.attempt;
    held.careful = batch.careful;
    // The batch may have been trimmed, but functions that are begun stay.
    held.end = std::max(batch.end, held.next);
    order_.push_back(key);
    kept[key] = std::move(held);
  }
  held_ = std::move(kept);
  const BatchKey* careful = Careful();
  if (careful == nullptr || !careful_function_ || careful_function_->first != careful->job ||
      careful_function_->second != held_.at(*careful).next) {
    careful_function_.reset();  // Its batch was taken away, so it is interrupted.
  }
}

const BatchKey* SimulatedWorker::Careful() const {
  for (const BatchKey& key : order_) {
    const Held& held = held_.at(key);
    if (held.careful && held.pending.empty() && held.next < held.end) return &key;
  }
  return nullptr;
}

bool SimulatedWorker::WorkCarefully(const BatchKey& key, const std::set<Function>& poison) {
  Held& held = held_.at(key);
  while (held.next < held.end && held.done.contains(held.next)) ++held.next;
  if (held.next == held.end) return true;
  const Function function{key.job, held.next};
  if (!careful_function_ && deaths_[function] < kDeathsToBlame) {
    careful_function_ = function;
  } else {
    if (careful_function_ && poison.contains(function)) return false;
    careful_function_.reset();
    held.pending.push_back(held.next++);
  }
  return true;
}

void SimulatedWorker::Flush(const BatchKey& key, Held& held, ModelStore& store) {
  for (const int64_t index : held.pending) {
    const bool crashed =
        deaths_.contains({key.job, index}) && deaths_.at({key.job, index}) >= kDeathsToBlame;
    if (store.Submit(name_, key, index, !crashed && Integrates(index), crashed)) {
      ++held.stored;
    } else {
      held.refused = true;
    }
  }
  held.pending.clear();
}

bool SimulatedWorker::Work(absl::Duration elapsed, ModelStore& store, bool store_up,
                           const std::set<std::pair<int64_t, int64_t>>& poison) {
  if (idler_) return true;
  const bool works = !suspended_ && slots_allowed_ != 0;
  credit_ = works ? std::min(credit_ + absl::ToDoubleSeconds(elapsed) * speed_, speed_ * 10) : 0;
  while (credit_ >= 1 && !audits_.empty() && !draining_) {
    credit_ -= 1;
    audited_.push_back(audits_.back());
    audits_.pop_back();
  }
  const BatchKey* careful = Careful();
  if (careful != nullptr && works && !WorkCarefully(*careful, poison)) return false;
  for (const BatchKey& key : order_) {
    Held& held = held_.at(key);
    while (careful == nullptr && !held.careful && credit_ >= 1 && held.next < held.end) {
      const int64_t index = held.next;
      if (poison.contains({key.job, index}) && !held.done.contains(index)) return false;
      ++held.next;
      if (held.done.contains(index)) continue;
      credit_ -= 1;
      held.pending.push_back(index);
    }
  }
  if (!store_up) return true;
  for (const AuditKey& audit : audited_) store.SubmitAudit(name_, audit);
  audited_.clear();
  for (const BatchKey& key : order_) Flush(key, held_.at(key), store);
  // A finished batch stays in the list until it is no longer desired. Otherwise a desired state
  // that was on its way would bring it back. A refused batch goes at once.
  for (const BatchKey& key : order_) {
    if (held_.at(key).refused) held_.erase(key);
  }
  std::erase_if(order_, [this](const BatchKey& key) { return !held_.contains(key); });
  return true;
}

WorkerReport SimulatedWorker::Report(const std::string& digest) {
  WorkerReport report{
      .worker = name_,
      .name = name_,
      .instance = instance_,
      .sequence = ++sequence_,
      .slots = slots_,
      .slots_allowed = slots_allowed_ < 0 ? slots_ : std::min(slots_allowed_, slots_),
      .engines = {{"giac", "1.9.0"}},
      .generator_versions = {1},
      .canonical_versions = {1},
      .functions_per_minute = speed_ * 60,
      .draining = draining_};
  if (idler_) {
    report.slots = report.slots_allowed = 4096;
    report.functions_per_minute = 1e9;
  }
  for (const BatchKey& key : order_) {
    const Held& held = held_.at(key);
    report.held.push_back({.lease = {key, held.attempt},
                           .digest = digest,
                           .stored = held.stored,
                           .pending = static_cast<int64_t>(held.pending.size()),
                           .unstarted_begin = idler_ ? held.end : held.next,
                           .end = held.end});
  }
  return report;
}

}  // namespace motzkin::coordinator
