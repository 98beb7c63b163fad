#include "coordinator/service/scheduler_loop.h"

#include <absl/base/call_once.h>
#include <absl/strings/str_cat.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "common/base/protocol_version.h"
#include "common/base/status_macros.h"
#include "coordinator/service/translate.h"
#include "coordinator/service/validation.h"
#include "coordinator/store/member_store.h"

namespace motzkin::coordinator {
namespace {

// This many store calls may wait, enough for 1,000 workers with a few each.
constexpr size_t kStoreCallsMax = 100'000;
// This many changes wait for the disk together, where each batch that is allocated or granted
// counts as one. That is some tens of milliseconds of work, so that the first of them is not told
// late.
constexpr int64_t kGroupMax = 512;
// One group is under way and one waits, so that the store thread is never idle.
constexpr int kGroupsMax = 2;
constexpr absl::Duration kDiskCheckInterval = absl::Seconds(5);
// worker_status is written on change and otherwise this seldom, to spare SD cards.
constexpr absl::Duration kSaveInterval = absl::Minutes(1);

// The reason of such a condition counts batches, seconds or degrees. A change of those figures is
// not worth a write.
bool HasFigures(WorkerCondition condition) {
  return condition == WorkerCondition::kWorking || condition == WorkerCondition::kAway ||
         condition == WorkerCondition::kHot;
}

std::map<std::string, std::string> EnginesOf(const v1::WorkerState& state) {
  std::map<std::string, std::string> engines;
  for (const v1::EngineVersion& engine : state.engines())
    engines[engine.engine()] = engine.version();
  return engines;
}

}  // namespace

SchedulerLoop::SchedulerLoop(Store& store, JobDirectory& jobs, const Clock& clock,
                             LoopOptions options)
    : jobs_(jobs),
      store_(store),
      clock_(clock),
      options_(std::move(options)),
      executor_(store, jobs, options_.audits),
      scheduler_(options_.policy),
      logins_(options_.database_for, MemberStore(store).SessionsMax()) {}

SchedulerLoop::~SchedulerLoop() { Stop(); }

absl::Status SchedulerLoop::Start() {
  ASSIGN_OR_RETURN(const Restored restored, executor_.Restore());
  // The terms of the leases begin here: a large store takes long to read.
  const BootTime now = clock_.Now();
  scheduler_.Restore(restored, now);
  last_tick_ = now;
  last_forget_ = now;
  // The guard is asked before the first turn, so that nothing is granted on a disk that is full.
  scheduler_.SetDiskGuard(options_.disk_guard());
  last_disk_check_ = now;
  RecordEventLater("coordinator",
                   restored.leases.empty()
                       ? std::string("coordinator started")
                       : absl::StrCat("coordinator restarted; ", restored.leases.size(),
                                      restored.leases.size() == 1 ? " batch" : " batches",
                                      " re-leased for a full term; 0 results lost"));
  store_thread_ = std::make_unique<TaskQueue>(1, kStoreCallsMax);
  thread_ = std::jthread([this] { Run(); });
  return absl::OkStatus();
}

void SchedulerLoop::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
    wake_.SignalAll();
  }
  // The scheduler's thread is first: as it ends, it hands the last intentions to the store thread,
  // which finishes all that it was given.
  if (thread_.joinable()) thread_.join();
  if (store_thread_ != nullptr) store_thread_->Stop();
}

void SchedulerLoop::Post(Event event) {
  const absl::MutexLock lock(&mutex_);
  if (!stopping_) events_.push_back(std::move(event));
  wake_.SignalAll();
}

void SchedulerLoop::Report(std::shared_ptr<WorkerLink> link, v1::WorkerState state) {
  const absl::MutexLock lock(&mutex_);
  if (stopping_) return;
  WorkerLink* const key = link.get();
  // A report that the loop has not taken yet is replaced: each holds the whole state, and so a
  // worker cannot fill the memory by reporting faster than the rules run.
  reports_[key] = {std::move(link), std::move(state)};
  wake_.SignalAll();
}

void SchedulerLoop::StreamEnded(const std::shared_ptr<WorkerLink>& link) {
  Post([this, link](Scheduler& scheduler, BootTime now) {
    for (auto it = streams_.begin(); it != streams_.end(); ++it) {
      // A worker that came back has a newer stream here, and the end of its older one means
      // nothing.
      if (it->second.link != link) continue;
      scheduler.OnStreamClosed(it->first, it->second.instance, now);
      logins_.StreamEnded(it->first);
      streams_.erase(it);
      return;
    }
  });
}

void SchedulerLoop::Run() {
  for (;;) {
    std::vector<Event> events;
    {
      const absl::MutexLock lock(&mutex_);
      const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopping_ || !events_.empty() || !reports_.empty();
      };
      const absl::Duration next = last_tick_ + options_.interval - clock_.Now();
      wake_.AwaitWithTimeout(&mutex_, ready, std::max(next, absl::ZeroDuration()));
      if (stopping_) break;
      // The turn runs without the mutex, so that no gRPC reaction waits for the rules.
      events.assign(std::make_move_iterator(events_.begin()),
                    std::make_move_iterator(events_.end()));
      events_.clear();
    }
    RunTurn(events, clock_.Now());
  }
  EndStreams();
}

void SchedulerLoop::RunTurn(const std::vector<Event>& events, BootTime now) {
  // Reports come first: a stream that has ended may have left one, with which its worker says
  // goodbye, and it was there before the event of the end.
  TakeReports(now);
  for (const Event& event : events) event(scheduler_, now);
  if (now - last_disk_check_ >= kDiskCheckInterval) {
    last_disk_check_ = now;
    scheduler_.SetDiskGuard(options_.disk_guard());
  }
  if (now - last_tick_ >= options_.interval) {
    last_tick_ = now;
    scheduler_.OnTick(now);
    PollStore(now);
    SaveWorkers(now);
  }
  for (Intention& intention : scheduler_.TakeIntentions()) {
    waiting_[RankForStore(intention)].push_back(std::move(intention));
  }
  HandOver(kGroupsMax);
  // This comes last, so that a worker is sent one state for all that a turn has changed.
  SendDesired(scheduler_.TakeChanged());
}

void SchedulerLoop::TakeReports(BootTime now) {
  Reports reports;
  {
    const absl::MutexLock lock(&mutex_);
    reports.swap(reports_);
  }
  for (const auto& [key, report] : reports) TakeReport(report.first, report.second, now);
}

void SchedulerLoop::TakeReport(const std::shared_ptr<WorkerLink>& link,
                               const v1::WorkerState& state, BootTime now) {
  const WorkerId& id = state.worker_uuid();
  const auto known = scheduler_.workers().find(id);
  if (known != scheduler_.workers().end() && known->second.control == WorkerControl::kRemoved) {
    return link->Finish(absl::PermissionDeniedError(
        absl::StrCat("worker ", state.name(), " was removed from the cluster")));
  }
  switch (scheduler_.OnWorkerReport(ToReport(state, jobs_), now)) {
    case ReportVerdict::kSuperseded:
      return link->Finish(
          absl::FailedPreconditionError("superseded by a newer instance of this worker"));
    case ReportVerdict::kRepeated:
      return;
    case ReportVerdict::kAccepted:
      break;
  }
  Stream& stream = streams_[id];
  if (stream.link != nullptr && stream.link != link) {
    if (stream.instance < state.instance()) {
      RecordEventLater(
          "worker", absl::StrCat("worker ", state.name(), " was taken over by a newer process at ",
                                 link->peer(), " while the one at ", stream.link->peer(),
                                 " was still connected"));
    }
    // The code tells the older end of a worker what to do: FAILED_PRECONDITION makes a process
    // exit, and UNAVAILABLE makes it connect again.
    stream.link->Finish(
        stream.instance < state.instance()
            ? absl::FailedPreconditionError("superseded by a newer instance of this worker")
            : absl::UnavailableError("this worker came back on another stream"));
  }
  stream = {link, state.instance()};
  OpenLogin(id, link->peer());
  // The store must know a worker before a lease can name it, and its engines before it sends rows.
  v1::WorkerState& kept = states_[id];
  const bool news = kept.worker_uuid().empty() || EnginesOf(kept) != EnginesOf(state);
  kept = state;
  if (!news) return;
  std::erase_if(new_workers_, [&](const WorkerRecord& worker) { return worker.uuid == id; });
  new_workers_.push_back(RecordOf(id, now));
}

void SchedulerLoop::HandOver(int groups_max) {
  while (groups_ < groups_max) {
    std::vector<Intention> group = NextGroup();
    if (group.empty() && new_workers_.empty()) return;
    ExecuteGroup(std::exchange(new_workers_, {}), std::move(group));
  }
}

std::vector<Intention> SchedulerLoop::NextGroup() {
  std::vector<Intention> group;
  int64_t weight = 0;
  for (std::deque<Intention>& rank : waiting_) {
    while (!rank.empty() && weight < kGroupMax) {
      weight += std::max<int64_t>(BatchesAskedFor(rank.front()), 1);
      group.push_back(std::move(rank.front()));
      rank.pop_front();
    }
  }
  return group;
}

void SchedulerLoop::ExecuteGroup(std::vector<WorkerRecord> new_workers,
                                 std::vector<Intention> group) {
  // These answers are made before the group moves into the task, which takes it even if the queue
  // is full.
  std::vector<Confirmation> refused;
  refused.reserve(group.size());
  for (const Intention& intention : group) {
    refused.push_back(
        {.id = intention.id, .status = absl::UnavailableError("too many calls wait for Postgres")});
  }
  ++groups_;
  // The store thread keeps the order of its tasks, so the workers are saved before any grant that
  // names them.
  if (!new_workers.empty()) Save(std::move(new_workers));
  const bool added = store_thread_->Add([this, group = std::move(group)] {
    std::vector<Confirmation> answers = executor_.Execute(group);
    for (const Confirmation& answer : answers) {
      if (!answer.status.ok()) spdlog::debug("store: {}", answer.status.ToString());
      CheckFatal(answer.status);
    }
    Confirm(std::move(answers));
  });
  if (!added) Confirm(std::move(refused));
}

void SchedulerLoop::Confirm(std::vector<Confirmation> answers) {
  Post([this, answers = std::move(answers)](Scheduler& scheduler, BootTime now) {
    --groups_;
    for (const Confirmation& answer : answers) scheduler.OnConfirmation(answer, now);
  });
}

void SchedulerLoop::SendDesired(const std::set<WorkerId>& workers) {
  for (const WorkerId& id : workers) {
    const auto found = streams_.find(id);
    if (found == streams_.end()) continue;
    v1::DesiredState desired = ToProto(scheduler_.DesiredFor(id), jobs_);
    desired.set_protocol_version(kProtocolVersion);
    desired.set_cluster_uuid(store_.cluster_uuid());
    desired.mutable_state_interval()->set_seconds(absl::ToInt64Seconds(options_.state_interval));
    desired.mutable_state_interval()->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(options_.state_interval % absl::Seconds(1))));
    WayToDatabase way = logins_.WayFor(id, found->second.link->peer());
    desired.set_database(std::move(way.uri));
    desired.set_database_certificate(std::move(way.certificate));
    found->second.link->Send(std::move(desired));
  }
}

void SchedulerLoop::OpenLogin(const WorkerId& id, const std::string& peer) {
  if (!logins_.Begin(id, peer)) return;
  const bool added = store_thread_->Add([this, id] {
    Post([this, id, login = MemberStore(store_).OpenWorkerLogin(id)](Scheduler&, BootTime) {
      logins_.Opened(id, login);
      SendDesired({id});
    });
  });
  if (!added) logins_.Opened(id, absl::UnavailableError("too many calls wait for Postgres"));
}

WorkerRecord SchedulerLoop::RecordOf(const WorkerId& id, BootTime now) const {
  const v1::WorkerState& state = states_.at(id);
  const WorkerView view = scheduler_.workers().at(id).View(now);
  return {.uuid = id,
          .name = state.name(),
          .instance = state.instance(),
          .state = NameOf(view.condition),
          .reason = view.reason,
          .slots = state.slots(),
          .temperature = state.temperature(),
          .sandbox_level = state.sandbox_level(),
          .build = state.build(),
          .engines = EnginesOf(state),
          .last_seen = clock_.WallTime() - view.silence};
}

void SchedulerLoop::SaveWorkers(BootTime now) {
  // A slow store gets no second write while one is under way; a later tick writes the news.
  if (saving_ > 0 || !scheduler_.store_up()) return;
  const bool all = now - last_save_ >= kSaveInterval;
  std::vector<WorkerRecord> records;
  for (const auto& [id, state] : states_) {
    const WorkerView view = scheduler_.workers().at(id).View(now);
    const Shown shown{view.condition, HasFigures(view.condition) ? "" : view.reason};
    const auto [saved, added] = saved_.try_emplace(id, shown);
    if (!all && !added && saved->second == shown) continue;
    // It is noted before it is written. If the write fails, Save() clears all notes.
    saved->second = shown;
    records.push_back(RecordOf(id, now));
  }
  if (all) last_save_ = now;
  if (!records.empty()) Save(std::move(records));
}

void SchedulerLoop::Save(std::vector<WorkerRecord> records) {
  const bool added = store_thread_->Add([this, records = std::move(records)] {
    const absl::Status saved = store_.UpsertWorkers(records);
    if (!saved.ok()) spdlog::debug("saving workers: {}", saved.ToString());
    Post([this, saved](Scheduler&, BootTime) {
      --saving_;
      if (!saved.ok()) saved_.clear();
    });
  });
  if (added) ++saving_;
}

void SchedulerLoop::CheckFatal(const absl::Status& status) {
  if (!absl::IsAborted(status)) return;
  absl::call_once(fatal_, [this, &status] { options_.on_fatal(status); });
}

void SchedulerLoop::EndStreams() {
  Reports reports;
  {
    const absl::MutexLock lock(&mutex_);
    reports.swap(reports_);
    events_.clear();
  }
  // The intentions that still wait are stored, ends of leases and events among them. No answer
  // comes any more to make room for another group, so there is no bound.
  HandOver(std::numeric_limits<int>::max());
  const absl::Status bye = absl::UnavailableError("the coordinator is stopping");
  // A stream whose first report was not taken yet is only known from that report.
  for (auto& [key, report] : reports) report.first->Finish(bye);
  for (auto& [id, stream] : streams_) stream.link->Finish(bye);
  streams_.clear();
}

}  // namespace motzkin::coordinator
