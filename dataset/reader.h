// Reads a job and its rows from the cluster's public views, with the rights of the reader's role.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
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

// Names of workers, by the number that rows have.
using WorkerNames = std::map<int, std::string>;

// Called after every piece with the progress of a walk. A status that is not OK ends the walk.
using Progress = std::function<absl::Status(int64_t done, int64_t total)>;
using RowVisitor = std::function<absl::Status(Row& row)>;
using PieceVisitor = std::function<absl::Status(std::vector<Row>& rows)>;

// Has one connection. Rows are read in pieces of some thousand indices, each with a short statement
// of its own, so that memory does not grow and no snapshot is held that would keep a busy cluster
// from cleaning up. Sealed rows never change, except that `motzkin void` takes some back, which shows
// as DATA_LOSS; so the pieces fit together. A connection that breaks is opened again, and the piece
// is asked for once more.
//
// The errors are those of common/postgres, and
//   NOT_FOUND            there is no such job
//   FAILED_PRECONDITION  the job's rows are only in an archive
//   DATA_LOSS            a sealed index has no row
//
// Thread-compatible.
class Reader {
 public:
  static absl::StatusOr<Reader> Open(const std::string& conninfo);

  // Takes the name or the UUID of the job.
  absl::StatusOr<JobDescription> FindJob(const std::string& name);

  // Returns the names of the jobs whose rows are in the database, the oldest first.
  absl::StatusOr<std::vector<std::string>> JobsWithRows();

  // Returns names such as "giac 1.9.0.35", by the number that steps have.
  absl::StatusOr<std::map<int, std::string>> Engines();

  absl::StatusOr<WorkerNames> Workers();

  // All zeros if the job has no audits. `job` is a name.
  absl::StatusOr<LabelFlips> FlipsOf(const std::string& job);

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
  Reader(std::string conninfo, std::unique_ptr<postgres::Connection> connection);
  // Opens another connection in place of a broken one.
  absl::Status Reconnect();
  absl::StatusOr<std::vector<Row>> ReadRows(const std::string& job, IndexRange range);

  std::string conninfo_;
  std::unique_ptr<postgres::Connection> connection_;
};

}  // namespace motzkin::dataset
