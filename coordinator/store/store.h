// Every durable change of the coordinator, in the words of the domain. Postgres is the only state
// there is: a coordinator that is killed between any two calls goes on from what the store says.
//
// Fencing: Open() writes into a row that its session holds the database, and raises the cluster's
// coordinator epoch. Every write checks the epoch in its own transaction, so a coordinator that was
// replaced without noticing can change nothing more. No role but the owner can lock that row
// (docs/decisions/0012-fence-in-a-row.md).
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
// long as an fsync does; only SetJobState() may wait longer (2 s at most) for submissions in
// flight.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/store/figures.h"
#include "coordinator/store/records.h"

namespace motzkin::coordinator {

// One call may wait this long for Postgres, from its first statement to the answer to its commit.
// After that the connection is given up: the server must stand still, and only its kernel keeps the
// connection open.
struct StorePatience {
  // Workers wait as long for their flushes. The calls take milliseconds, and 2 s is the longest
  // wait for a lock.
  absl::Duration usual = absl::Seconds(15);
  // SetJobState(), ExtendTarget() and Seal() change a whole job. With a hundred thousand open
  // batches that takes seconds, and more on an SD card.
  absl::Duration much = absl::Minutes(2);
};

// One row in so many is audited, none with 0.
struct AuditShares {
  int negatives = 200;
  int integrals = 200;
};

class Store {
 public:
  // Migrates the database to this version, takes it over and fences out older coordinators.
  //
  //   FAILED_PRECONDITION  the database belongs to another application or a newer Motzkin, a
  //                        migration that was applied has been edited since, it is read-only or
  //                        not in UTF8, a pooler is before it, or another coordinator runs on it
  //                        (waited for 5 s). The message says in one
  //                        line which it is and what to do
  //   PERMISSION_DENIED    the role may not create the schema
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& conninfo,
                                                     const StorePatience& patience = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const std::string& cluster_uuid() const;
  // The login that may SELECT from the views, with time-outs. Its role is empty if the database user
  // may not create roles; then there are no logins of workers either, which relay their results.
  const Login& reader_login() const;

  // Between these two calls nothing waits for the disk, and one wait at the end serves all changes.
  // They are durable, and may be shown to others, only after EndGroup() returned OK. Only the one
  // thread that makes many changes may use this. UNAVAILABLE from EndGroup(): any change may be
  // lost.
  void BeginGroup();
  absl::Status EndGroup();

  // --- jobs --------------------------------------------------------------------------------------

  // Makes a running job. The same `request_id` (a UUID) returns the same job again. ALREADY_EXISTS:
  // another job has that name. `spec` is stored as it is, so the caller validates it.
  absl::StatusOr<JobRecord> CreateJob(const v1::JobSpec& spec, const std::string& request_id);

  // Counters are summed from batch rows and sealed totals, never by counting results.
  absl::StatusOr<JobRecord> Job(int64_t job_id);
  absl::StatusOr<JobRecord> JobByName(const std::string& name_or_uuid);
  absl::StatusOr<std::vector<JobRecord>> Jobs();

  // RUNNING makes the job's batches grantable again. Every other state first revokes its open
  // batches under the lock that submit_results() takes, and ends its leases: once this returned, no
  // result of the job can be stored until it runs again. Repeating is harmless. Completed jobs can
  // only be extended, cancelled ones stay so: FAILED_PRECONDITION.
  absl::Status SetJobState(int64_t job_id, v1::JobState state, std::string_view reason);

  // Says in a sentence why a running job is blocked; empty if it is not. Writes only a change.
  absl::Status SetJobReason(int64_t job_id, std::string_view reason);

  // Raises the target, and a completed job runs again. INVALID_ARGUMENT: `target` is not higher
  // than the present one.
  absl::Status ExtendTarget(int64_t job_id, int64_t target);

  // --- batches and leases ------------------------------------------------------------------------

  // Makes batches of these sizes (1 .. 1,000,000 each) from the job's next indices, in that order,
  // and the partitions that will hold their results. At the end of a function target they are
  // fewer, and the last one is cut. OUT_OF_RANGE: the function target is wholly allocated.
  absl::StatusOr<std::vector<BatchSnapshot>> AllocateBatches(int64_t job_id,
                                                             const std::vector<int64_t>& sizes);

  // Lists the batches that are neither closed nor revoked, leased or not, by begin_index.
  absl::StatusOr<std::vector<BatchSnapshot>> OpenBatches(int64_t job_id);

  // Lists the leases of all jobs that have not ended, for a coordinator that starts.
  absl::StatusOr<std::vector<LeaseSnapshot>> OpenLeases();

  // Leases several batches in one transaction: all or none. An open lease of the same batch is
  // ended as lost first. FAILED_PRECONDITION: a batch is closed or revoked, or a worker removed.
  // INVALID_ARGUMENT: a batch is asked for twice.
  absl::StatusOr<std::vector<LeaseSnapshot>> GrantLeases(const std::vector<GrantRequest>& requests);

  // Ends all of these leases or none. A lease that has ended stays as it is, so repeating is
  // harmless. kDied adds one to the batch's deaths. A call may name each lease once.
  absl::Status EndLeases(const std::vector<EndLease>& endings);

  // The indices from `at` on become an unleased batch of their own, which is returned. Results that
  // the worker of the old batch still sends for them are accepted. INVALID_ARGUMENT: `at` is not
  // inside the batch.
  absl::StatusOr<BatchSnapshot> SplitBatch(const BatchKey& batch, int64_t at);

  // --- sealing -----------------------------------------------------------------------------------

  // Moves the sealed prefix of one job forward over its closed batches, by at most `rows_max`
  // indices: adds their totals, records duplicates and the audits to be made. Returns how many
  // indices were sealed, and 0 if the next batch is not closed.
  absl::StatusOr<int64_t> Seal(int64_t job_id, int64_t rows_max = 20'000,
                               const AuditShares& audits = {.negatives = 0, .integrals = 0});

  // --- archives ----------------------------------------------------------------------------------

  // Counts the results with begin <= index < end row by row, which takes about 0.1 s for a million.
  absl::StatusOr<int64_t> CountResults(int64_t job_id, int64_t begin, int64_t end);

  // From now on the job's rows are those in the files of an archive: no result of it is stored any
  // more, no state of it changes. Repeating is harmless. FAILED_PRECONDITION: the job is not over;
  // the archive has other rows or audits than the job, or the job is in another archive already.
  absl::Status MarkArchived(int64_t job_id, const ArchiveRecord& archive);

  // Drops some of the archived rows. Call it until it returns false: no row is left then. The job
  // and its totals stay. UNAVAILABLE, after 0.2 s: a reader of results is in the way.
  absl::StatusOr<bool> DropArchived(int64_t job_id);

  // --- audits ------------------------------------------------------------------------------------

  // Lists the open audits of running and completed jobs, the first `of_each_job` of each by index,
  // of negatives and of integrals.
  absl::StatusOr<std::vector<AuditSnapshot>> OpenAudits(int of_each_job = 64);

  // --- workers -----------------------------------------------------------------------------------

  // Inserts or updates the workers, each at most once in a call, and keeps the owner's order.
  // Callers write on change and once a minute, not with every heartbeat. The change may be lost if
  // the database's machine crashes within a second.
  absl::Status UpsertWorkers(const std::vector<WorkerRecord>& workers);
  // Notes the owner's order. With kSuspend the worker is due to run again at `until`.
  absl::Status SetWorkerControl(const std::string& uuid, WorkerControl control,
                                absl::Time until = absl::InfiniteFuture());
  absl::StatusOr<std::vector<StoredWorker>> Workers();

  // --- events ------------------------------------------------------------------------------------

  // Appends the events in this order, and keeps the table to the latest 100,000. They may be lost
  // like the workers above.
  absl::Status AppendEvents(const std::vector<RecordEvent>& events);
  // Returns the latest `limit` (1 .. 10,000) events not older than `since`, oldest first.
  absl::StatusOr<std::vector<EventRecord>> Events(absl::Time since, int limit);

  // --- other roles -------------------------------------------------------------------------------

  // Sets login roles back that have changed their own password or defaults, and ends sessions of
  // workers and readers that cost all others something: connections, dead rows, a queue that cannot
  // be emptied. Returns a sentence for each. Call it every few seconds.
  absl::StatusOr<std::vector<std::string>> Guard();

  // --- looking -----------------------------------------------------------------------------------

  // It lives as long as the store.
  Figures& figures();

 private:
  friend class AuditStore;
  friend class MemberStore;
  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::coordinator
