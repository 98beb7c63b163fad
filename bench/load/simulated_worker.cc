#include "bench/load/simulated_worker.h"

#include <absl/time/clock.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace motzkin::bench {
namespace {

// These are the intervals of the real worker's agent and writer.
constexpr absl::Duration kReportInterval = absl::Seconds(5);
constexpr absl::Duration kCoalesce = absl::Milliseconds(250);
constexpr absl::Duration kFlushInterval = absl::Seconds(1);
constexpr int64_t kFlushRows = 256;

// Makes a row with the lengths of lample-charton's functions; half of them are integrated.
v1::Result RowOf(int64_t index, std::mt19937_64& random) {
  v1::Result row;
  row.set_index(index);
  row.set_kind(v1::KIND_FORWARD);
  row.set_integrand(fmt::format(
      "mul add x INT+ {} exp sin pow x INT+ 2 div sqrt x add INT+ 1 mul x x tan x", random() % 10));
  row.set_canonical_hash(random());
  row.set_skeleton_hash(random());
  row.set_speed_factor(1);
  row.set_wall_ms(14);
  v1::StepResult& step = *row.add_steps();
  step.set_engine("giac");
  step.set_version("1.9.0");
  step.set_cpu_us(8'000);
  step.set_rss_kb(15'000);
  if (random() % 2 == 0) {
    row.set_outcome(v1::OUTCOME_UNSOLVED);
  } else {
    row.set_outcome(v1::OUTCOME_INTEGRATED);
    row.set_integral("add div pow x INT+ 2 INT+ 2 mul sin exp x ln add x INT+ 5 atan div x sqrt x");
    row.set_engine("giac");
    row.set_answer_class(v1::ANSWER_CLASS_ELEMENTARY);
    row.mutable_verification()->set_verdict(v1::Verification::VERDICT_VERIFIED);
    row.mutable_verification()->set_points_agreed(12);
    row.mutable_verification()->set_precision_bits(128);
  }
  step.set_outcome(row.outcome());
  return row;
}

std::shared_ptr<grpc::Channel> Connect(const LoadOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // one connection a worker
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(options.address, options.credentials, arguments);
}

bool IsDone(const v1::DesiredBatch& batch, int64_t index) {
  const auto bit = static_cast<size_t>(index - batch.begin_index());
  return bit / 8 < batch.done().size() && ((batch.done()[bit / 8] >> (bit % 8)) & 1) != 0;
}

}  // namespace

void Latencies::Add(absl::Duration latency) {
  const absl::MutexLock lock(&mutex_);
  milliseconds_.push_back(absl::ToDoubleMilliseconds(latency));
}

void Latencies::Clear() {
  const absl::MutexLock lock(&mutex_);
  milliseconds_.clear();
}

size_t Latencies::count() const {
  const absl::MutexLock lock(&mutex_);
  return milliseconds_.size();
}

double Latencies::Quantile(double part) const {
  std::vector<double> sorted;
  {
    const absl::MutexLock lock(&mutex_);
    sorted = milliseconds_;
  }
  if (sorted.empty()) return 0;
  const auto at = static_cast<ptrdiff_t>(part * static_cast<double>(sorted.size() - 1));
  std::nth_element(sorted.begin(), sorted.begin() + at, sorted.end());
  return sorted[static_cast<size_t>(at)];
}

SimulatedWorker::SimulatedWorker(const LoadOptions& options, int number, Waits& waits)
    : options_(options),
      waits_(waits),
      random_(static_cast<uint64_t>(number)),
      stub_(v1::WorkerService::NewStub(Connect(options))) {
  const absl::MutexLock lock(&mutex_);
  state_.set_protocol_version(1);
  state_.set_worker_uuid(fmt::format("00000000-0000-4000-8000-{:012}", number));
  state_.set_name(fmt::format("load-{}", number));
  state_.set_instance(1);
  state_.set_slots(options.slots);
  state_.set_slots_allowed(options.slots);
  state_.set_slots_busy(options.slots);
  state_.set_sandbox_level("full");
  state_.set_build("load_bench");
  state_.set_temperature(55);
  state_.set_functions_per_minute(options.speed * 60);
  state_.add_generator_versions(1);
  state_.add_canonical_versions(1);
  for (const auto& [engine, version] : {std::pair("giac", "1.9.0"), std::pair("fricas", "1.3.8")}) {
    v1::EngineVersion& known = *state_.add_engines();
    known.set_engine(engine);
    known.set_version(version);
    known.set_speed_factor(1);
  }
}

SimulatedWorker::~SimulatedWorker() {
  context_.TryCancel();
  const absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&done_));
}

void SimulatedWorker::Start() {
  stub_->async()->Synchronize(&context_, this);
  AddHold();  // Writes begin outside of gRPC's callbacks.
  StartRead(&incoming_);
  StartCall();
  const absl::MutexLock lock(&mutex_);
  first_report_ = computed_until_ = last_flush_ = absl::Now();
  Report(first_report_);
}

void SimulatedWorker::Report(absl::Time now) {
  state_.clear_batches();
  for (const Batch& batch : batches_) {
    v1::HeldBatch& held = *state_.add_batches();
    held.set_job_uuid(batch.desired.job_uuid());
    held.set_batch(batch.desired.batch());
    held.set_attempt(batch.desired.attempt());
    held.set_stored(static_cast<int32_t>(batch.stored));
    held.set_pending(static_cast<int32_t>(batch.next - batch.desired.begin_index() - batch.stored));
    held.set_unstarted_begin(batch.next);
    held.set_end_index(batch.desired.end_index());
    for (const v1::DesiredJob& job : jobs_) {
      if (job.job_uuid() == held.job_uuid()) held.set_spec_digest(job.spec_digest());
    }
  }
  state_.set_sequence(state_.sequence() + 1);
  written_ = state_;
  writing_ = true;
  changed_ = false;
  last_report_ = now;
  if (awaiting_since_ == absl::InfiniteFuture()) {
    awaiting_since_ = now;
    awaited_sequence_ = state_.sequence();
  }
  StartWrite(&written_);
}

void SimulatedWorker::Apply(const v1::DesiredState& desired) {
  const absl::Time now = absl::Now();
  // One report at a time is timed: the first that is sent after the last timed one was answered.
  if (desired.acknowledged_sequence() >= awaited_sequence_ &&
      awaiting_since_ != absl::InfiniteFuture()) {
    waits_.answers.Add(now - awaiting_since_);
    awaiting_since_ = absl::InfiniteFuture();
  }
  if (!std::exchange(greeted_, true)) waits_.greetings.Add(now - first_report_);
  if (!granted_ && desired.batches_size() > 0) {
    granted_ = true;
    waits_.grants.Add(now - first_report_);
  }
  if (!filled_ && desired.batches_size() >= options_.slots) {
    filled_ = true;
    waits_.fills.Add(now - first_report_);
  }
  database_ = desired.database();
  std::vector<Batch> held;
  for (const v1::DesiredBatch& wanted : desired.batches()) {
    const auto known = std::find_if(batches_.begin(), batches_.end(), [&](const Batch& batch) {
      return batch.desired.batch() == wanted.batch() &&
             batch.desired.attempt() == wanted.attempt() &&
             batch.desired.job_uuid() == wanted.job_uuid();
    });
    if (known == batches_.end()) {
      held.push_back({wanted, wanted.begin_index(), wanted.begin_index(), 0});
      changed_ = true;
    } else {
      changed_ = changed_ || known->desired.end_index() != wanted.end_index();
      // The coordinator may shorten a batch, but not below the functions that were computed.
      known->desired.set_end_index(std::max(wanted.end_index(), known->next));
      held.push_back(std::move(*known));
    }
  }
  changed_ = changed_ || held.size() != batches_.size();
  batches_ = std::move(held);
  if (jobs_.size() != static_cast<size_t>(desired.jobs_size())) {
    jobs_.assign(desired.jobs().begin(), desired.jobs().end());
  }
}

void SimulatedWorker::Compute(absl::Time now) {
  credit_ += absl::ToDoubleSeconds(now - computed_until_) * options_.speed;
  computed_until_ = now;
  for (Batch& batch : batches_) {
    while (credit_ >= 1 && batch.next < batch.desired.end_index()) {
      // Functions that another worker has stored cost nothing.
      if (!IsDone(batch.desired, batch.next)) credit_ -= 1;
      ++batch.next;
    }
  }
  credit_ = std::min(credit_, 1.0);  // Without work the slots are idle.
}

std::optional<v1::Submission> SimulatedWorker::TakeFlush(absl::Time now) {
  for (Batch& batch : batches_) {
    const int64_t rows = std::min(batch.next - batch.flushed, kFlushRows);
    // A full flush goes at once, and a small one when the interval is over.
    if (rows == 0 || (rows < kFlushRows && now - last_flush_ < kFlushInterval)) continue;
    v1::Submission submission;
    submission.set_job_uuid(batch.desired.job_uuid());
    submission.set_batch(batch.desired.batch());
    submission.set_attempt(batch.desired.attempt());
    submission.set_worker_uuid(state_.worker_uuid());
    for (const v1::DesiredJob& job : jobs_) {
      if (job.job_uuid() != batch.desired.job_uuid()) continue;
      submission.set_spec_digest(job.spec_digest());
      submission.set_generator_version(job.spec().generator().version());
    }
    for (const int64_t end = batch.flushed + rows; batch.flushed < end; ++batch.flushed) {
      if (IsDone(batch.desired, batch.flushed)) continue;
      *submission.add_results() = RowOf(batch.flushed, random_);
    }
    last_flush_ = now;
    if (submission.results_size() > 0) return submission;
  }
  return std::nullopt;
}

std::optional<v1::Submission> SimulatedWorker::Advance(absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  if (ended_) return std::nullopt;
  Compute(now);
  const absl::Duration since = now - last_report_;
  if (!writing_ && (since >= kReportInterval || (changed_ && since >= kCoalesce))) Report(now);
  return TakeFlush(now);
}

bool SimulatedWorker::Submit(const v1::Submission& submission) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  v1::SubmitResultsRequest request;
  *request.mutable_submission() = submission;
  v1::SubmitResultsResponse response;
  return stub_->SubmitResults(&context, request, &response).ok();
}

void SimulatedWorker::Stored(const v1::Submission& submission) {
  const absl::MutexLock lock(&mutex_);
  for (Batch& batch : batches_) {
    if (batch.desired.batch() == submission.batch() &&
        batch.desired.attempt() == submission.attempt()) {
      batch.stored += submission.results_size();
    }
  }
}

int SimulatedWorker::batches() const {
  const absl::MutexLock lock(&mutex_);
  return static_cast<int>(batches_.size());
}

bool SimulatedWorker::broken() const {
  const absl::MutexLock lock(&mutex_);
  return ended_;
}

std::string SimulatedWorker::database() const {
  const absl::MutexLock lock(&mutex_);
  return database_;
}

void SimulatedWorker::OnReadDone(bool ok) {
  {
    const absl::MutexLock lock(&mutex_);
    if (ok) Apply(incoming_);
    if (!ok && !std::exchange(ended_, true)) RemoveHold();
  }
  if (ok) StartRead(&incoming_);
}

void SimulatedWorker::OnWriteDone(bool) {
  const absl::MutexLock lock(&mutex_);
  writing_ = false;
}

void SimulatedWorker::OnDone(const grpc::Status& status) {
  if (!status.ok() && status.error_code() != grpc::StatusCode::CANCELLED) {
    fmt::print(stderr, "a stream ended: {}\n", status.error_message());
  }
  const absl::MutexLock lock(&mutex_);
  done_ = true;
}

}  // namespace motzkin::bench
