// What a worker was told is stored, line by line, for audits and tests: what Postgres holds must
// agree with it for ever (tests/torture compares the two after every run).
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
  // Appends to the file; an empty path: keeps no log.
  explicit AcknowledgementLog(const std::string& path);

  // One line a row, complete when this returns:
  //   JOB_UUID INDEX ATTEMPT OUTCOME CANONICAL_HASH STATUS DIGEST
  // STATUS is `stored`, or `already`: the row that counts may then be another worker's, with the
  // same function in it but not the same content. One status a row, in order.
  void Append(const v1::Submission& submission, const std::vector<v1::RowStatus>& statuses);

 private:
  std::ofstream file_;
};

// SHA-256 in hex of outcome, integrand, integral (empty without one) and wall_ms, one a line. SQL
// can compute the same of a stored row; wall_ms tells one computation of a function from another.
std::string ContentDigest(const v1::Result& row);

}  // namespace motzkin::worker
