// Part of SchedulerLoop: its looks at the store, with which it also forgets workers.
#include <absl/strings/str_cat.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "coordinator/service/scheduler_loop.h"
#include "coordinator/store/member_store.h"

namespace motzkin::coordinator {
namespace {

// Polls take at most one part in this many of the store thread's time: with tens of thousands of
// open batches a poll takes a tenth of a second, and grants wait behind it.
constexpr int kPollPart = 20;
constexpr absl::Duration kPollIntervalMax = absl::Seconds(10);

}  // namespace

void SchedulerLoop::PollStore(BootTime now) {
  if (polling_ || now < next_poll_) return;
  std::vector<WorkerId> silent;
  if (now - last_forget_ >= options_.forget_interval) {
    last_forget_ = now;
    silent = scheduler_.Silent(options_.forget_after, now);
  }
  const bool forgets = !silent.empty();
  polling_ = store_thread_->Add([this, silent = std::move(silent)] {
    // The time is read before the store, so that a lease that is released meanwhile waits for the
    // next poll (StoreReconciler::EndReleasedLeases()).
    const BootTime asked_at = clock_.Now();
    absl::StatusOr<StorePoll> poll = executor_.Poll(asked_at);
    CheckFatal(poll.status());
    const absl::Duration took = clock_.Now() - asked_at;
    // If this fails, a later look finds the same workers.
    std::vector<WorkerId> forgotten;
    if (poll.ok() && !silent.empty()) {
      forgotten = MemberStore(store_).ForgetWorkers(silent).value_or(std::vector<std::string>());
    }
    Post([this, took, poll = std::move(poll), forgotten, forgets = !silent.empty()](
             Scheduler& scheduler, BootTime at) {
      polling_ = false;
      if (forgets) --saving_;
      if (poll.ok()) next_poll_ = at + std::min(took * (kPollPart - 1), kPollIntervalMax);
      if (!poll.ok()) {
        spdlog::debug("looking at the store: {}", poll.status().ToString());
        scheduler.OnStoreAway(std::string(poll.status().message()));
        return;
      }
      scheduler.OnPoll(*poll, at);
      for (const JobSnapshot& job : poll->jobs) {
        if (job.state == v1::JOB_STATE_RUNNING)
          rates_.Add(job.rules.id, job.progress, poll->asked_at);
      }
      if (forgotten.empty()) return;
      for (const WorkerId& id : forgotten) {
        logins_.Forget(id);
        saved_.erase(id);
        if (scheduler.Forget(id, options_.forget_after, at)) {
          states_.erase(id);
          std::erase_if(new_workers_,
                        [&](const WorkerRecord& worker) { return worker.uuid == id; });
        } else if (states_.contains(id)) {
          new_workers_.push_back(RecordOf(id, at));  // It has come back meanwhile.
        }
      }
      scheduler.Note("worker",
                     absl::StrCat(forgotten.size(), forgotten.size() == 1 ? " worker" : " workers",
                                  " without a row forgotten after ",
                                  absl::ToInt64Hours(options_.forget_after), " h of silence"));
    });
  });
  // No save may come between: it would write workers again that the store has just forgotten, and
  // that no later look finds.
  if (polling_ && forgets) ++saving_;
}

}  // namespace motzkin::coordinator
