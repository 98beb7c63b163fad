// Keeps rows out of exports that are not what their machine said they are: a worker may lie, and
// the memory of an honest one may flip a bit.
//
// Thread-compatible.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dataset/reader.h"
#include "dataset/row.h"

namespace motzkin::dataset {

// Draws the function of each row again and verifies its integral again, if it counts as integrated.
// Returns, in the order of the rows, whether each came out as it is stored. An error says nothing
// about the rows.
using CheckRows = std::function<absl::StatusOr<std::vector<bool>>(const std::vector<Row>& rows)>;

// The rows of one worker that failed the check.
struct FailedRows {
  static constexpr size_t kNamedMax = 20;
  int64_t rows = 0;
  std::vector<int64_t> first;  // the lowest indices, at most kNamedMax
};
using FailedByWorker = std::map<std::string, FailedRows>;  // by the name of the worker

class RowCheck {
 public:
  // Without `check` all rows are trusted.
  RowCheck(CheckRows check, WorkerNames workers)
      : check_(std::move(check)), workers_(std::move(workers)) {}

  // Sets `sound` of each row. A row whose function was first claimed by a row that is not sound is
  // no duplicate of that one: the first sound row with the function takes its place. Call it for
  // pieces in the order of their indices; the second walk over the same range checks nothing anew.
  absl::Status Mark(std::vector<Row>& rows);

  int64_t checked() const { return checked_; }
  const FailedByWorker& failed() const { return failed_; }

 private:
  absl::Status Check(const std::vector<Row>& rows);
  void Blame(const Row& row);
  void MendDuplicate(Row& row);

  const CheckRows check_;
  const WorkerNames workers_;
  int64_t checked_ = 0;
  int64_t checked_below_ = 0;
  FailedByWorker failed_;
  absl::flat_hash_set<int64_t> failed_indices_;
  // The first sound index of each function whose first row failed.
  absl::flat_hash_map<uint64_t, int64_t> firsts_;
};

// Checks all sealed rows of the job. The errors are those of Reader, `check` and `progress`.
absl::StatusOr<FailedByWorker> CheckJob(Reader& reader, const JobDescription& job,
                                        const CheckRows& check, const Progress& progress);

// Returns "12 rows of worker laptop (indices 5, 99, ...)" for each worker. Empty if none failed.
std::vector<std::string> FailureLines(const FailedByWorker& failed);

}  // namespace motzkin::dataset
