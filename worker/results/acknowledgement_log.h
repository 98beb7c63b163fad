// Logs each row that the worker was told is stored. The log is for audits and tests: Postgres must
// agree with it for ever, and tests/torture compares the two after every run.
//
// Thread-compatible.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "motzkin/v1/job.pb.h"

namespace motzkin::worker {

class AcknowledgementLog {
 public:
  // Appends to the file at `path`. With an empty path no log is kept.
  explicit AcknowledgementLog(const std::string& path);

  // Writes one line for each row, complete when this returns:
  //   JOB_UUID INDEX ATTEMPT OUTCOME CANONICAL_HASH STATUS DIGEST
  // STATUS is `stored` or `already`. With `already`, the row that counts may be another worker's;
  // it holds the same function but not the same content. `statuses` has one status for each row, in
  // order.
  void Append(const v1::Submission& submission, const std::vector<v1::RowStatus>& statuses);

 private:
  std::ofstream file_;
};

// Returns the SHA-256, in hex, of four lines: outcome, integrand, integral (empty if there is none)
// and wall_ms. SQL can compute the same from a stored row; wall_ms tells one computation of a
// function from another.
std::string ContentDigest(const v1::Result& row);

}  // namespace motzkin::worker
