#include "coordinator/service/translate.h"

#include <absl/strings/str_cat.h>

#include <iterator>
#include <set>

#include "common/base/check.h"
#include "common/words/words.h"
#include "coordinator/core/audits.h"
#include "coordinator/core/worker_state.h"

namespace motzkin::coordinator {
namespace {

// The integrals in one desired state. Its batches take 0.6 MiB at most (1,024 with a bitmap of 512
// bytes each) and the specs of 64 jobs another, so that it is well below kAnswerBytesMax.
constexpr size_t kAuditsBytesMax = size_t{1} << 20;

// In the order of WorkerCondition.
constexpr const char* kConditions[] = {"working",    "idle",     "suspended", "hot",
                                       "on-battery", "draining", "away"};
// In the order of ControlWorkerRequest::Verb, which validation has checked.
constexpr WorkerControl kControls[] = {WorkerControl::kRun, WorkerControl::kSuspend,
                                       WorkerControl::kDrain, WorkerControl::kRun,
                                       WorkerControl::kRemoved};
// In the order of WorkerControl. A worker that is removed gives back what it holds.
constexpr v1::DesiredMode kModes[] = {v1::DESIRED_MODE_RUN, v1::DESIRED_MODE_SUSPEND,
                                      v1::DESIRED_MODE_DRAIN, v1::DESIRED_MODE_DRAIN};
// A value that is added to one of the enums must not be looked up behind the end of its table.
static_assert(std::size(kConditions) == static_cast<size_t>(WorkerCondition::kAway) + 1);
static_assert(std::size(kControls) == v1::ControlWorkerRequest::Verb_ARRAYSIZE);
static_assert(std::size(kModes) == static_cast<size_t>(WorkerControl::kRemoved) + 1);

}  // namespace

WorkerReport ToReport(const v1::WorkerState& state, const JobDirectory& jobs) {
  WorkerReport report{.worker = state.worker_uuid(),
                      .name = state.name(),
                      .instance = state.instance(),
                      .sequence = state.sequence(),
                      .slots = state.slots(),
                      .slots_allowed = state.slots_allowed(),
                      .functions_per_minute = state.functions_per_minute(),
                      .draining = state.draining(),
                      .reason = state.reason()};
  for (const v1::HeldBatch& held : state.batches()) {
    // A worker may hold batches of a job that we do not know, after the database was restored from
    // an older backup. Such a batch is never a desired one, so the worker drops it.
    const std::optional<int64_t> job = jobs.IdOf(held.job_uuid());
    if (!job.has_value()) continue;
    report.held.push_back({.lease = {{*job, held.batch()}, held.attempt()},
                           .digest = held.spec_digest(),
                           .stored = held.stored(),
                           .pending = held.pending(),
                           .unstarted_begin = held.unstarted_begin(),
                           .end = held.end_index()});
  }
  for (const v1::FailedBatch& failed : state.failed()) {
    const std::optional<int64_t> job = jobs.IdOf(failed.job_uuid());
    if (!job.has_value()) continue;
    report.failed.push_back({.lease = {{*job, failed.batch()}, failed.attempt()},
                             .reason = failed.reason(),
                             .job_failed = failed.job_failed()});
  }
  for (const v1::EngineVersion& engine : state.engines()) {
    report.engines[engine.engine()] = engine.version();
  }
  report.generator_versions.assign(state.generator_versions().begin(),
                                   state.generator_versions().end());
  report.canonical_versions.assign(state.canonical_versions().begin(),
                                   state.canonical_versions().end());
  return report;
}

v1::DesiredState ToProto(const Desired& desired, const JobDirectory& jobs) {
  v1::DesiredState proto;
  proto.set_mode(ToProto(desired.control));
  proto.set_reason(desired.reason);
  proto.set_acknowledged_sequence(desired.acknowledged_sequence);
  std::map<int64_t, std::string> uuids;
  // Returns the job's UUID. The first batch of a job also brings its spec along.
  const auto name = [&](int64_t id) -> const std::string& {
    std::string& uuid = uuids[id];
    if (!uuid.empty()) return uuid;
    const std::optional<v1::DesiredJob> job = jobs.Find(id);
    MOTZKIN_CHECK(job.has_value());  // A job is in the directory before the rules hear of it.
    *proto.add_jobs() = *job;
    return uuid = job->job_uuid();
  };
  size_t audits_bytes = 0;
  for (const GivenAudit& audit : desired.audits) {
    // A machine of many slots may have so many that they do not fit. The first ones are shown until
    // they have their answers.
    audits_bytes += audit.candidate.size();
    if (audits_bytes > kAuditsBytesMax) break;
    v1::DesiredAudit& wanted = *proto.add_audits();
    wanted.set_job_uuid(name(audit.key.job));
    wanted.set_index(audit.key.index);
    wanted.set_budget_factor(kAuditBudgetFactor);
    wanted.set_candidate(audit.candidate);
  }
  for (const DesiredBatchState& batch : desired.batches) {
    v1::DesiredBatch& wanted = *proto.add_batches();
    wanted.set_job_uuid(name(batch.lease.batch.job));
    wanted.set_batch(batch.lease.batch.batch);
    wanted.set_attempt(batch.lease.attempt);
    wanted.set_begin_index(batch.begin);
    wanted.set_end_index(batch.end);
    wanted.set_done(batch.done);
    wanted.set_careful(batch.careful);
  }
  return proto;
}

JobSnapshot ToSnapshot(const JobRecord& job, int64_t bytes) {
  const v1::JobSpec& spec = job.spec;
  JobSnapshot snapshot;
  snapshot.rules = {.id = job.id,
                    .name = spec.name(),
                    .digest = job.spec_digest,
                    .generator_version = spec.generator().version(),
                    .canonical_version = spec.generator().canonical_version(),
                    .target = job.target,
                    .target_integrated = spec.target_integrated(),
                    .rows_max = spec.rows_max(),
                    .bytes_max = spec.bytes_max()};
  std::set<std::string> engines;
  for (const v1::LadderStep& step : spec.ladder()) {
    engines.insert(step.engine());
    snapshot.rules.budget += absl::Milliseconds(step.budget_ms());
  }
  // A version may be pinned for an engine that no step of the ladder names.
  for (const auto& [engine, version] : spec.engine_versions()) engines.insert(engine);
  for (const std::string& engine : engines) {
    const auto pinned = spec.engine_versions().find(engine);
    snapshot.rules.engines.push_back(
        {engine, pinned == spec.engine_versions().end() ? "" : pinned->second});
  }
  snapshot.state = job.state;
  snapshot.reason = job.reason;
  snapshot.progress = {.allocated_below = job.allocated_below,
                       .stored = job.stored(),
                       .integrated = job.outcomes[v1::OUTCOME_INTEGRATED],
                       .sealed_below = job.sealed_below,
                       .sealed_integrated = job.sealed_integrated(),
                       .bytes = bytes};
  return snapshot;
}

std::string NameOf(WorkerCondition condition) {
  return kConditions[static_cast<size_t>(condition)];
}

WorkerControl ToControl(v1::ControlWorkerRequest::Verb verb) { return kControls[verb]; }

std::string OwnersOrder(absl::Time until) {
  if (until == absl::InfiniteFuture()) return WorkerState::kByItsOwner;
  return absl::StrCat(WorkerState::kByItsOwner, ", until ",
                      absl::FormatTime("%Y-%m-%d %H:%M %Z", until, absl::LocalTimeZone()));
}

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

v1::DesiredMode ToProto(WorkerControl control) { return kModes[static_cast<size_t>(control)]; }

v1::Job ToProto(const JobRecord& job) {
  v1::Job proto;
  proto.set_uuid(job.uuid);
  proto.set_id(job.id);
  *proto.mutable_spec() = job.spec;
  // The spec has the target that the job began with; a record has the one that it was extended to.
  proto.mutable_spec()->set_target(job.target);
  proto.set_spec_digest(job.spec_digest);
  proto.set_state(job.state);
  proto.set_reason(job.reason);
  proto.mutable_create_time()->set_seconds(absl::ToUnixSeconds(job.created));
  if (job.archived.has_value()) {
    proto.mutable_archive_time()->set_seconds(absl::ToUnixSeconds(*job.archived));
  }
  proto.set_stored(job.stored());
  proto.set_sealed_below(job.sealed_below);
  for (int outcome = 1; outcome < v1::Outcome_ARRAYSIZE; ++outcome) {
    if (job.outcomes[outcome] == 0) continue;
    (*proto.mutable_outcomes())[Word(static_cast<v1::Outcome>(outcome))] = job.outcomes[outcome];
  }
  // Unknown here. OperatorServiceImpl::Describe() computes it from the rate.
  proto.set_eta_seconds(-1);
  return proto;
}

v1::LabelFlips ToProto(const LabelFlips& flips) {
  v1::LabelFlips proto;
  proto.set_open(flips.open);
  proto.set_audited(flips.audited);
  proto.set_flips(flips.flips);
  proto.set_share(flips.share);
  proto.set_lower(flips.lower);
  proto.set_upper(flips.upper);
  return proto;
}

}  // namespace motzkin::coordinator
