// The destination of finished rows: submit_results() in Postgres, directly or through the
// coordinator.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "motzkin/v1/job.pb.h"

namespace motzkin::worker {

// Called by one thread at a time. A call may block, for about 15 s at most.
class ResultSink {
 public:
  virtual ~ResultSink() = default;

  // Returns one status for each result, in order. Idempotent. The errors are those of
  // common/results/submit_results.h:
  //   UNAVAILABLE          the rows may or may not be stored: send the same again
  //   INVALID_ARGUMENT     a row is refused: bisect
  //   FAILED_PRECONDITION  the batch is refused: drop it
  //   PERMISSION_DENIED    this worker may not write any more
  virtual absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::Submission& submission) = 0;
};

// Is told what became of the rows. Called on the writer's thread, without any lock of the writer.
// Must not block.
class ResultObserver {
 public:
  virtual ~ResultObserver() = default;
  // The rows are durably stored, by this worker or before it by another. `statuses` has one status
  // for each row, in order, that tells which. Never called for a row that is not stored.
  virtual void Acknowledged(const v1::Submission& submission,
                            const std::vector<v1::RowStatus>& statuses) = 0;
  // The batch was taken back (by a pause or a cancel) while these rows were on their way. They are
  // dropped.
  virtual void BatchRevoked(const v1::Submission& submission, const std::string& reason) = 0;
  // The sink answered FAILED_PRECONDITION: these rows can never be stored, for instance because the
  // database was restored to a time before the batch was granted. They are dropped.
  virtual void BatchRefused(const v1::Submission& submission, const std::string& reason) = 0;
  // Not even a bare `crashed` row of this function can be stored, so something of ours is wrong.
  // The row is dropped.
  virtual void RowRefused(const v1::Submission& submission, const std::string& reason) = 0;
  // The sink answered PERMISSION_DENIED, so the worker should drain. Rows go to the spool
  // meanwhile. Called again at each attempt.
  virtual void AccessDenied(const std::string& reason) = 0;
  // The sink has begun to fail; the sink takes rows again. These two are called alternately.
  virtual void SinkAway(const std::string& reason) = 0;
  virtual void SinkBack() = 0;
};

}  // namespace motzkin::worker
