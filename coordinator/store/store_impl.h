// Helpers that the sources of Store share.
#pragma once

#include <absl/time/time.h>

#include <memory>
#include <string>
#include <utility>

#include "coordinator/store/session.h"
#include "coordinator/store/store.h"
#include "store_queries.h"

namespace motzkin::coordinator {

class Store::Impl {
 public:
  explicit Impl(std::unique_ptr<Session> opened) : session(std::move(opened)), figures(*session) {}

  const std::unique_ptr<Session> session;
  Figures figures;
};

// Reads a time as the queries return it, in microseconds since 1970.
inline absl::Time TimeOf(int64_t micros) { return absl::FromUnixMicros(micros); }

// Returns "batch 42 of job 7".
std::string NameOf(const BatchKey& key);

// Reads the columns job_id, batch, begin_index, end_index, stored, deaths and revoked.
BatchSnapshot BatchOf(const postgres::Row& row);

// Locks the job until the transaction ends and returns the row of lock_job.sql. NOT_FOUND: there is
// no such job.
absl::StatusOr<postgres::Rows> LockJob(Statements& statements, int64_t job_id);

// Does the same as Store::Job(), inside a transaction.
absl::StatusOr<JobRecord> JobIn(Statements& statements, int64_t job_id);

}  // namespace motzkin::coordinator
