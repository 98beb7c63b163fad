// Every durable change of the coordinator, in the words of the domain. Postgres is the only state
// there is: a coordinator that is killed between any two calls goes on from what the store says.
//
// Fencing: Open() takes a session lock and raises the cluster's coordinator epoch; every write
// checks the epoch in its own transaction, so a coordinator that lost its lock without noticing can
// change nothing more.
//
// Errors of all functions, besides those they name:
//   UNAVAILABLE          Postgres is away or stands still (StorePatience), or a lock was not had in
//                        time. The next call reconnects by itself: repeat. All writes are
//                        idempotent or say otherwise
//   ABORTED              another coordinator took over this database: exit
//   NOT_FOUND            no such job, batch or worker
//   FAILED_PRECONDITION  not in that state; the message names it
//
// Thread-safe: calls run one after the other on one connection. A call takes a few milliseconds, as
// long as an fsync does; only SetJobPhase() may wait longer (2 s at most) for submissions in
// flight.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/store/records.h"

namespace motzkin::coordinator {

// The login roles and their passwords, made when the schema was. Empty when the database user may
// not create roles: then there is no direct way for workers (relay instead) and no reader. The
// names end with the first eight digits of the cluster's UUID, because roles belong to the server.
struct RolePasswords {
  std::string worker_role;  // EXECUTE on submit_results() and submit_audits(), nothing else.
  std::string worker;
  std::string reader_role;  // SELECT on the views, with time-outs.
  std::string reader;
};

// How long one call may wait for Postgres, from its first statement to the answer to its commit.
// Then the connection is given up: the server stands still, and only its kernel keeps it open.
struct StorePatience {
  // As workers wait for their flushes. The calls take milliseconds; 2 s is the longest wait for a
  // lock.
  absl::Duration usual = absl::Seconds(15);
  // For what changes a whole job (SetJobPhase(), ExtendTarget(), Seal()): seconds with a hundred
  // thousand open batches, more on an SD card.
  absl::Duration much = absl::Minutes(2);
};

class Store {
 public:
  // Migrates the database to this version under an advisory lock, takes it over and fences out
  // older coordinators.
  //
  //   FAILED_PRECONDITION  the database belongs to another application or a newer Motzkin, a
  //                        migration that was applied has been edited since, it is read-only, or
  //                        another coordinator runs on it (waited for 5 s). The message says in one
  //                        line which it is and what to do
  //   PERMISSION_DENIED    the role may not create the schema
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& conninfo,
                                                     const StorePatience& patience = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const std::string& cluster_uuid() const;
  int64_t epoch() const;
  const RolePasswords& passwords() const;

  // Between these two calls nothing waits for the disk: what was changed is durable, and may be
  // shown to anyone, only after EndGroup() returned OK. One wait then serves all. For the one
  // thread that makes many changes. UNAVAILABLE from EndGroup(): any of the changes may be lost.
  void BeginGroup();
  absl::Status EndGroup();

  // --- jobs --------------------------------------------------------------------------------------

  // A running job. The same `request_id` (a UUID) returns the same job again. ALREADY_EXISTS:
  // another job has that name. `spec` is stored as is: validate it before.
  absl::StatusOr<JobRecord> CreateJob(const v1::JobSpec& spec, const std::string& request_id);

  // Counters are summed from batch rows and sealed totals, never by counting results.
  absl::StatusOr<JobRecord> Job(int64_t job_id);
  absl::StatusOr<JobRecord> JobByName(const std::string& name_or_uuid);
  absl::StatusOr<std::vector<JobRecord>> Jobs();

  // RUNNING makes the job's batches grantable again. Every other state first revokes its open
  // batches under the lock that submit_results() takes, and ends its leases: once this returned, no
  // result of the job can be stored until it runs again. Repeating is harmless. Completed jobs can
  // only be extended, cancelled ones stay so: FAILED_PRECONDITION.
  absl::Status SetJobPhase(int64_t job_id, JobPhase phase, std::string_view reason);

  // A sentence about what blocks a running job; empty: nothing. Written only when it changed.
  absl::Status SetJobReason(int64_t job_id, std::string_view reason);

  // A higher target; a completed job runs again. INVALID_ARGUMENT: not higher than the present one.
  absl::Status ExtendTarget(int64_t job_id, int64_t target);

  // --- batches and leases ------------------------------------------------------------------------

  // The next indices of the job as batches of these sizes (1 .. 1,000,000 each), in that order and
  // with the partitions that will hold them. At the end of a function target they are fewer, the
  // last one cut. OUT_OF_RANGE: the function target is wholly allocated.
  absl::StatusOr<std::vector<BatchSnapshot>> AllocateBatches(int64_t job_id,
                                                             const std::vector<int64_t>& sizes);
  absl::StatusOr<BatchSnapshot> AllocateBatch(int64_t job_id, int64_t size);

  // Neither closed nor revoked, by begin_index; leased or not.
  absl::StatusOr<std::vector<BatchSnapshot>> OpenBatches(int64_t job_id);

  // Not ended, of all jobs. For a coordinator that starts.
  absl::StatusOr<std::vector<LeaseSnapshot>> OpenLeases();

  // Leases several batches in one transaction: all or none. An open lease of the same batch is
  // ended as lost first. FAILED_PRECONDITION: a batch is closed or revoked, or a worker removed.
  // INVALID_ARGUMENT: a batch is asked for twice.
  absl::StatusOr<std::vector<LeaseSnapshot>> GrantLeases(const std::vector<GrantRequest>& requests);

  // Nothing happens to a lease that has ended. kDied adds one to the batch's deaths. All or none;
  // each lease once.
  absl::Status EndLeases(const std::vector<EndLease>& endings);

  // The indices from `at` become a batch of their own, unleased; the batch keeps what is before.
  // Results that its worker still sends for the tail are accepted. INVALID_ARGUMENT: `at` is not
  // inside.
  absl::StatusOr<BatchSnapshot> SplitBatch(const BatchKey& batch, int64_t at);

  // --- sealing -----------------------------------------------------------------------------------

  // Moves the sealed prefix of one job forward over its closed batches, by at most `rows_max`
  // indices: adds their totals, records duplicates and what is to be audited. Returns how many
  // indices were sealed; 0: none closed.
  absl::StatusOr<int64_t> Seal(int64_t job_id, int64_t rows_max = 20'000);

  // --- archives ----------------------------------------------------------------------------------

  // Of the indices begin <= index < end; by counting them, about 0.1 s for a million.
  absl::StatusOr<int64_t> CountResults(int64_t job_id, int64_t begin, int64_t end);

  // From now on the job's rows are those in the files of an archive: no result of it is stored any
  // more, no state of it changes. Repeating is harmless. FAILED_PRECONDITION: the job is not over;
  // the archive has other rows or audits than the job, or the job is in another archive already.
  absl::Status MarkArchived(int64_t job_id, const ArchiveRecord& archive);

  // A small step of dropping its rows: call it until it says false, that nothing is left. The job
  // and its totals stay. UNAVAILABLE, after 0.2 s: a reader of results is in the way.
  absl::StatusOr<bool> DropArchived(int64_t job_id);

  // --- audits ------------------------------------------------------------------------------------

  // Open ones of running and completed jobs, the first `of_each_job` by index.
  absl::StatusOr<std::vector<AuditSnapshot>> OpenAudits(int of_each_job = 64);
  // How often audits found a label of the job wrong.
  absl::StatusOr<LabelFlips> Flips(int64_t job_id);

  // --- workers -----------------------------------------------------------------------------------

  // Inserts or updates, each at most once in a call; the owner's order is kept. Not for every
  // heartbeat: on change and once a minute. May be lost if the database's machine crashes within a
  // second.
  absl::Status UpsertWorkers(const std::vector<WorkerRecord>& workers);
  absl::Status SetWorkerControl(const std::string& uuid, WorkerControl control);
  absl::StatusOr<std::vector<StoredWorker>> Workers();

  // --- events ------------------------------------------------------------------------------------

  // In this order; also keeps the table to the latest 100,000. May be lost as above.
  absl::Status AppendEvents(const std::vector<RecordEvent>& events);
  absl::Status AppendEvent(std::string_view kind, std::string_view text);
  // The latest `limit` (1 .. 10,000) not older than `since`, oldest first.
  absl::StatusOr<std::vector<EventRecord>> Events(absl::Time since, int limit);

  // --- looking -----------------------------------------------------------------------------------

  // The latest integrated results of all jobs, newest first, `n` <= 100. From a small table, no
  // scan.
  absl::StatusOr<std::vector<v1::Result>> LatestIntegrated(int n);
  absl::StatusOr<StoredResult> GetResult(int64_t job_id, int64_t index);
  // Mean of the last `minutes` whole minutes.
  absl::StatusOr<Throughput> JobThroughput(int64_t job_id, int minutes = 5);
  // The same by worker UUID; those that stored nothing are missing.
  absl::StatusOr<std::map<std::string, Throughput>> WorkerThroughput(int minutes = 5);
  // Table and index bytes of the job's results. Remembered for a minute.
  absl::StatusOr<int64_t> JobBytes(int64_t job_id);
  // Of the whole database. Remembered for a minute.
  absl::StatusOr<int64_t> DatabaseBytes();

 private:
  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::coordinator
