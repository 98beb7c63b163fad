// The tests of the store get this: a fresh database with a store on it, a job, workers and rows.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/postgres/connection.h"
#include "common/results/submit_results.h"
#include "coordinator/store/store.h"
#include "tests/support/mini_postgres.h"
#include "tests/support/only_number.h"

namespace motzkin::coordinator {

template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return *std::move(value);
}

// Repeats, as a coordinator does, a call that a lock made UNAVAILABLE. On a busy machine 2 s are
// not much.
template <typename Call>
auto Patiently(const Call& call) {
  auto value = call();
  while (absl::IsUnavailable(value.status())) value = call();
  return Must(std::move(value));
}

// Makes one batch of the job.
inline absl::StatusOr<BatchSnapshot> AllocateBatch(Store& store, int64_t job_id, int64_t size) {
  const auto batches = store.AllocateBatches(job_id, {size});
  if (!batches.ok()) return batches.status();
  return batches->front();
}

class StoreFixture : public ::testing::Test {
 protected:
  StoreFixture();

  Store& store() { return *store_; }
  const std::string& database() const { return database_; }
  // A connection as the owner, with which tests look into the database.
  postgres::Connection& sql() { return *sql_; }
  int64_t Number(const std::string& query) { return test::OnlyNumber(Must(sql().Execute(query))); }
  // Closes the store and opens it again, as a coordinator that restarts.
  void Reopen();

  // A running job for `target` functions; 0: endless.
  JobRecord NewJob(const std::string& name = "demo", int64_t target = 0, bool integrated = false);
  // A worker known to the store; `n` makes its uuid.
  std::string NewWorker(int n = 1);
  LeaseSnapshot GrantBatch(const BatchSnapshot& batch, const std::string& worker);
  // Returns the submission that the worker of this lease would send for these indices.
  v1::Submission SubmissionOf(const JobRecord& job, const LeaseSnapshot& grant,
                              const std::vector<int64_t>& indices);
  // Submits as the worker that the submission names, with its own login.
  absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::Submission& submission);
  // Fails the test unless all rows are stored.
  void Fill(const JobRecord& job, const LeaseSnapshot& grant);
  // The login of a worker, and a session of it.
  Login WorkerLogin(const std::string& worker);
  Login WorkerLogin(int n = 1) { return WorkerLogin(UuidOfWorker(n)); }
  std::unique_ptr<postgres::Connection> WorkerConnection(const std::string& worker);
  std::unique_ptr<postgres::Connection> WorkerConnection(int n = 1) {
    return WorkerConnection(UuidOfWorker(n));
  }
  static std::string UuidOfWorker(int n);

 private:
  const std::string database_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<postgres::Connection> sql_;
  std::map<std::string, std::unique_ptr<postgres::Connection>> workers_;  // by UUID
};

// A valid row. Its function, and so its hashes, depend on `function` alone.
v1::Result RowOf(int64_t index, int64_t function, v1::Outcome outcome = v1::OUTCOME_INTEGRATED);

}  // namespace motzkin::coordinator
