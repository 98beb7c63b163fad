#include "coordinator/service/testing/scripted_worker.h"

#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "coordinator/service/validation.h"

namespace motzkin::coordinator {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(1);
constexpr absl::Duration kReportInterval = absl::Seconds(5);

}  // namespace

ScriptedWorker::ScriptedWorker(const std::string& address, int number, uint64_t instance)
    : channel_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
      stub_(v1::WorkerService::NewStub(channel_)),
      stream_(stub_->Synchronize(&context_)) {
  state_.set_protocol_version(1);
  state_.set_worker_uuid(fmt::format("00000000-0000-4000-8000-{:012}", number));
  state_.set_name(fmt::format("worker-{}", number));
  state_.set_instance(instance);
  state_.set_slots(2);
  state_.set_slots_allowed(2);
  for (const char* engine : {"giac", "fricas", "sympy"}) {
    v1::EngineVersion& version = *state_.add_engines();
    version.set_engine(engine);
    version.set_version("1.2.3");
    version.set_speed_factor(1);
  }
  for (uint32_t version = 1; version < 8; ++version) {
    state_.add_generator_versions(version);
    state_.add_canonical_versions(version);
  }
  reader_ = std::jthread([this] { Read(); });
}

ScriptedWorker::~ScriptedWorker() { context_.TryCancel(); }

void ScriptedWorker::Read() {
  v1::DesiredState desired;
  while (stream_->Read(&desired)) {
    const absl::MutexLock lock(&mutex_);
    desired_ = desired;
  }
  const grpc::Status end = stream_->Finish();
  const absl::MutexLock lock(&mutex_);
  end_ = end;
}

void ScriptedWorker::Report() {
  state_.set_sequence(state_.sequence() + 1);
  stream_->Write(state_);
}

void ScriptedWorker::Obey() {
  state_.clear_batches();
  {
    const absl::MutexLock lock(&mutex_);
    if (!desired_.has_value()) return;
    for (const v1::DesiredBatch& batch : desired_->batches()) {
      v1::HeldBatch& held = *state_.add_batches();
      held.set_job_uuid(batch.job_uuid());
      held.set_batch(batch.batch());
      held.set_attempt(batch.attempt());
      held.set_unstarted_begin(batch.begin_index());
      held.set_end_index(batch.end_index());
      for (const v1::DesiredJob& job : desired_->jobs()) {
        if (job.job_uuid() == batch.job_uuid()) held.set_spec_digest(job.spec_digest());
      }
    }
  }
  Report();
}

v1::DesiredState ScriptedWorker::WaitFor(
    const std::function<bool(const v1::DesiredState&)>& condition) {
  const absl::MutexLock lock(&mutex_);
  const auto held = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return end_.has_value() || (desired_.has_value() && condition(*desired_));
  };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&held), kPatience)) {
    ADD_FAILURE() << "no such desired state; the last: "
                  << (desired_.has_value() ? desired_->ShortDebugString() : "none");
  }
  if (end_.has_value()) ADD_FAILURE() << "the stream ended: " << end_->error_message();
  return desired_.value_or(v1::DesiredState());
}

v1::DesiredState ScriptedWorker::WaitForBatches() {
  // Another worker may hold everything until it is lost. This one has to report meanwhile, or it is
  // lost too.
  const auto come = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return end_.has_value() || (desired_.has_value() && desired_->batches_size() > 0);
  };
  for (absl::Duration waited; waited < kPatience; waited += kReportInterval) {
    {
      const absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&come), kReportInterval)) break;
    }
    Report();
  }
  return WaitFor([](const v1::DesiredState& desired) { return desired.batches_size() > 0; });
}

grpc::Status ScriptedWorker::End() {
  const absl::MutexLock lock(&mutex_);
  const auto ended = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return end_.has_value(); };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&ended), kPatience)) {
    return grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "the stream did not end");
  }
  return *end_;
}

void ScriptedWorker::Close() { stream_->WritesDone(); }

v1::Submission ScriptedWorker::SubmissionOf(const v1::DesiredState& desired,
                                            const v1::DesiredBatch& batch) const {
  v1::Submission submission;
  submission.set_job_uuid(batch.job_uuid());
  submission.set_batch(batch.batch());
  submission.set_attempt(batch.attempt());
  submission.set_worker_uuid(uuid());
  for (const v1::DesiredJob& job : desired.jobs()) {
    if (job.job_uuid() != batch.job_uuid()) continue;
    submission.set_spec_digest(job.spec_digest());
    submission.set_generator_version(job.spec().generator().version());
  }
  for (int64_t index = batch.begin_index(); index < batch.end_index(); ++index) {
    v1::Result& result = *submission.add_results();
    result.set_index(index);
    result.set_outcome(v1::OUTCOME_UNSOLVED);
    result.set_integrand("sin x");
    result.set_kind(v1::KIND_FORWARD);
    result.set_canonical_hash(static_cast<uint64_t>(index) + 1);
    result.set_skeleton_hash(static_cast<uint64_t>(index) + 1);
    result.set_speed_factor(1);
  }
  return submission;
}

absl::StatusOr<std::vector<v1::RowStatus>> ScriptedWorker::Submit(const v1::DesiredState& desired,
                                                                  const v1::DesiredBatch& batch) {
  const v1::Submission all = SubmissionOf(desired, batch);
  v1::Submission part = all;
  std::vector<v1::RowStatus> statuses;
  for (int begin = 0; begin < all.results_size(); begin += kResultsPerSubmissionMax) {
    part.clear_results();
    const int end = std::min(begin + kResultsPerSubmissionMax, all.results_size());
    for (int i = begin; i < end; ++i) *part.add_results() = all.results(i);
    ASSIGN_OR_RETURN(const std::vector<v1::RowStatus> more, Send(part));
    statuses.insert(statuses.end(), more.begin(), more.end());
  }
  return statuses;
}

absl::StatusOr<std::vector<v1::RowStatus>> ScriptedWorker::Send(const v1::Submission& submission) {
  v1::SubmitResultsRequest request;
  *request.mutable_submission() = submission;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  v1::SubmitResultsResponse response;
  const grpc::Status status = stub_->SubmitResults(&context, request, &response);
  if (!status.ok()) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }
  std::vector<v1::RowStatus> statuses;
  for (const int row : response.statuses()) statuses.push_back(static_cast<v1::RowStatus>(row));
  return statuses;
}

}  // namespace motzkin::coordinator
