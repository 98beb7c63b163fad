#include "tests/fuzz/conversation.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/generator/function_sampler.h"
#include "common/job_spec/job_spec.h"
#include "common/job_spec/job_yaml.h"
#include "common/results/spec_digest.h"
#include "common/results/submit_results.h"
#include "coordinator/service/translate.h"
#include "coordinator/service/validation.h"
#include "tests/sim/lease_invariants.h"

namespace motzkin::fuzz {
namespace {

constexpr size_t kJobsMax = 8;
// The number of store calls a step. 4,096 slots want thousands of batches, and get them step by
// step.
constexpr int kStoreCallsMax = 100;
constexpr size_t kWordsMax = 500;

// A refusal must be one short line.
void CheckRefusal(const absl::Status& status) {
  const std::string words(status.message());
  MOTZKIN_CHECK(absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status));
  MOTZKIN_CHECK(!words.empty() && words.size() <= kWordsMax);
  MOTZKIN_CHECK(words.find('\n') == std::string::npos);
}

bool IsOver(v1::JobState state) {
  return state != v1::JOB_STATE_RUNNING && state != v1::JOB_STATE_PAUSED;
}

}  // namespace

std::string Conversation::JobUuid(int64_t id) {
  return "10000000-0000-4000-8000-00000000000" + std::to_string(id);
}

v1::JobSpec Conversation::SpecOf(const std::string& name) {
  static const v1::JobSpec preset = JobFromPreset("lample-charton").value();
  v1::JobSpec spec = preset;
  spec.set_name(name);
  spec.set_target(name == "endless" ? 0 : 2'000);
  if (name == "endless") spec.set_rows_max(500);
  return spec;
}

Conversation::Conversation() {
  Restart();
  StartJob(SpecOf("demo"));
  StartJob(SpecOf("endless"));
}

void Conversation::Restart() {
  waiting_.clear();
  scheduler_.emplace();
  scheduler_->Restore(store_.RestoreAll(), now_);
  fresh_since_ = now_;
  heard_.clear();
}

void Conversation::Take(const Step& step) {
  PassTime(step.seconds);
  switch (step.kind()) {
    case Kind::kWorkerState:
      TakeMessage<v1::WorkerState>(step.payload);
      break;
    case Kind::kSubmit:
      TakeMessage<v1::SubmitResultsRequest>(step.payload);
      break;
    case Kind::kStartJob:
      TakeMessage<v1::StartJobRequest>(step.payload);
      break;
    case Kind::kControlJob:
      TakeMessage<v1::ControlJobRequest>(step.payload);
      break;
    case Kind::kControlWorker:
      TakeMessage<v1::ControlWorkerRequest>(step.payload);
      break;
    case Kind::kGetResult: {
      v1::GetResultRequest request;
      if (request.ParseFromString(step.payload)) coordinator::Validate(request).IgnoreError();
      break;
    }
    case Kind::kListEvents: {
      v1::ListEventsRequest request;
      if (request.ParseFromString(step.payload)) coordinator::Validate(request).IgnoreError();
      break;
    }
    default:
      TakeSignal(step.kind());
  }
  if ((step.kind_byte & kStoreSlow) == 0) {
    Settle((step.kind_byte & kAnswersLost) != 0);
    Poll();
  }
  CheckInvariants();
}

template <typename Request>
void Conversation::TakeMessage(const std::string& payload) {
  Request request;
  if (request.ParseFromString(payload)) Take(request);
}

void Conversation::Take(const v1::WorkerState& state) {
  const absl::Status valid = coordinator::Validate(state);
  if (!valid.ok()) return CheckRefusal(valid);
  const auto known = scheduler_->workers().find(state.worker_uuid());
  if (known != scheduler_->workers().end() &&
      known->second.control == coordinator::WorkerControl::kRemoved) {
    return;  // SchedulerLoop does the same.
  }
  const coordinator::WorkerReport report = coordinator::ToReport(state, jobs_);
  const auto verdict = scheduler_->OnWorkerReport(report, now_);
  if (verdict != coordinator::ReportVerdict::kAccepted) return;
  last_worker_ = state.worker_uuid();
  last_instance_ = state.instance();
  heard_[last_worker_] = now_;
  MOTZKIN_CHECK(scheduler_->DesiredFor(last_worker_).acknowledged_sequence == state.sequence());
}

void Conversation::Take(const v1::SubmitResultsRequest& request) {
  const v1::Submission& submission = request.submission();
  const absl::Status valid = coordinator::Validate(submission);
  if (!valid.ok()) return CheckRefusal(valid);
  const std::optional<int64_t> job = jobs_.IdOf(submission.job_uuid());
  if (!job.has_value() || jobs_.Find(*job)->spec_digest() != submission.spec_digest()) return;
  for (v1::Result result : submission.results()) {
    MakeStorable(result);
    MOTZKIN_CHECK(v1::Result().ParseFromString(result.SerializeAsString()));
    if (submission.audit_budget_factor() > 0) {
      store_.SubmitAudit(submission.worker_uuid(), {*job, result.index()});
      continue;
    }
    store_.Submit(submission.worker_uuid(), {*job, submission.batch()}, result.index(),
                  result.outcome() == v1::OUTCOME_INTEGRATED,
                  result.outcome() == v1::OUTCOME_CRASHED);
  }
}

void Conversation::StartJob(const v1::JobSpec& spec) {
  coordinator::JobRecord record;
  record.id = static_cast<int64_t>(names_.size()) + 1;
  record.uuid = JobUuid(record.id);
  record.spec = spec;
  record.spec_digest = SpecDigest(spec);
  record.target = spec.target();
  names_[spec.name()] = record.id;
  jobs_.Put(record);
  const auto started = store_.StartJob(coordinator::ToSnapshot(record, 0).rules);
  MOTZKIN_CHECK(started.rules.id == record.id);
  scheduler_->OnJob(started);
}

void Conversation::Take(const v1::StartJobRequest& request) {
  const absl::Status valid = coordinator::Validate(request);
  if (!valid.ok()) return CheckRefusal(valid);
  // An accepted spec is safe to pin: every reader of specs takes it.
  const v1::JobSpec& spec = request.spec();
  MOTZKIN_CHECK(generator::FunctionSampler::Create(spec.generator()).ok());
  if (spec.preset().empty() || JobFromPreset(spec.preset()).ok()) {
    const absl::StatusOr<v1::JobSpec> again = ParseJobYaml(JobToYaml(spec), "again.yaml");
    MOTZKIN_CHECK(again.ok());
    MOTZKIN_CHECK(google::protobuf::util::MessageDifferencer::Equals(*again, spec));
  }
  if (names_.size() < kJobsMax && !names_.contains(spec.name())) StartJob(spec);
}

void Conversation::Take(const v1::ControlJobRequest& request) {
  const absl::Status valid = coordinator::Validate(request);
  if (!valid.ok()) return CheckRefusal(valid);
  const auto job = names_.find(request.job());
  if (job == names_.end()) return;
  if (Control(job->second, request).ok()) scheduler_->OnJob(store_.Snapshot(job->second));
}

// Does what the store would do; an error is a refusal.
absl::Status Conversation::Control(int64_t job, const v1::ControlJobRequest& request) {
  using Verb = v1::ControlJobRequest;
  absl::Status refused = absl::FailedPreconditionError("not in this state");
  const coordinator::JobSnapshot present = store_.Snapshot(job);
  switch (request.verb()) {
    case Verb::VERB_PAUSE:
      if (IsOver(present.state)) return refused;
      store_.SetState(job, v1::JOB_STATE_PAUSED);
      return absl::OkStatus();
    case Verb::VERB_RESUME:
      if (present.state != v1::JOB_STATE_FAILED && IsOver(present.state)) return refused;
      store_.SetState(job, v1::JOB_STATE_RUNNING);
      return absl::OkStatus();
    case Verb::VERB_CANCEL:
      if (present.state == v1::JOB_STATE_COMPLETED) return refused;
      store_.SetState(job, v1::JOB_STATE_CANCELLED);
      return absl::OkStatus();
    default:
      if (present.rules.target == 0 || request.target() <= present.rules.target) return refused;
      if (present.state != v1::JOB_STATE_RUNNING && present.state != v1::JOB_STATE_COMPLETED) {
        return refused;
      }
      store_.Extend(job, request.target());
      return absl::OkStatus();
  }
}

void Conversation::Take(const v1::ControlWorkerRequest& request) {
  const absl::Status valid = coordinator::Validate(request);
  if (!valid.ok()) return CheckRefusal(valid);
  for (const auto& [id, worker] : scheduler_->workers()) {
    if (worker.name() != request.worker() && id != request.worker()) continue;
    const coordinator::WorkerControl control = coordinator::ToControl(request.verb());
    store_.Execute({.id = 0, .what = coordinator::SetControl{id, control}});
    scheduler_->OnControl(std::string(id), control);
    return;
  }
}

void Conversation::TakeSignal(Kind kind) {
  switch (kind) {
    case Kind::kStreamClosed:
      if (!last_worker_.empty()) scheduler_->OnStreamClosed(last_worker_, last_instance_, now_);
      return;
    case Kind::kDiskFull:
      return scheduler_->SetDiskGuard("the disk is full");
    case Kind::kDiskFree:
      return scheduler_->SetDiskGuard("");
    case Kind::kRestart:
      return Restart();
    default:
      return;
  }
}

void Conversation::PassTime(uint8_t seconds) {
  if (seconds >= 128) {
    now_ += absl::Seconds(10 * (seconds - 128));
    heard_.clear();
    fresh_since_ = now_;
    scheduler_->OnTick(now_);
    return;
  }
  for (int i = 0; i < seconds; ++i) {
    now_ += absl::Seconds(1);
    scheduler_->OnTick(now_);
  }
}

void Conversation::Settle(bool lost) {
  for (int calls = 0; calls < kStoreCallsMax; ++calls) {
    for (coordinator::Intention& intention : scheduler_->TakeIntentions()) {
      waiting_.push_back(std::move(intention));
    }
    if (waiting_.empty()) return;
    const coordinator::Intention intention = std::move(waiting_.front());
    waiting_.pop_front();
    coordinator::Confirmation answer = store_.Execute(intention);
    if (lost) answer = coordinator::ModelStore::Unavailable(intention);
    scheduler_->OnConfirmation(answer, now_);
  }
}

void Conversation::Poll() {
  store_.Seal();
  scheduler_->OnPoll(store_.Poll(now_), now_);
}

void Conversation::CheckInvariants() const {
  MOTZKIN_CHECK(coordinator::OverlappingLeases(*scheduler_).empty());
  MOTZKIN_CHECK(coordinator::UnstoredLease(*scheduler_, store_).empty());
  for (const auto& [id, worker] : scheduler_->workers()) {
    MOTZKIN_CHECK(!coordinator::NameOf(worker.View(now_).condition).empty());
    const auto heard = heard_.find(id);
    const BootTime since =
        std::max(heard == heard_.end() ? fresh_since_ : heard->second, fresh_since_);
    // A lease ends after 25 s of silence, at the next tick, which comes within a second.
    MOTZKIN_CHECK(worker.leases().empty() || now_ - since <= absl::Seconds(26));
    CheckDesired(id);
  }
}

void Conversation::CheckDesired(const std::string& worker) const {
  const v1::DesiredState desired = coordinator::ToProto(scheduler_->DesiredFor(worker), jobs_);
  v1::DesiredState read;
  MOTZKIN_CHECK(read.ParseFromString(desired.SerializeAsString()));
  for (const v1::DesiredBatch& batch : read.batches()) {
    MOTZKIN_CHECK(batch.begin_index() >= 0 && batch.begin_index() < batch.end_index());
    MOTZKIN_CHECK(batch.attempt() >= 1);
  }
}

}  // namespace motzkin::fuzz
