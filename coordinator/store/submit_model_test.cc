// Checks submit_results() on a real Postgres against a model. Writers send overlapping rows in
// shuffled order while leases end and batches split under them, cancel races with flushes, and
// connections are cut anywhere, also in COMMIT.
//
// The model is the promise itself: each index has at most one row, counters equal rows, every row
// that a writer was told of is there, full batches are closed, nothing is stored after a cancel
// returned, and no two writers deadlock.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "coordinator/store/testing/store_fixture.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/seed.h"

namespace motzkin::coordinator {
namespace {

constexpr int kWriters = 6;
constexpr int64_t kBatchSize = 200;
constexpr size_t kRowsPerFlush = 17;

// The answers that one writer got.
struct Told {
  std::set<int64_t> stored;  // stored, or was stored already
  int deadlocks = 0;
  int repeated = 0;
};

class SubmitModelTest : public StoreFixture {
 protected:
  SubmitModelTest() { random_.seed(seed_); }

  int64_t Draw(int64_t below) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(below));
  }

  // Sends every index of the grant, in random order and random flushes, until each has an answer;
  // on a cut connection sends the same flush again. Ends early when told that the batch is revoked.
  void WriteAll(const JobRecord& job, const LeaseSnapshot& grant, uint64_t seed, Told& told,
                int port = 0) {
    std::mt19937_64 random(seed);
    std::vector<int64_t> indices;
    for (int64_t index = grant.batch.begin; index < grant.batch.end; ++index)
      indices.push_back(index);
    std::shuffle(indices.begin(), indices.end(), random);
    std::unique_ptr<postgres::Connection> connection;
    for (size_t at = 0; at < indices.size();) {
      const size_t size = std::min(indices.size() - at, 1 + random() % kRowsPerFlush);
      const auto first = indices.begin() + static_cast<ptrdiff_t>(at);
      const v1::Submission flush =
          SubmissionOf(job, grant, {first, first + static_cast<ptrdiff_t>(size)});
      if (connection == nullptr || connection->broken()) connection = Connect(grant.worker, port);
      const auto statuses = SubmitResults(*connection, flush);
      if (!statuses.ok()) {
        ASSERT_TRUE(absl::IsUnavailable(statuses.status())) << statuses.status();
        told.deadlocks += postgres::SqlState(statuses.status()) == "40P01";
        ++told.repeated;
        continue;
      }
      for (size_t i = 0; i < size; ++i) {
        if ((*statuses)[i] == v1::ROW_STATUS_REVOKED) return;
        told.stored.insert(indices[at + i]);
      }
      at += size;
    }
  }

  std::unique_ptr<postgres::Connection> Connect(const std::string& worker, int port) {
    const Login login = WorkerLogin(worker);
    return test::MustConnect(
        test::MiniPostgres::Shared().As(database(), login.role, login.password, port));
  }

  // Every invariant of the tables, for all jobs.
  void CheckInvariants() {
    EXPECT_EQ(
        Number(
            "SELECT count(*) FROM batch b WHERE b.stored <> (SELECT count(*) FROM result r WHERE "
            "r.job_id = b.job_id AND r.index >= b.begin_index AND r.index < b.end_index)"),
        0)
        << "counters equal rows";
    EXPECT_EQ(Number("SELECT count(*) FROM batch b WHERE b.outcomes[1] <> (SELECT count(*) FROM "
                     "result r WHERE "
                     "r.job_id = b.job_id AND r.index >= b.begin_index AND r.index < b.end_index "
                     "AND r.outcome = 'integrated')"),
              0);
    EXPECT_EQ(Number("SELECT count(*) - count(DISTINCT (job_id, index)) FROM result"), 0)
        << "one row an index";
    EXPECT_EQ(
        Number("SELECT count(*) FROM result r WHERE NOT EXISTS (SELECT FROM lease l WHERE "
               "l.job_id = r.job_id AND l.worker_id = r.worker_id AND r.index >= l.begin_index "
               "AND r.index < l.end_index)"),
        0)
        << "no row without a lease";
    EXPECT_EQ(
        Number("SELECT count(*) FROM (SELECT job_id, begin_index, coalesce(lag(end_index) OVER "
               "(PARTITION BY job_id ORDER BY begin_index), 0) AS before FROM batch) t "
               "WHERE before <> begin_index"),
        0)
        << "batches tile";
    EXPECT_EQ(
        Number("SELECT sum(functions) - (SELECT count(*) FROM result) FROM throughput_minute"), 0);
  }

  void ExpectStored(const JobRecord& job, const std::vector<Told>& told) {
    std::set<int64_t> all;
    for (const Told& one : told) all.insert(one.stored.begin(), one.stored.end());
    const auto rows = Must(sql().Execute("SELECT index FROM result WHERE job_id = $1",
                                         postgres::Params().Int(job.id)));
    std::set<int64_t> there;
    for (const postgres::Row row : rows) there.insert(row.Int("index"));
    for (const int64_t index : all)
      EXPECT_TRUE(there.count(index)) << index << " was acknowledged and is lost";
  }

  // Kills a session of a worker after every 40 rows, wherever it is, until `stop`.
  void KillSessions(const JobRecord& job, const std::atomic<bool>& stop, int& cuts) {
    const auto killer = test::MustConnect(test::MiniPostgres::Shared().Superuser(database()));
    for (int64_t next = 40; !stop;) {
      if (Must(store().Job(job.id)).stored() < next) continue;
      cuts += static_cast<int>(
          Must(killer->Execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                               "usename LIKE 'motzkin_worker_%' AND "
                               "datname = current_database() ORDER BY random() LIMIT 1"))
              .size());
      next += 40;
    }
  }

  // Two writers a batch, three batches, to the end.
  std::vector<Told> RunWriters(const JobRecord& job, int port) {
    std::vector<Told> told(kWriters);
    std::vector<std::jthread> threads;
    for (int i = 0; i < kWriters; ++i) {
      if (i % 2 == 0) Must(AllocateBatch(store(), job.id, kBatchSize));
      const LeaseSnapshot grant =
          GrantBatch(Must(store().OpenBatches(job.id)).back(), NewWorker(i + 1));
      threads.emplace_back([&, i, grant] { WriteAll(job, grant, seed_ + i, told[i], port); });
    }
    threads.clear();
    return told;
  }

  void ExpectComplete(const JobRecord& job, const std::vector<Told>& told) {
    int repeated = 0;
    for (const Told& one : told) {
      EXPECT_EQ(one.stored.size(), static_cast<size_t>(kBatchSize));
      repeated += one.repeated;
    }
    EXPECT_GT(repeated, 0) << "the cuts must hit something";
    EXPECT_TRUE(Must(store().OpenBatches(job.id)).empty());
    ExpectStored(job, told);
    CheckInvariants();
  }

  const test::Seed seed_;
  std::mt19937_64 random_;
};

TEST_F(SubmitModelTest, WritersOfOneBatchStoreEachIndexOnceAndCloseIt) {
  const JobRecord job = NewJob();
  const BatchSnapshot batch = Must(AllocateBatch(store(), job.id, kBatchSize));
  std::vector<LeaseSnapshot> grants;
  grants.reserve(kWriters);
  for (int i = 0; i < kWriters; ++i) grants.push_back(GrantBatch(batch, NewWorker(i + 1)));
  std::vector<Told> told(kWriters);
  {
    std::vector<std::jthread> threads;
    threads.reserve(kWriters);
    for (int i = 0; i < kWriters; ++i) {
      threads.emplace_back([&, i] { WriteAll(job, grants[i], seed_ + i, told[i]); });
    }
  }
  for (const Told& one : told) {
    EXPECT_EQ(one.stored.size(), static_cast<size_t>(kBatchSize));
    EXPECT_EQ(one.deadlocks, 0);
  }
  EXPECT_TRUE(Must(store().OpenBatches(job.id)).empty());
  EXPECT_EQ(Number("SELECT count(*) FROM result"), kBatchSize);
  CheckInvariants();
}

TEST_F(SubmitModelTest, SplitsAndRegrantsUnderWritersLoseNothing) {
  const JobRecord job = NewJob("demo", 3 * kBatchSize);
  std::vector<Told> told(kWriters);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kWriters; ++i) {
      if (i % 2 == 0) Must(AllocateBatch(store(), job.id, kBatchSize));
      const LeaseSnapshot grant =
          GrantBatch(Must(store().OpenBatches(job.id)).back(), NewWorker(i + 1));
      threads.emplace_back([&, i, grant] { WriteAll(job, grant, seed_ + i, told[i]); });
    }
    for (int i = 0; i < 25; ++i) {
      const auto open = Must(store().OpenBatches(job.id));
      if (open.empty()) break;
      const BatchSnapshot& batch = open[Draw(static_cast<int64_t>(open.size()))];
      const int64_t size = batch.end - batch.begin;
      if (size == 1) continue;
      const int64_t at = batch.begin + 1 + Draw(size - 1);
      Patiently([&] { return store().SplitBatch(batch.key, at); });
    }
  }
  for (const Told& one : told) {
    EXPECT_EQ(one.stored.size(), static_cast<size_t>(kBatchSize))
        << "rows of a split tail are taken";
    EXPECT_EQ(one.deadlocks, 0);
  }
  EXPECT_TRUE(Must(store().OpenBatches(job.id)).empty());
  while (Must(store().Seal(job.id)) > 0) {
  }
  EXPECT_EQ(Must(store().Job(job.id)).sealed_below, 3 * kBatchSize);
  CheckInvariants();
}

TEST_F(SubmitModelTest, NoRowIsStoredAfterCancelReturned) {
  for (int round = 0; round < 5; ++round) {
    const JobRecord job = NewJob(fmt::format("round-{}", round));
    std::vector<Told> told(kWriters);
    int64_t rows_then = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kWriters; ++i) {
        const LeaseSnapshot grant =
            GrantBatch(Must(AllocateBatch(store(), job.id, kBatchSize)), NewWorker(i + 1));
        threads.emplace_back([&, i, grant] { WriteAll(job, grant, seed_ + i, told[i]); });
      }
      // Some way into the flushes, a different one each round.
      while (Must(store().Job(job.id)).stored() < 1 + 100 * round) {
      }
      absl::Status cancelled;
      do {
        cancelled = store().SetJobState(job.id, v1::JOB_STATE_CANCELLED, "by the test");
      } while (absl::IsUnavailable(cancelled));
      ASSERT_TRUE(cancelled.ok()) << cancelled;
      rows_then = test::OnlyNumber(Must(sql().Execute(
          "SELECT count(*) FROM result WHERE job_id = $1", postgres::Params().Int(job.id))));
    }
    EXPECT_EQ(Must(store().Job(job.id)).stored(), rows_then);
    EXPECT_EQ(test::OnlyNumber(Must(sql().Execute("SELECT count(*) FROM result WHERE job_id = $1",
                                                  postgres::Params().Int(job.id)))),
              rows_then);
    ExpectStored(job, told);
    CheckInvariants();
  }
}

TEST_F(SubmitModelTest, KilledSessionsLoseNothingAndStoreNothingTwice) {
  const JobRecord job = NewJob("demo", kWriters / 2 * kBatchSize);
  std::atomic<bool> stop{false};
  int cuts = 0;
  std::jthread killer([&] { KillSessions(job, stop, cuts); });
  const std::vector<Told> told = RunWriters(job, /*port=*/0);
  stop = true;
  killer.join();
  EXPECT_GT(cuts, 0);
  ExpectComplete(job, told);
}

TEST_F(SubmitModelTest, ConnectionsCutAtASubmissionLoseNothingAndStoreNothingTwice) {
  const JobRecord job = NewJob("demo", kWriters / 2 * kBatchSize);
  std::atomic<int> submissions{0}, lost_requests{0}, lost_replies{0};
  // Every fifth submission never arrives; of every other fifth the server's answer is lost.
  test::FaultProxy proxy(test::MiniPostgres::Shared().server().port(), [&](std::string_view sent) {
    if (sent.find("submit_results(") == std::string_view::npos) return test::Fault::kNone;
    const int turn = submissions++ % 5;
    lost_requests += turn == 1;
    lost_replies += turn == 3;
    return turn == 1   ? test::Fault::kLoseRequest
           : turn == 3 ? test::Fault::kLoseReply
                       : test::Fault::kNone;
  });
  const std::vector<Told> told = RunWriters(job, proxy.port());
  EXPECT_GT(lost_requests, 0);
  EXPECT_GT(lost_replies, 0);
  ExpectComplete(job, told);
}

}  // namespace
}  // namespace motzkin::coordinator
