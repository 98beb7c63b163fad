// Reads a job and its rows out of the cluster's public views, as the reader's role may.
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

#include "common/results/label_flips.h"
#include "dataset/row.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::postgres {
class Connection;
class Params;
class Rows;
}  // namespace motzkin::postgres

namespace motzkin::dataset {

// A job as its export depends on it.
struct JobDescription {
  std::string name;
  std::string uuid;
  std::string state;  // running, paused, completed, cancelled, failed
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  v1::Answers answers = v1::ANSWERS_UNSPECIFIED;
  int64_t generator_version = 0;
  std::string spec_digest;  // hexadecimal
  v1::JobSpec spec;
  int64_t sealed = 0;  // every index below has its row, for good
};

// Half-open: begin <= index < end.
struct IndexRange {
  int64_t begin = 0;
  int64_t end = 0;
};

// Told after every piece how far a walk is; what it returns, unless OK, ends the walk.
using Progress = std::function<absl::Status(int64_t done, int64_t total)>;
using RowVisitor = std::function<absl::Status(Row& row)>;

// One connection. Rows are read in pieces of some thousand indices, each in a short statement of
// its own: memory does not grow, and no snapshot is held that would keep a busy cluster from
// cleaning up. Sealed rows never change, so the pieces fit together. A connection that breaks is
// opened again and the piece asked for once more.
//
// Errors: those of common/postgres; NOT_FOUND (no such job); FAILED_PRECONDITION (its rows are in
// an archive alone); DATA_LOSS (a sealed index has no row).
//
// Thread-compatible.
class Reader {
 public:
  static absl::StatusOr<Reader> Open(const std::string& conninfo);
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  // By name or UUID.
  absl::StatusOr<JobDescription> FindJob(const std::string& name);

  // "giac 1.9.0.35" by the number that steps have.
  absl::StatusOr<std::map<int, std::string>> Engines();

  absl::StatusOr<LabelFlips> FlipsOf(const std::string& job);

  // Every row of `range` in index order; the visitor may change it. `range` lies below the job's
  // sealed index.
  absl::Status ForEachRow(const JobDescription& job, IndexRange range, const RowVisitor& visit,
                          const Progress& progress);

  // For functions that first occur in `firsts`: how often they occur again below `end`. Those that
  // do not are left out.
  absl::StatusOr<absl::flat_hash_map<int64_t, int64_t>> CountDuplicates(const std::string& job,
                                                                        IndexRange firsts,
                                                                        int64_t end);

  // One statement on the views, repeated like all others when the connection breaks.
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
