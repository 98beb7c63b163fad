#include "tests/sim/simulator.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace motzkin::coordinator {
namespace {

constexpr absl::Duration kReportEvery = absl::Seconds(5);
constexpr absl::Duration kWorkStep = absl::Milliseconds(500);
constexpr absl::Duration kTick = absl::Seconds(1);
constexpr const char* kDigest = "digest";

}  // namespace

Simulator::Simulator(const SimulatorOptions& options)
    : options_(options), dice_(options.seed), log_(options.log) {
  for (int i = 0; i < options.workers; ++i) {
    Machine machine;
    machine.worker = std::make_unique<SimulatedWorker>(absl::StrCat("w", i), 1 + i % 4,
                                                       0.5 + 4 * dice_.Chance());
    machine.idler = i < options.idlers;
    machine.worker->set_idler(machine.idler);
    machine.worker->Start();
    machines_.push_back(std::move(machine));
  }
}

void Simulator::At(BootTime when, std::function<void()> action) {
  agenda_.push({when, order_++, std::move(action)});
}

std::string Simulator::Run() {
  StartJobs();
  RestartCoordinator();
  for (size_t i = 0; i < machines_.size(); ++i) {
    After(absl::Milliseconds(dice_.Pick(0, 500)), [this, i] { StepWorker(i); });
    After(absl::Milliseconds(dice_.Pick(0, 5000)), [this, i] { ReportForEver(i); });
  }
  After(kTick, [this] { TickCoordinator(); });
  After(options_.fault_every, [this] { InjectFault(); });
  At(start_ + options_.faults_until, [this] { HealEverything(); });
  while (!agenda_.empty() && violation_.empty() && now_ < start_ + options_.end) {
    const Timed next = agenda_.top();
    agenda_.pop();
    now_ = next.at;
    next.action();
    ++steps_;
    Check();
    if (calm_ && AllDone()) break;
  }
  if (violation_.empty()) CheckComplete();
  if (violation_.empty()) return "";
  std::string text =
      absl::StrCat("after ", steps_, " steps at ", absl::FormatDuration(now_ - start_), ": ",
                   violation_, "\nwhat happened last:\n");
  for (const std::string& line : history_) absl::StrAppend(&text, "  ", line, "\n");
  return text;
}

void Simulator::StartJobs() {
  for (int i = 0; i < options_.jobs; ++i) {
    JobRules rules{.digest = kDigest,
                   .generator_version = 1,
                   .canonical_version = 1,
                   .engines = {{"giac", ""}},
                   .target = options_.target,
                   .target_integrated = i % 2 == 1};
    jobs_.push_back(store_.StartJob(rules).rules.id);
    poison_.insert({jobs_.back(), dice_.Pick(0, options_.target / 2)});
  }
}

void Simulator::StepWorker(size_t index) {
  Machine& machine = machines_[index];
  SimulatedWorker& worker = *machine.worker;
  if (!worker.running() && now_ >= machine.restart_at) {
    machine.restart_at = BootTime::Never();
    worker.Start();
    SendReport(index);
  } else if (worker.running() && !worker.asleep()) {
    if (!worker.Work(kWorkStep, store_, store_up_, poison_)) {
      ++faults_["poison"];
      worker.Kill();
      machine.restart_at = now_ + dice_.Between(absl::Seconds(1), absl::Seconds(10));
    } else if (worker.draining() && worker.Empty()) {
      SendReport(index);
      worker.Kill();
      const uint64_t instance = worker.instance();
      if (!machine.cut) scheduler_->OnStreamClosed(worker.name(), instance, now_);
      machine.restart_at = now_ + dice_.Between(absl::Seconds(1), absl::Seconds(60));
    }
  }
  After(kWorkStep, [this, index] { StepWorker(index); });
}

void Simulator::SendReport(size_t index) {
  Machine& machine = machines_[index];
  SimulatedWorker& worker = *machine.worker;
  if (worker.running() && !worker.asleep() && !machine.cut && dice_.Chance() >= message_trouble_) {
    const WorkerReport report = worker.Report(kDigest);
    const auto deliver = [this, index, report, epoch = epoch_] {
      if (epoch == epoch_ && !machines_[index].cut) Deliver(index, report);
    };
    // Sometimes the message is so late that the next one overtakes it.
    After(dice_.Between(absl::Milliseconds(1),
                        absl::Milliseconds(dice_.Chance() < message_trouble_ ? 7000 : 50)),
          deliver);
    if (dice_.Chance() < message_trouble_)
      After(dice_.Between(absl::Milliseconds(1), absl::Seconds(9)), deliver);
  }
}

void Simulator::ReportForEver(size_t index) {
  SendReport(index);
  After(kReportEvery, [this, index] { ReportForEver(index); });
}

void Simulator::Deliver(size_t index, const WorkerReport& report) {
  const ReportVerdict verdict = scheduler_->OnWorkerReport(report, now_);
  log_.Add(now_ - start_, report.worker, verdict);
  if (verdict == ReportVerdict::kAccepted) machines_[index].delivered = now_;
  if (verdict == ReportVerdict::kSuperseded &&
      report.instance == machines_[index].worker->instance()) {
    Violated(absl::StrCat(report.worker, "'s newest instance was called superseded"));
  }
  Settle();
  SendDesired(index);
}

void Simulator::SendDesired(size_t index) {
  const SimulatedWorker& worker = *machines_[index].worker;
  const Desired desired = scheduler_->DesiredFor(worker.name());
  log_.Add(now_ - start_, worker.name(), desired);
  if (machines_[index].cut || dice_.Chance() < message_trouble_) return;
  After(dice_.Between(absl::Milliseconds(1), absl::Milliseconds(50)),
        [this, index, desired, sent = ++sent_, instance = worker.instance()] {
          Machine& machine = machines_[index];
          if (machine.cut || !machine.worker->running() || machine.worker->asleep()) return;
          if (machine.worker->instance() == instance) machine.worker->Receive(desired, sent);
        });
}

void Simulator::TickCoordinator() {
  scheduler_->OnTick(now_);
  for (const auto& [id, worker] : scheduler_->workers()) {
    log_.Add(now_ - start_, id, worker, now_);
  }
  if (!polling_) {
    polling_ = true;
    store_calls_.push_back({});
  }
  Settle();
  After(kTick, [this] { TickCoordinator(); });
}

void Simulator::RestartCoordinator() {
  ++epoch_;
  store_calls_.clear();
  store_busy_ = false;
  polling_ = false;
  scheduler_ =
      std::make_unique<Scheduler>(Policy{.stall = options_.stall, .asked_max = options_.asked_max});
  scheduler_->Restore(store_.RestoreAll(), now_);
  coordinator_since_ = now_;
  for (Machine& machine : machines_) machine.delivered.reset();
}

void Simulator::SortStoreCalls() {
  std::array<std::vector<StoreCall>, kStoreRanks> ranks;
  while (!store_calls_.empty() && store_calls_.back().intention.has_value()) {
    StoreCall& last = store_calls_.back();
    ranks[RankForStore(*last.intention)].push_back(std::move(last));
    store_calls_.pop_back();
  }
  for (std::vector<StoreCall>& rank : ranks) {
    std::move(rank.rbegin(), rank.rend(), std::back_inserter(store_calls_));
  }
}

void Simulator::Settle() {
  for (Intention& intention : scheduler_->TakeIntentions()) {
    log_.Add(now_ - start_, "rules", intention);
    if (const auto* grant = std::get_if<GrantLeases>(&intention.what)) {
      for (const Machine& machine : machines_) {
        if (machine.worker->name() != grant->worker) continue;
        if (!machine.delivered.has_value() || now_ - *machine.delivered > absl::Seconds(13)) {
          Violated(absl::StrCat(grant->worker, " is granted work after 13 s of silence"));
        }
      }
    }
    store_calls_.push_back({std::move(intention)});
  }
  SortStoreCalls();
  for (const WorkerId& changed : scheduler_->TakeChanged()) {
    for (size_t i = 0; i < machines_.size(); ++i) {
      if (machines_[i].worker->name() == changed) SendDesired(i);
    }
  }
  if (store_busy_ || store_calls_.empty()) return;
  store_busy_ = true;
  After(dice_.Between(absl::Milliseconds(1), absl::Milliseconds(30)), [this, epoch = epoch_] {
    if (epoch == epoch_) RunStoreCall();
  });
}

void Simulator::RunStoreCall() {
  const StoreCall call = std::move(store_calls_.front());
  store_calls_.pop_front();
  store_busy_ = false;
  const bool fails = !store_up_ || dice_.Chance() < store_trouble_;
  if (call.intention.has_value()) {
    // A call fails after its commit as often as before it.
    const bool commits = !fails || (store_up_ && dice_.Chance() < 0.5);
    Confirmation answer = ModelStore::Unavailable(*call.intention);
    if (commits) answer = store_.Execute(*call.intention);
    if (fails) answer = ModelStore::Unavailable(*call.intention);
    log_.Add(now_ - start_, "store", answer);
    scheduler_->OnConfirmation(answer, now_);
  } else {
    polling_ = false;
    if (fails) {
      scheduler_->OnStoreAway("the model store is away");
    } else {
      store_.Seal();
      scheduler_->OnPoll(store_.Poll(now_), now_);
    }
  }
  Settle();
}

}  // namespace motzkin::coordinator
