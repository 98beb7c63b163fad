// Part of SchedulerLoop: the calls of operators, which wait for their answer.
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/timed_wait.h"
#include "coordinator/service/scheduler_loop.h"
#include "coordinator/service/translate.h"

namespace motzkin::coordinator {
namespace {

// An operator waits this long for the loop or the store: longer than SetJobState() may take.
constexpr absl::Duration kPatience = absl::Seconds(10);

// A waiting call and the thread that serves it meet here. Both share it, because a call that lost
// its patience goes away before the other side is done.
struct Meeting {
  Notification done;
  absl::Status status;
};

}  // namespace

absl::Status SchedulerLoop::OnStore(std::function<absl::Status(Store&)> order) {
  auto meeting = std::make_shared<Meeting>();
  // The order may still run after this call has lost its patience, so it must own all that it uses.
  const bool added = store_thread_->Add([this, meeting, order = std::move(order)] {
    meeting->status = order(store_);
    CheckFatal(meeting->status);
    meeting->done.Notify();
  });
  if (!added)
    return absl::UnavailableError("the coordinator is stopping, or too busy with Postgres");
  if (!meeting->done.WaitFor(kPatience)) {
    return absl::UnavailableError(
        "Postgres did not answer in time; the order may still take effect");
  }
  return meeting->status;
}

absl::Status SchedulerLoop::Ask(Event look) {
  auto meeting = std::make_shared<Meeting>();
  Post([meeting, look = std::move(look)](Scheduler& scheduler, BootTime now) {
    look(scheduler, now);
    meeting->done.Notify();
  });
  if (meeting->done.WaitFor(kPatience)) return absl::OkStatus();
  return absl::UnavailableError("the coordinator is stopping, or very busy");
}

void SchedulerLoop::TellJob(const JobRecord& job) {
  // The snapshot has the size of the job: without it the rules would take a job that has filled its
  // bytes_max for an empty one, and allocate more until the next poll.
  absl::StatusOr<JobSnapshot> snapshot = executor_.Snapshot(job);
  // Only the size can be missing, and that poll brings it. The change itself is in the store.
  if (!snapshot.ok()) snapshot = ToSnapshot(job, 0);
  Post([snapshot = *std::move(snapshot)](Scheduler& scheduler, BootTime now) {
    scheduler.OnJob(snapshot);
  });
}

void SchedulerLoop::TellControl(const WorkerId& worker, WorkerControl control, absl::Time until) {
  Post([worker, control, until](Scheduler& scheduler, BootTime now) {
    scheduler.OnControl(worker, control, OwnersOrder(until));
  });
}

void SchedulerLoop::Disconnect(const WorkerId& worker, const absl::Status& why) {
  Post([this, worker, why](Scheduler&, BootTime) {
    logins_.Forget(worker);
    const auto found = streams_.find(worker);
    if (found != streams_.end()) found->second.link->Finish(why);
  });
}

void SchedulerLoop::RecordEventLater(std::string kind, std::string text) {
  Post([kind = std::move(kind), text = std::move(text)](Scheduler& scheduler, BootTime now) {
    scheduler.Note(kind, text);
  });
}

absl::StatusOr<std::map<WorkerId, WorkerInfo>> SchedulerLoop::Workers() {
  auto workers = std::make_shared<std::map<WorkerId, WorkerInfo>>();
  RETURN_IF_ERROR(Ask([this, workers](Scheduler& scheduler, BootTime now) {
    for (const auto& [id, worker] : scheduler.workers()) {
      WorkerInfo& info = (*workers)[id];
      // The rules also know the workers of earlier runs from the store. One that did not report
      // since the start has no state.
      const auto state = states_.find(id);
      if (state != states_.end()) info.state = state->second;
      info.view = worker.View(now);
      info.name = worker.name();
    }
  }));
  return std::move(*workers);
}

absl::StatusOr<JobRate> SchedulerLoop::RateOf(int64_t job) {
  auto rate = std::make_shared<JobRate>();
  RETURN_IF_ERROR(Ask([this, rate, job](Scheduler&, BootTime) { *rate = rates_.Of(job); }));
  return *rate;
}

absl::StatusOr<std::string> SchedulerLoop::Blocked() {
  auto blocked = std::make_shared<std::string>();
  RETURN_IF_ERROR(
      Ask([blocked](Scheduler& scheduler, BootTime) { *blocked = scheduler.Blocked(); }));
  return *blocked;
}

}  // namespace motzkin::coordinator
