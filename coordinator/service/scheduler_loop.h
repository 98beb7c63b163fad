// Drives the rules (coordinator/core) in the real world: one thread owns the Scheduler and feeds it
// worker reports, ticks and answers; a second one talks to the store, so that a hanging Postgres
// never keeps a worker from being answered. gRPC reactions only hand things over and return.
//
//   reactors --Report()--> [scheduler thread] --intentions, polls--> [store thread] --> Store
//            <---Send()---                    <---answers-----------
//
// Everything about the store happens on its thread in the order in which it was asked, orders of
// operators included: what the rules hear is a history that really happened.
//
// Bounds: one state a stream waits, as many intentions as the rules have under way
// (Policy::asked_max batches, and a few a worker), and kStoreCallsMax store calls.
//
// Thread-safe. Stop() ends all streams, finishes the store calls under way, is idempotent and
// harmless without Start().
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>
#include <absl/time/time.h>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "common/base/timed_wait.h"
#include "coordinator/core/scheduler.h"
#include "coordinator/service/job_directory.h"
#include "coordinator/service/job_rates.h"
#include "coordinator/service/store_executor.h"
#include "coordinator/service/task_queue.h"
#include "coordinator/service/worker_link.h"
#include "coordinator/service/worker_logins.h"
#include "coordinator/store/store.h"

namespace motzkin::coordinator {

struct LoopOptions {
  Policy policy;
  AuditShares audits;
  // Ticks come this often, and polls of the store where it is quick enough.
  absl::Duration interval = absl::Seconds(1);
  // Workers should report this often.
  absl::Duration state_interval = absl::Seconds(5);
  // A worker that never stored a row is forgotten when it was not heard for this long, which is
  // looked at this often.
  absl::Duration forget_after = absl::Hours(24);
  absl::Duration forget_interval = absl::Minutes(10);
  // Says why the disk is too full to grant work; empty if it is not. Called every few seconds.
  std::function<std::string()> disk_guard = [] { return std::string(); };
  // Without it all workers relay their results through the coordinator.
  WorkerLogins::DatabaseFor database_for = [](const std::string&) { return WayToDatabase(); };
  // Called once when this coordinator may not go on (another one took over the database).
  std::function<void(const absl::Status&)> on_fatal = [](const absl::Status&) {};
};

// A worker as the loop knows it, for operators.
struct WorkerInfo {
  v1::WorkerState state;  // The last one, or a default one if it was not heard since the start.
  WorkerView view;
  std::string name;
};

class SchedulerLoop {
 public:
  // All must outlive this.
  SchedulerLoop(Store& store, JobDirectory& jobs, const Clock& clock, LoopOptions options);
  ~SchedulerLoop();

  // Reads the store and starts the threads. Returns the store's errors.
  absl::Status Start();
  void Stop();

  // --- streams. `link` is shared because stream and loop end in either order.

  // Takes the newest state of a stream, which is validated. An older one that still waits is
  // replaced, as each state is a whole one.
  void Report(std::shared_ptr<WorkerLink> link, v1::WorkerState state);
  void StreamEnded(const std::shared_ptr<WorkerLink>& link);

  // --- orders. They block until they are done, at most some seconds, so reactions must not call
  // them.

  // Runs `order` on the store thread and waits. UNAVAILABLE: too many orders wait, or this one took
  // too long and may still happen.
  absl::Status OnStore(std::function<absl::Status(Store&)> order);
  // Tells the rules of a job. Only orders may call this, as it looks into the store: the rules then
  // hear of the job after the order's change and in the order of the changes.
  void TellJob(const JobRecord& job);
  void TellControl(const WorkerId& worker, WorkerControl control,
                   absl::Time until = absl::InfiniteFuture());
  // Ends the stream of a removed worker, whose login has been closed.
  void Disconnect(const WorkerId& worker, const absl::Status& why);
  void RecordEventLater(std::string kind, std::string text);

  // --- looking
  absl::StatusOr<std::map<WorkerId, WorkerInfo>> Workers();
  absl::StatusOr<JobRate> RateOf(int64_t job);
  absl::StatusOr<std::string> Blocked();

 private:
  using Event = std::function<void(Scheduler&, BootTime now)>;
  using Reports = std::map<WorkerLink*, std::pair<std::shared_ptr<WorkerLink>, v1::WorkerState>>;
  struct Stream {
    std::shared_ptr<WorkerLink> link;
    uint64_t instance = 0;
  };

  void Run();
  void RunTurn(const std::vector<Event>& events, BootTime now);
  void Post(Event event) ABSL_LOCKS_EXCLUDED(mutex_);
  // Runs `look` on the scheduler thread and waits at most kPatience.
  absl::Status Ask(Event look);
  void TakeReports(BootTime now) ABSL_LOCKS_EXCLUDED(mutex_);
  void TakeReport(const std::shared_ptr<WorkerLink>& link, const v1::WorkerState& state,
                  BootTime now);
  // Gives waiting intentions to the store thread while it has little to do. So the busier it is,
  // the more of them go together.
  void HandOver(int groups_max);
  std::vector<Intention> NextGroup();
  void ExecuteGroup(std::vector<WorkerRecord> new_workers, std::vector<Intention> group);
  void Confirm(std::vector<Confirmation> answers);
  // Looks at the store, and now and then has it forget the workers that never stored a row.
  void PollStore(BootTime now);
  void SendDesired(const std::set<WorkerId>& workers);
  // Has the worker's login of the database opened, if it may write there itself.
  void OpenLogin(const WorkerId& id, const std::string& peer);
  WorkerRecord RecordOf(const WorkerId& id, BootTime now) const;
  // Writes the rows of `worker_status`, on change and once a minute.
  void SaveWorkers(BootTime now);
  void Save(std::vector<WorkerRecord> records);
  void CheckFatal(const absl::Status& status);
  void EndStreams();

  JobDirectory& jobs_;
  Store& store_;
  const Clock& clock_;
  const LoopOptions options_;
  StoreExecutor executor_;  // Used by the store thread only, and by Start() before that runs.

  // The members from here to mutex_ belong to the scheduler thread.
  Scheduler scheduler_;
  JobRates rates_;
  std::map<WorkerId, Stream> streams_;
  std::map<WorkerId, v1::WorkerState> states_;
  WorkerLogins logins_;
  // Not handed to the store yet: workers that it must know before any grant, and intentions.
  std::vector<WorkerRecord> new_workers_;
  std::array<std::deque<Intention>, kStoreRanks> waiting_;  // Sorted by RankForStore().
  int groups_ = 0;                                          // Groups handed over, not answered.
  // The values that were saved last for each worker, so that only changes are written.
  using Shown = std::pair<WorkerCondition, std::string>;
  std::map<WorkerId, Shown> saved_;
  BootTime last_tick_;
  BootTime last_disk_check_;
  BootTime last_save_;
  BootTime last_forget_;
  BootTime next_poll_;  // The next poll may not begin before this.
  bool polling_ = false;
  // Counts the calls of Save() under way, and a forgetting of workers.
  int saving_ = 0;

  absl::Mutex mutex_;
  CondVar wake_;
  std::deque<Event> events_ ABSL_GUARDED_BY(mutex_);
  // Has at most one report a stream; the key is the link's address.
  Reports reports_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::once_flag fatal_;

  std::unique_ptr<TaskQueue> store_thread_;
  std::jthread thread_;  // Last, so it is joined before anything it uses goes away.
};

}  // namespace motzkin::coordinator
