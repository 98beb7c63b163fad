// Where finished rows go: submit_results() in Postgres, or the coordinator's relay of it.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "motzkin/v1/job.pb.h"

namespace motzkin::worker {

// Called by one thread at a time. May block, at most about 15 s.
class ResultSink {
 public:
  virtual ~ResultSink() = default;

  // One status a result, in order. Idempotent. The errors are those of
  // common/results/submit_results.h:
  //   UNAVAILABLE          not known to be stored: send the same again
  //   INVALID_ARGUMENT     a row is refused: bisect
  //   FAILED_PRECONDITION  drop the batch
  //   PERMISSION_DENIED    this worker may not write any more
  virtual absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::Submission& submission) = 0;
};

// What became of rows. Called on the writer's thread without a lock of the writer held; must not
// block.
class ResultObserver {
 public:
  virtual ~ResultObserver() = default;
  // Durably stored, or stored before by someone else; never called for a row that is not.
  // `statuses`, one a row in order, tells which of the two.
  virtual void Acknowledged(const v1::Submission& submission,
                            const std::vector<v1::RowStatus>& statuses) = 0;
  // The batch was taken back (pause, cancel) while these rows were on their way; they are dropped.
  virtual void BatchRevoked(const v1::Submission& submission, const std::string& reason) = 0;
  // FAILED_PRECONDITION: these rows can never be stored, e.g. by a database restored to a time
  // before the batch was granted. They are dropped.
  virtual void BatchRefused(const v1::Submission& submission, const std::string& reason) = 0;
  // Not even a bare `crashed` row of this function can be stored: something of ours is wrong.
  virtual void RowRefused(const v1::Submission& submission, const std::string& reason) = 0;
  // PERMISSION_DENIED: the worker should drain. Rows go to the spool meanwhile.
  virtual void AccessDenied(const std::string& reason) = 0;
  // The sink takes nothing since just now, and takes rows again. Called in turns.
  virtual void SinkAway(const std::string& reason) = 0;
  virtual void SinkBack() = 0;
};

}  // namespace motzkin::worker
