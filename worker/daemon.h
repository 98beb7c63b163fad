// The worker without main(): wires queue, slots, writer, spool and agent together and holds the
// rules between them. The coordinator and the slots meet only here. Nothing below the daemon knows
// the messages of the stream, so another source of work could take the agent's place.
//
// Lock order: the daemon's own mutex comes before those of its parts, which call back into the
// daemon only without holding theirs.
//
// Thread-safe. Call Start() once. Stop() is idempotent, and the destructor calls it.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "worker/capabilities.h"
#include "worker/config.h"
#include "worker/figures.h"
#include "worker/machine/console.h"
#include "worker/machine/machine_watch.h"
#include "worker/machine/policy.h"
#include "worker/machine/state_dir.h"
#include "worker/machine/tally.h"
#include "worker/metrics.h"
#include "worker/results/acknowledgement_log.h"
#include "worker/results/result_route.h"
#include "worker/results/result_spool.h"
#include "worker/results/result_writer.h"
#include "worker/slots/careful_log.h"
#include "worker/slots/slot_pool.h"
#include "worker/slots/work_queue.h"
#include "worker/stream/agent.h"

namespace motzkin::worker {

class Daemon final : private AgentDelegate, private ResultObserver {
 public:
  // The references must outlive this.
  Daemon(const Config& config, const StateDirectory& state, joining::CoordinatorAccess& access,
         Capabilities capabilities, std::unique_ptr<ResultSpool> spool,
         const IntegratorFactory& factory, Console& console, const Clock& clock);
  ~Daemon() override;

  void Start();
  // Applies the policy and shows the progress. Call it about once a second.
  void Tick();
  // Set when the worker must end by itself, for instance because it is superseded.
  std::optional<int> exit_code() const ABSL_LOCKS_EXCLUDED(mutex_);

  // From now on no function begins, and the coordinator is told. Functions in progress go on.
  // Returns at once.
  void BeginDrain(const std::string& reason) ABSL_LOCKS_EXCLUDED(mutex_);
  bool idle() const { return queue_.busy() == 0; }
  // Ends everything. Functions in progress are interrupted, rows are sent for at most `flush_time`
  // and then spooled, and the coordinator is told.
  void Stop(absl::Duration flush_time);

  Totals totals() const { return tally_.totals(); }
  WorkerFigures figures() const ABSL_LOCKS_EXCLUDED(mutex_);
  const MeasuredSink& measured_sink() const { return measured_; }

 private:
  // The functions of AgentDelegate are called on the agent's thread.
  v1::WorkerState CurrentState(uint64_t sequence) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Apply(const v1::DesiredState& desired) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Rejected(Rejection rejection, const std::string& message) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The functions of ResultObserver are called on the writer's thread.
  void Acknowledged(const v1::Submission& submission,
                    const std::vector<v1::RowStatus>& statuses) override;
  void BatchRevoked(const v1::Submission& submission, const std::string& reason) override;
  void BatchRefused(const v1::Submission& submission, const std::string& reason) override;
  void RowRefused(const v1::Submission& submission, const std::string& reason) override;
  void AccessDenied(const std::string& reason) override;
  void SinkAway(const std::string& reason) override;
  void SinkBack() override;

  // Makes the contexts of new jobs, and forgets jobs that are no longer in the desired state.
  void LearnJobs(const v1::DesiredState& desired) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Returns the desired batches for the queue, audits first.
  std::vector<WantedBatch> WantedOf(const v1::DesiredState& desired)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FindJob(const std::string& job_uuid, WantedBatch& batch) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // A failure is reported in every state until the coordinator acknowledges one that held it, so
  // that no lost message can hide it.
  void ForgetAcknowledgedFailures(uint64_t acknowledged_sequence)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Returns the reason why this worker drains by itself; empty if it does not.
  std::string DrainReason() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return drain_reason_.empty() ? denied_reason_ : drain_reason_;
  }
  void SetDenied(const std::string& reason) ABSL_LOCKS_EXCLUDED(mutex_);
  // Carries out what coordinator, owner and signals want together. Draining wins over suspending,
  // because a worker that stops must give its batches back.
  void UpdateMode() ABSL_LOCKS_EXCLUDED(mode_mutex_, mutex_);
  void FillMachine(v1::WorkerState& state) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReportProgress();

  const Config& config_;
  const StateDirectory& state_;
  const Capabilities capabilities_;
  Console& console_;
  const Clock& clock_;

  Tally tally_;
  WorkQueue queue_;
  std::unique_ptr<ResultSpool> spool_;
  PostgresSink direct_;
  const std::unique_ptr<ResultSink> relay_;
  ResultRoute route_;
  MeasuredSink measured_;
  ResultWriter writer_;
  CarefulLog careful_;
  SpeedGauge speed_;
  SlotPool slots_;

  MachineWatch machine_;  // It belongs to the caller of Tick().

  absl::Mutex mode_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);  // held through UpdateMode()
  mutable absl::Mutex mutex_;
  PolicyDecision allowed_ ABSL_GUARDED_BY(mutex_);
  MachineReading reading_ ABSL_GUARDED_BY(mutex_);
  // By UUID; an error says why this worker cannot do the job.
  std::map<std::string, absl::StatusOr<std::shared_ptr<const JobContext>>> jobs_
      ABSL_GUARDED_BY(mutex_);
  // The sequence of the first state that told of a failed batch.
  std::map<BatchId, uint64_t> failure_told_ ABSL_GUARDED_BY(mutex_);
  std::set<BatchId> wanted_ids_ ABSL_GUARDED_BY(mutex_);
  v1::DesiredMode desired_mode_ ABSL_GUARDED_BY(mutex_) = v1::DESIRED_MODE_RUN;
  std::string desired_reason_ ABSL_GUARDED_BY(mutex_);
  std::string drain_reason_ ABSL_GUARDED_BY(mutex_);  // The reason of a stop is never taken back.
  // The reason why this worker may not write results. It becomes empty when they are taken again,
  // as after a restore.
  std::string denied_reason_ ABSL_GUARDED_BY(mutex_);
  std::optional<int> exit_code_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;

  // Each of these belongs to one thread and has no lock: the first two to the caller of Tick(), the
  // log to the writer's thread.
  BootTime next_policy_;
  BootTime next_log_;
  AcknowledgementLog acknowledgements_;

  Agent agent_;  // Last, because its thread uses all of the above.
};

}  // namespace motzkin::worker
