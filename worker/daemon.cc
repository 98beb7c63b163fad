#include "worker/daemon.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/expression/canonical.h"
#include "common/generator/function_sampler.h"
#include "common/job_spec/job_spec.h"
#include "common/results/spec_digest.h"
#include "worker/database_conninfo.h"
#include "worker/exit_code.h"
#include "worker/stream/relay_sink.h"

namespace motzkin::worker {
namespace {

constexpr absl::Duration kPolicyInterval = absl::Seconds(5);
constexpr absl::Duration kLogInterval = absl::Minutes(1);
// A machine heats up in minutes. 70 ms in two minutes are less than a thousandth of one slot.
constexpr absl::Duration kCalibrationInterval = absl::Minutes(2);
constexpr absl::Duration kFarewellMax = absl::Seconds(3);  // for the last state of a clean stop

absl::StatusOr<std::shared_ptr<const JobContext>> MakeContext(const std::string& cluster_uuid,
                                                              const v1::DesiredJob& job) {
  auto sampler = generator::FunctionSampler::Create(job.spec().generator());
  if (!sampler.ok()) return sampler.status();
  // The row of a function that killed its integrator names the first engine, so there must be one.
  if (job.spec().ladder().empty()) return absl::InvalidArgumentError("the job has no ladder");
  return std::make_shared<const JobContext>(JobContext{.cluster_uuid = cluster_uuid,
                                                       .uuid = job.job_uuid(),
                                                       .spec = job.spec(),
                                                       .spec_digest = SpecDigest(job.spec()),
                                                       .sampler = *std::move(sampler)});
}

}  // namespace

Daemon::Daemon(const Config& config, const StateDirectory& state,
               joining::CoordinatorAccess& access, Capabilities capabilities,
               std::unique_ptr<ResultSpool> spool, const IntegratorFactory& factory,
               Console& console, const Clock& clock)
    : config_(config),
      state_(state),
      capabilities_(std::move(capabilities)),
      console_(console),
      clock_(clock),
      tally_(clock),
      queue_([this] { agent_.NotifyChange(); }),  // Called after Start(), when agent_ exists.
      spool_(std::move(spool)),
      relay_(NewRelaySink(access)),
      route_({}, direct_, *relay_, clock),
      measured_(route_, clock),
      writer_(WriterOptionsOf(config, state), measured_, *spool_, *this, clock),
      careful_(state.path() / "careful"),
      speed_(capabilities_.speed_factors,
             config.calibrate ? kCalibrationInterval : absl::InfiniteDuration(), clock),
      slots_(config.slots, {queue_, writer_, tally_, careful_, speed_, clock},
             RunnerOptionsOf(config, capabilities_, speed_), factory),
      machine_(config.policy, config.slots, clock),
      allowed_{.slots_allowed = config.slots, .reason = {}},
      next_log_(clock.Now() + kLogInterval),
      acknowledgements_(config.acknowledgement_log),
      agent_({}, access, *this, console, clock) {
  tally_.CountCas(capabilities_.calibration_cpu);
}

Daemon::~Daemon() { Stop(absl::ZeroDuration()); }

void Daemon::Start() {
  // The policy comes first, so that no slot begins on a machine that is hot or on battery. The
  // agent comes last, because it brings work for all the others.
  Tick();
  writer_.Start();
  slots_.Start();
  agent_.Start();
}

std::optional<int> Daemon::exit_code() const {
  const absl::MutexLock lock(&mutex_);
  return exit_code_;
}

void Daemon::BeginDrain(const std::string& reason) {
  {
    const absl::MutexLock lock(&mutex_);
    drain_reason_ = reason;
  }
  UpdateMode();
  agent_.NotifyChange();
}

void Daemon::Stop(absl::Duration flush_time) {
  {
    const absl::MutexLock lock(&mutex_);
    if (std::exchange(stopped_, true)) return;
    if (drain_reason_.empty()) drain_reason_ = "stopping";
  }
  // From the source of rows to their sink: slots, which may wait for room in the writer, then the
  // writer, and then the agent, whose last state shows that nothing is held.
  writer_.BeginStop();
  // After this no other caller can set the slots to work again while they stop.
  UpdateMode();
  slots_.Stop(absl::ZeroDuration());
  if (const int64_t lost = writer_.Stop(flush_time); lost > 0) {
    console_.Line(
        fmt::format("{} results found no room on disk: they will be computed again", lost));
  }
  // A suspended queue still lists its batches. Without them the last state gives all of them back.
  slots_.SetWanted({});
  agent_.Stop(kFarewellMax);
}

void Daemon::UpdateMode() {
  // Deciding and applying are one step. Otherwise the caller that decided first could apply last,
  // and a drain would be lost.
  const absl::MutexLock step(&mode_mutex_);
  v1::DesiredMode mode = v1::DESIRED_MODE_RUN;
  int slots_allowed = 0;
  {
    const absl::MutexLock lock(&mutex_);
    slots_allowed = allowed_.slots_allowed;
    // SetSlotsAllowed(0) alone would let the functions in progress end; a suspension interrupts
    // them.
    if (desired_mode_ == v1::DESIRED_MODE_SUSPEND || slots_allowed == 0)
      mode = v1::DESIRED_MODE_SUSPEND;
    // A worker that stops stays stopped: later orders cannot start it again.
    if (desired_mode_ == v1::DESIRED_MODE_DRAIN || !DrainReason().empty())
      mode = v1::DESIRED_MODE_DRAIN;
  }
  queue_.SetSlotsAllowed(slots_allowed);
  slots_.SetMode(mode);
}

void Daemon::Tick() {
  const BootTime now = clock_.Now();
  if (now >= next_policy_) {
    next_policy_ = now + kPolicyInterval;
    const auto [reading, decision] = machine_.Look(queue_.busy());
    bool changed = false;
    {
      const absl::MutexLock lock(&mutex_);
      reading_ = reading;
      changed = decision.slots_allowed != allowed_.slots_allowed;
      allowed_ = decision;
    }
    UpdateMode();
    if (changed) {
      console_.Line(decision.reason.empty() ? "all slots may work again" : decision.reason);
      agent_.NotifyChange();
    }
  }
  ReportProgress();
}

void Daemon::ReportProgress() {
  const BootTime now = clock_.Now();
  const bool log = now >= next_log_;
  if (!log && !console_.is_terminal()) return;
  const std::string line = ProgressLine(figures());
  console_.Live(line);
  if (log && !console_.is_terminal()) console_.Line(line);
  if (log) next_log_ = now + kLogInterval;
}

WorkerFigures Daemon::figures() const {
  const ResultWriter::Waiting waiting = writer_.waiting();
  const absl::MutexLock lock(&mutex_);
  return {.totals = tally_.totals(),
          .functions_per_minute = tally_.FunctionsPerMinute(),
          .slots = slots_.size(),
          .slots_busy = queue_.busy(),
          .slots_allowed = allowed_.slots_allowed,
          .rows_waiting = waiting.memory,
          .rows_spooled = waiting.spooled,
          .temperature = reading_.temperature,
          .connected = agent_.connected()};
}

void Daemon::LearnJobs(const v1::DesiredState& desired) {
  decltype(jobs_) jobs;
  for (const v1::DesiredJob& job : desired.jobs()) {
    if (auto known = jobs_.find(job.job_uuid()); known != jobs_.end()) {
      jobs.insert(jobs_.extract(known));  // A job's spec never changes.
    } else {
      jobs.emplace(job.job_uuid(), MakeContext(desired.cluster_uuid(), job));
    }
  }
  // Functions in progress keep the context of a job that is forgotten here, because tasks share it.
  jobs_ = std::move(jobs);
}

std::vector<WantedBatch> Daemon::WantedOf(const v1::DesiredState& desired) {
  std::vector<WantedBatch> wanted;
  wanted_ids_.clear();
  // Audits come first: behind ten minutes of batches they would not keep pace with their job
  // (docs/decisions/0009-audits-without-leases.md).
  for (const v1::DesiredAudit& audit : desired.audits()) {
    WantedBatch& added = wanted.emplace_back();
    added.id = AuditId{audit.job_uuid(), audit.index()};
    added.begin_index = audit.index();
    added.end_index = audit.index() + 1;
    added.budget_factor = static_cast<int>(std::clamp(audit.budget_factor(), 1u, 1000u));
    added.candidate = audit.candidate();
    FindJob(audit.job_uuid(), added);
  }
  for (const v1::DesiredBatch& batch : desired.batches()) {
    const BatchId id = BatchIdOf(batch);
    wanted_ids_.insert(id);
    WantedBatch& added = wanted.emplace_back();
    added.id = id;
    added.begin_index = batch.begin_index();
    added.end_index = batch.end_index();
    added.done = batch.done();
    added.careful = batch.careful();
    FindJob(batch.job_uuid(), added);
  }
  return wanted;
}

void Daemon::FindJob(const std::string& job_uuid, WantedBatch& batch) const {
  const auto job = jobs_.find(job_uuid);
  if (job == jobs_.end()) {
    batch.refusal = "the coordinator sent a batch without its job";
  } else if (job->second.ok()) {
    batch.job = *job->second;
  } else {
    batch.refusal = std::string(job->second.status().message());
  }
}

void Daemon::ForgetAcknowledgedFailures(uint64_t acknowledged_sequence) {
  std::vector<BatchId> heard;
  for (const auto& [id, sequence] : failure_told_) {
    if (sequence <= acknowledged_sequence) heard.push_back(id);
  }
  queue_.ForgetFailures(heard);
  for (const BatchId& id : heard) failure_told_.erase(id);
}

void Daemon::Apply(const v1::DesiredState& desired) {
  std::vector<WantedBatch> wanted;
  bool changed = false;
  {
    const absl::MutexLock lock(&mutex_);
    if (stopped_) return;  // A new grant must not get into the last state.
    ForgetAcknowledgedFailures(desired.acknowledged_sequence());
    LearnJobs(desired);
    const std::set<BatchId> before = wanted_ids_;
    wanted = WantedOf(desired);
    changed = before != wanted_ids_ || desired.mode() != desired_mode_;
    desired_mode_ = desired.mode();
    const bool idle = desired.mode() > v1::DESIRED_MODE_RUN || desired.batches().empty();
    const std::string reason = idle ? desired.reason() : "";
    if (reason != desired_reason_ && !reason.empty()) console_.Line("coordinator: " + reason);
    desired_reason_ = reason;
  }
  // The writer learns the cluster before the sink learns its database, so that no row of the old
  // cluster is sent there.
  writer_.SetCluster(desired.cluster_uuid());
  const std::string database = DatabaseConninfo(desired.database(), desired.database_certificate(),
                                                state_.path() / "database.pem");
  direct_.SetDatabase(database);
  route_.SetDirectKnown(!database.empty() && config_.results == ResultsWay::kAuto);
  // The slots come last: from here on they may finish rows, which must find their way.
  slots_.SetWanted(std::move(wanted));
  UpdateMode();
  // A recalled batch goes to another worker as soon as a state shows that this one has let go of it.
  if (changed) agent_.NotifyChange();
}

v1::WorkerState Daemon::CurrentState(uint64_t sequence) {
  v1::WorkerState state;
  state.set_slots(slots_.size());
  state.set_slots_busy(queue_.busy());
  // Held() comes before Failures(): a batch that fails in between is then in both lists. If it were
  // in neither, the coordinator would wait for its rows.
  for (v1::HeldBatch& held : queue_.Held()) *state.add_batches() = std::move(held);
  state.set_functions_per_minute(tally_.FunctionsPerMinute());
  const ResultWriter::Waiting waiting = writer_.waiting();
  state.set_rows_waiting(waiting.memory);
  state.set_rows_spooled(waiting.spooled);
  state.set_results_way(route_.way());
  const absl::MutexLock lock(&mutex_);
  for (v1::FailedBatch& failure : queue_.Failures()) {
    // Not overwritten by later states: an acknowledgement of any of them covers the failure.
    failure_told_.try_emplace(BatchIdOf(failure), sequence);
    *state.add_failed() = std::move(failure);
  }
  const std::string drain_reason = DrainReason();
  state.set_draining(!drain_reason.empty());
  state.set_reason(drain_reason.empty() ? allowed_.reason : drain_reason);
  FillMachine(state);
  return state;
}

void Daemon::FillMachine(v1::WorkerState& state) const {
  state.set_worker_uuid(state_.worker_uuid());
  state.set_instance(state_.instance());
  state.set_name(config_.name);
  state.set_slots_allowed(allowed_.slots_allowed);
  for (const auto& [name, version] : capabilities_.engines) {
    v1::EngineVersion& engine = *state.add_engines();
    engine.set_engine(name);
    engine.set_version(version);
    engine.set_speed_factor(speed_.Factor(name));
  }
  state.add_generator_versions(generator::kGeneratorVersion);
  state.add_canonical_versions(expression::kCanonicalVersion);
  state.set_sandbox_level(std::string(sandbox::LevelName(capabilities_.sandbox_level)));
  state.set_build(MOTZKIN_VERSION);
  state.set_load(reading_.load);
  state.set_temperature(reading_.temperature);
}

void Daemon::Rejected(Rejection rejection, const std::string& message) {
  console_.Line("coordinator " + config_.connect + ": " + message);
  // The caller of Tick() sees the code and stops the daemon. This thread cannot, as Stop() joins
  // it.
  const absl::MutexLock lock(&mutex_);
  exit_code_ = rejection == Rejection::kProtocol ? kExitProtocol : kExitSuperseded;
}

void Daemon::Acknowledged(const v1::Submission& submission,
                          const std::vector<v1::RowStatus>& statuses) {
  queue_.Acknowledged(IdOf(submission), submission.results_size());
  // The log is about rows of `result`, and audits have none.
  if (submission.audit_budget_factor() == 0) acknowledgements_.Append(submission, statuses);
}

void Daemon::BatchRevoked(const v1::Submission& submission, const std::string& reason) {
  console_.Line(fmt::format("{} is dropped ({})", ToString(IdOf(submission)), reason));
  slots_.Drop(IdOf(submission));
}

void Daemon::BatchRefused(const v1::Submission& submission, const std::string& reason) {
  // It is reported as a failure, so that the coordinator grants its functions anew.
  // This comes before the drop, because a batch that is given up already reports no failure.
  queue_.Fail(IdOf(submission), "results refused: " + reason, /*job_failed=*/false);
  BatchRevoked(submission, reason);
}

void Daemon::RowRefused(const v1::Submission& submission, const std::string& reason) {
  console_.Line(fmt::format("{}: index {} cannot be stored ({})", ToString(IdOf(submission)),
                            submission.results(0).index(), reason));
  queue_.Fail(IdOf(submission), "a result cannot be stored: " + reason, /*job_failed=*/false);
}

void Daemon::AccessDenied(const std::string& reason) {
  console_.Line("this worker may not write results any more (" + reason + "); it drains");
  // The worker drains and does not exit, because its rights may come back, as after a restore:
  // SinkBack() then ends the drain.
  SetDenied("may not write results: " + reason);
}

void Daemon::SetDenied(const std::string& reason) {
  {
    const absl::MutexLock lock(&mutex_);
    if (denied_reason_ == reason) return;
    denied_reason_ = reason;
  }
  UpdateMode();
  agent_.NotifyChange();
}

void Daemon::SinkAway(const std::string& reason) {
  console_.Line("results cannot be sent (" + reason + "); they wait on this machine");
}

void Daemon::SinkBack() {
  console_.Line("results are sent again");
  SetDenied("");
}

}  // namespace motzkin::worker
