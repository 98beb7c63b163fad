// A scheduler that a test drives by hand.
#pragma once

#include <absl/strings/match.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "coordinator/core/scheduler.h"
#include "tests/sim/model_store.h"

namespace motzkin::coordinator {

// A scheduler over a store that answers at once, unless told otherwise, and workers whose reports
// are written by hand.
class SchedulerTest : public ::testing::Test {
 protected:
  SchedulerTest() { scheduler_.Restore({}, now_); }

  JobSnapshot StartJob(JobRules rules) {
    rules.digest = "digest";
    rules.generator_version = 1;
    rules.canonical_version = 1;
    if (rules.engines.empty()) rules.engines = {{"giac", ""}};
    JobSnapshot job = store_.StartJob(rules);
    scheduler_.OnJob(job);
    Settle();
    return job;
  }

  // A report of a worker with two slots. The test adds what it holds.
  WorkerReport Report(const std::string& worker, uint64_t instance = 1) {
    return {.worker = worker,
            .name = worker,
            .instance = instance,
            .sequence = ++sequence_,
            .slots = 2,
            .slots_allowed = 2,
            .engines = {{"giac", "1.9.0"}},
            .generator_versions = {1},
            .canonical_versions = {1}};
  }

  // The report of an obedient worker: it holds the desired batches, none begun.
  WorkerReport Obedient(const std::string& worker, uint64_t instance = 1) {
    WorkerReport report = Report(worker, instance);
    for (const DesiredBatchState& batch : scheduler_.DesiredFor(worker).batches) {
      report.held.push_back({.lease = batch.lease,
                             .digest = "digest",
                             .unstarted_begin = batch.begin,
                             .end = batch.end});
    }
    return report;
  }

  // The report of a worker that has begun every function it holds, so that nothing can be moved.
  WorkerReport Busy(const std::string& worker) {
    WorkerReport report = Obedient(worker);
    for (HeldReport& held : report.held) held.unstarted_begin = held.end;
    return report;
  }

  ReportVerdict Say(const WorkerReport& report) {
    const ReportVerdict verdict = scheduler_.OnWorkerReport(report, now_);
    Settle();
    return verdict;
  }

  // Runs intentions against the store until none is left.
  void Settle() {
    for (;;) {
      const std::vector<Intention> intentions = scheduler_.TakeIntentions();
      if (intentions.empty()) return;
      for (const Intention& intention : intentions) {
        scheduler_.OnConfirmation(
            store_down_ ? ModelStore::Unavailable(intention) : store_.Execute(intention), now_);
      }
    }
  }

  void Poll() {
    store_.Seal();
    scheduler_.OnPoll(store_.Poll(now_), now_);
    Settle();
  }

  // Lets seconds pass with a tick and a poll each; the workers in `heard` report every five.
  void Pass(int seconds, const std::vector<std::string>& heard = {}) {
    for (int i = 0; i < seconds; ++i) {
      now_ += absl::Seconds(1);
      for (const std::string& worker : heard) {
        if (i % 5 == 0) Say(Obedient(worker));
      }
      scheduler_.OnTick(now_);
      Settle();
      if (!store_down_) Poll();
    }
  }

  std::vector<LeaseKey> Leases(const std::string& worker) {
    std::vector<LeaseKey> leases;
    for (const DesiredBatchState& batch : scheduler_.DesiredFor(worker).batches) {
      leases.push_back(batch.lease);
    }
    return leases;
  }

  // Stores every function of the worker's first batch.
  BatchKey Complete(const std::string& worker) {
    const DesiredBatchState batch = scheduler_.DesiredFor(worker).batches.front();
    for (int64_t index = batch.begin; index < batch.end; ++index) {
      EXPECT_TRUE(store_.Submit(worker, batch.lease.batch, index, index % 2 == 0));
    }
    return batch.lease.batch;
  }

  bool Happened(const std::string& text) const {
    return std::any_of(
        store_.events().begin(), store_.events().end(),
        [&](const RecordEvent& event) { return absl::StrContains(event.text, text); });
  }

  ModelStore store_;
  Scheduler scheduler_;
  BootTime now_ = BootTime() + absl::Hours(1);
  uint64_t sequence_ = 0;
  bool store_down_ = false;
};

}  // namespace motzkin::coordinator
