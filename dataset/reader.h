// Reads a job and its rows from the cluster's public views, with the rights of the reader's role.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/postgres/connection.h"
#include "common/results/label_flips.h"
#include "dataset/row.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::dataset {

// The facts about a job on which exports depend.
struct JobDescription {
  std::string name;
  std::string uuid;
  std::string state;  // running, paused, completed, cancelled, failed
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  v1::Answers answers = v1::ANSWERS_UNSPECIFIED;
  int64_t generator_version = 0;
  std::string spec_digest;  // hexadecimal
  v1::JobSpec spec;
  int64_t sealed = 0;  // every index below this has its row, for good
};

// A half-open range: begin <= index < end.
struct IndexRange {
  int64_t begin = 0;
  int64_t end = 0;
};

// How many negative labels were computed again with ten times the budget, and how many of these were
// wrong. By the outcome that gave the label.
struct AuditedLabels {
  int64_t audited = 0;
  int64_t flips = 0;
};
using FlipsByOutcome = std::map<v1::Outcome, AuditedLabels>;

// Names of workers, by the number that rows have.
using WorkerNames = std::map<int, std::string>;

// Called after every piece with the progress of a walk. A status that is not OK ends the walk.
using Progress = std::function<absl::Status(int64_t done, int64_t total)>;
using RowVisitor = std::function<absl::Status(Row& row)>;
using PieceVisitor = std::function<absl::Status(std::vector<Row>& rows)>;

// Ends what readers wait for, from another thread: of each Reader that was opened with it the statement in
// progress, and those that come later, fail with UNAVAILABLE. The server gives a statement up itself
// when it finds that its client is gone, or by its role's statement_timeout.
//
// Thread-safe. Must outlive its readers.
class ReadSwitch {
 public:
  void TurnOff() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend class Reader;
  // Returns false if reading is off. A connection is there until Remove().
  bool Add(postgres::Connection* connection) ABSL_LOCKS_EXCLUDED(mutex_);
  void Remove(postgres::Connection* connection) ABSL_LOCKS_EXCLUDED(mutex_);

  absl::Mutex mutex_;
  bool off_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<postgres::Connection*> connections_ ABSL_GUARDED_BY(mutex_);
};

// Has one connection. Rows are read in pieces of some thousand indices, each with a short statement
// of its own, so that memory does not grow and no snapshot is held that would keep a busy cluster
// from cleaning up. Sealed rows never change, except that `motzkin void` takes some back, which shows
// as DATA_LOSS; so the pieces fit together.
//
// The errors are those of common/postgres, and
//   NOT_FOUND            there is no such job
//   FAILED_PRECONDITION  the job's rows are only in an archive
//   DATA_LOSS            a sealed index has no row
//
// Thread-compatible.
class Reader {
 public:
  static constexpr int kAttempts = 5;
  // A connection that breaks is opened again, and its statement sent again, until `attempts` failed.
  static absl::StatusOr<Reader> Open(const std::string& conninfo, int attempts = kAttempts,
                                     ReadSwitch* read_switch = nullptr);

  // Takes the name or the UUID of the job.
  absl::StatusOr<JobDescription> FindJob(const std::string& name);

  // Returns the names of the jobs whose rows are in the database, the oldest first.
  absl::StatusOr<std::vector<std::string>> JobsWithRows();

  // Returns names such as "giac 1.9.0.35", by the number that steps have.
  absl::StatusOr<EngineNames> Engines();

  absl::StatusOr<WorkerNames> Workers();

  // All zeros if the job has no audits. `job` is a name.
  absl::StatusOr<LabelFlips> FlipsOf(const std::string& job);

  // Counts the audits of negative labels in `range` that have an answer. A flip is one that is
  // positive under `answers`.
  absl::StatusOr<FlipsByOutcome> FlipsByOutcomeOf(const JobDescription& job, IndexRange range,
                                                  v1::Answers answers);

  // Visits every row of `range` in the order of indices; the visitor may change it. `range` must
  // lie below the job's sealed index.
  absl::Status ForEachRow(const JobDescription& job, IndexRange range, const RowVisitor& visit,
                          const Progress& progress);
  // The same, for some thousand rows at a time.
  absl::Status ForEachPiece(const JobDescription& job, IndexRange range, const PieceVisitor& visit,
                            const Progress& progress);

  // Returns how often functions that first occur in `firsts` occur again below `end`. Functions
  // that do not occur again are left out.
  absl::StatusOr<absl::flat_hash_map<int64_t, int64_t>> CountDuplicates(const std::string& job,
                                                                        IndexRange firsts,
                                                                        int64_t end);

  // Runs one statement on the views. Like all others it is repeated when the connection breaks.
  absl::StatusOr<postgres::Rows> Execute(std::string_view sql, const postgres::Params& params);

 private:
  // Takes its connection from the switch before it closes it.
  struct Close {
    ReadSwitch* read_switch = nullptr;
    void operator()(postgres::Connection* connection) const;
  };
  using Line = std::unique_ptr<postgres::Connection, Close>;

  Reader(std::string conninfo, int attempts, ReadSwitch* read_switch);
  // Opens a connection, in place of a broken one.
  absl::Status Connect();
  absl::StatusOr<std::vector<Row>> ReadRows(const std::string& job, IndexRange range);

  std::string conninfo_;
  int attempts_;
  ReadSwitch* read_switch_;
  Line connection_;
};

}  // namespace motzkin::dataset
