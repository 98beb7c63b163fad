// The part of Simulator that makes things go wrong.
#include <absl/strings/str_cat.h>

#include "tests/sim/simulator.h"

namespace motzkin::coordinator {
namespace {

constexpr size_t kHistoryLines = 30;

}  // namespace

void Simulator::InjectFault() {
  if (calm_) return;
  if (dice_.Chance() < 0.7) {
    FaultOfWorker(static_cast<int>(dice_.Pick(0, 6)),
                  static_cast<size_t>(dice_.Pick(0, options_.workers - 1)));
  } else {
    FaultOfCluster(static_cast<int>(dice_.Pick(0, 7)));
  }
  After(dice_.Between(absl::ZeroDuration(), 2 * options_.fault_every), [this] { InjectFault(); });
}

void Simulator::FaultOfWorker(int kind, size_t index) {
  Machine& machine = machines_[index];
  SimulatedWorker& worker = *machine.worker;
  const auto note = [&](const std::string& what) {
    ++faults_[what];
    history_.push_back(
        absl::StrCat(absl::FormatDuration(now_ - start_), " ", worker.name(), " ", what));
    if (history_.size() > kHistoryLines) history_.pop_front();
  };
  switch (kind) {
    case 0:
      if (!worker.running()) return;
      note("killed");
      worker.Kill();
      machine.restart_at = now_ + dice_.Between(absl::Seconds(1), absl::Seconds(90));
      return;
    case 1:
      note("asleep");
      worker.set_asleep(true);
      After(dice_.Between(absl::Seconds(1), absl::Seconds(120)),
            [&worker] { worker.set_asleep(false); });
      return;
    case 2:
      note("link cut");
      machine.cut = true;
      After(dice_.Between(absl::Seconds(1), absl::Seconds(60)),
            [&machine] { machine.cut = false; });
      return;
    case 3:
      if (!worker.running()) return;
      note("stopped");
      worker.Stop();
      return;
    case 4:
      note("hot");
      worker.set_slots_allowed(static_cast<int>(dice_.Pick(0, 1)));
      After(dice_.Between(absl::Seconds(5), absl::Seconds(120)),
            [&worker] { worker.set_slots_allowed(64); });
      return;
    case 5:
      note("idler");
      worker.set_idler(true);
      After(dice_.Between(absl::Seconds(5), absl::Minutes(15)),
            [&machine] { machine.worker->set_idler(machine.idler); });
      return;
    default: {
      if (!worker.running() || worker.asleep() || machine.cut) return;
      note("nonsense");
      WorkerReport lie = worker.Report("digest");
      lie.held.push_back(
          {.lease = {{jobs_[0], dice_.Pick(0, 20)}, static_cast<int32_t>(dice_.Pick(1, 5))},
           .digest = "digest",
           .stored = dice_.Pick(0, 10),
           .pending = dice_.Pick(0, 100'000),
           .unstarted_begin = dice_.Pick(0, 100'000),
           .end = dice_.Pick(0, 100'000)});
      lie.failed.push_back(
          {.lease = {{jobs_[0], dice_.Pick(0, 20)}, static_cast<int32_t>(dice_.Pick(1, 5))},
           .reason = "no room"});
      Deliver(index, lie);
      return;
    }
  }
}

void Simulator::FaultOfCluster(int kind) {
  const auto note = [this](const std::string& what) {
    ++faults_[what];
    history_.push_back(absl::StrCat(absl::FormatDuration(now_ - start_), " ", what));
    if (history_.size() > kHistoryLines) history_.pop_front();
  };
  switch (kind) {
    case 0:
      note("coordinator killed");
      RestartCoordinator();
      return;
    case 1:
      note("store away");
      store_up_ = false;
      After(dice_.Between(absl::Seconds(1), absl::Seconds(60)), [this] { store_up_ = true; });
      return;
    case 2:
      note("store in trouble");
      store_trouble_ = 0.3;
      After(dice_.Between(absl::Seconds(1), absl::Seconds(60)), [this] { store_trouble_ = 0; });
      return;
    case 3:
      note("messages in trouble");
      message_trouble_ = 0.3;
      After(dice_.Between(absl::Seconds(5), absl::Seconds(60)), [this] { message_trouble_ = 0; });
      return;
    case 4: {
      const int64_t job = jobs_[static_cast<size_t>(dice_.Pick(0, options_.jobs - 1))];
      if (store_.Snapshot(job).state != v1::JOB_STATE_RUNNING) return;
      note("pause");
      scheduler_->OnJob(store_.SetState(job, v1::JOB_STATE_PAUSED));
      After(dice_.Between(absl::Seconds(1), absl::Seconds(30)), [this, job] {
        if (store_.Snapshot(job).state != v1::JOB_STATE_PAUSED) return;
        scheduler_->OnJob(store_.SetState(job, v1::JOB_STATE_RUNNING));
      });
      return;
    }
    case 5:
      note("disk full");
      scheduler_->SetDiskGuard("the disk is full");
      After(dice_.Between(absl::Seconds(1), absl::Seconds(30)),
            [this] { scheduler_->SetDiskGuard(""); });
      return;
    case 6: {
      // Jobs are seldom cancelled and the first never is, so that there is work left.
      const int64_t job = jobs_[static_cast<size_t>(dice_.Pick(0, options_.jobs - 1))];
      const v1::JobState state = store_.Snapshot(job).state;
      const bool open = state == v1::JOB_STATE_RUNNING || state == v1::JOB_STATE_PAUSED;
      if (!open || job == jobs_[0] || dice_.Chance() > 0.1) return;
      note("cancel");
      scheduler_->OnJob(store_.SetState(job, v1::JOB_STATE_CANCELLED));
      cancelled_[job] = store_.results(job).size();
      return;
    }
    default: {
      const int64_t job = jobs_[static_cast<size_t>(dice_.Pick(0, options_.jobs - 1))];
      if (store_.Snapshot(job).state != v1::JOB_STATE_COMPLETED) return;
      note("extend");
      scheduler_->OnJob(store_.Extend(job, store_.Snapshot(job).rules.target + dice_.Pick(1, 200)));
      return;
    }
  }
}

void Simulator::HealEverything() {
  calm_ = true;
  history_.push_back(absl::StrCat(absl::FormatDuration(now_ - start_), " all is well from here"));
  store_up_ = true;
  store_trouble_ = 0;
  message_trouble_ = 0;
  scheduler_->SetDiskGuard("");
  for (Machine& machine : machines_) {
    machine.cut = false;
    machine.worker->set_asleep(false);
    machine.worker->set_idler(machine.idler);
    machine.worker->set_slots_allowed(64);
    // In the morning the owner resumes the workers that were drained because they failed.
    store_.Execute({.what = SetControl{machine.worker->name(), WorkerControl::kRun}});
    scheduler_->OnControl(machine.worker->name(), WorkerControl::kRun);
  }
  for (const int64_t job : jobs_) {
    if (store_.Snapshot(job).state != v1::JOB_STATE_PAUSED) continue;
    scheduler_->OnJob(store_.SetState(job, v1::JOB_STATE_RUNNING));
  }
}

}  // namespace motzkin::coordinator
