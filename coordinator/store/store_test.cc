#include "coordinator/store/store.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/store/member_store.h"
#include "coordinator/store/testing/store_fixture.h"
#include "tests/support/fault_proxy.h"

namespace motzkin::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class StoreTest : public StoreFixture {};

constexpr char kRequest[] = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";

v1::JobSpec SpecNamed(const std::string& name) {
  v1::JobSpec spec;
  spec.set_name(name);
  spec.mutable_generator()->set_version(1);
  return spec;
}

TEST_F(StoreTest, StartingAJobTwiceWithOneRequestStartsOne) {
  const JobRecord first = Must(store().CreateJob(SpecNamed("demo"), kRequest));
  const JobRecord again = Must(store().CreateJob(SpecNamed("demo"), kRequest));
  EXPECT_EQ(first.uuid, again.uuid);
  EXPECT_EQ(Must(store().Jobs()).size(), 1u);
  EXPECT_TRUE(absl::IsAlreadyExists(
      store().CreateJob(SpecNamed("demo"), "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb").status()));
}

TEST_F(StoreTest, AJobIsFoundByNameAndByUuidWithItsWholeSpec) {
  const JobRecord job = NewJob("demo", 500);
  for (const std::string& called : {std::string("demo"), job.uuid}) {
    const JobRecord found = Must(store().JobByName(called));
    EXPECT_EQ(found.spec.SerializeAsString(), job.spec.SerializeAsString());
    EXPECT_EQ(found.spec_digest, job.spec_digest);
    EXPECT_EQ(found.state, v1::JOB_STATE_RUNNING);
    EXPECT_EQ(found.target, 500);
  }
  EXPECT_TRUE(absl::IsNotFound(store().JobByName("nobody").status()));
  EXPECT_TRUE(absl::IsNotFound(store().Job(99).status()));
}

TEST_F(StoreTest, BatchesTileTheIndicesUpToAFunctionTarget) {
  const JobRecord job = NewJob("demo", 25);
  EXPECT_EQ(Must(AllocateBatch(store(), job.id, 10)).end, 10);
  EXPECT_EQ(Must(AllocateBatch(store(), job.id, 10)).begin, 10);
  const BatchSnapshot last = Must(AllocateBatch(store(), job.id, 10));
  EXPECT_EQ(last.begin, 20);
  EXPECT_EQ(last.end, 25);
  EXPECT_EQ(last.key.batch, 2);
  EXPECT_TRUE(absl::IsOutOfRange(AllocateBatch(store(), job.id, 10).status()));
  ASSERT_TRUE(store().ExtendTarget(job.id, 30).ok());
  EXPECT_EQ(Must(AllocateBatch(store(), job.id, 10)).end, 30);
}

TEST_F(StoreTest, BatchesOfOneCallFollowEachOtherUpToTheTarget) {
  const JobRecord job = NewJob("demo", 25);
  const auto batches = Must(store().AllocateBatches(job.id, {4, 10, 8, 10, 10}));
  ASSERT_EQ(batches.size(), 4u) << "the fifth is beyond the target";
  EXPECT_EQ(batches[1].key.batch, 1);
  EXPECT_EQ(batches[1].begin, 4);
  EXPECT_EQ(batches[1].end, 14);
  EXPECT_EQ(batches[3].begin, 22);
  EXPECT_EQ(batches[3].end, 25) << "cut";
  EXPECT_EQ(Must(store().Job(job.id)).allocated_below, 25);
  EXPECT_TRUE(absl::IsOutOfRange(store().AllocateBatches(job.id, {1, 1}).status()));
}

TEST_F(StoreTest, GrantsOfOneCallAreForManyWorkersAndJobs) {
  const JobRecord a = NewJob("a");
  const JobRecord b = NewJob("b");
  std::vector<GrantRequest> requests;
  for (int i = 0; i < 20; ++i) {
    const BatchSnapshot batch = Must(AllocateBatch(store(), i % 2 == 0 ? a.id : b.id, 10));
    requests.push_back({batch.key, NewWorker(i % 3 + 1), /*instance=*/7});
  }
  const auto first = Must(store().GrantLeases(requests));
  ASSERT_TRUE(Submit(SubmissionOf(b, first[1], {first[1].batch.begin + 2})).ok());
  const auto second = Must(store().GrantLeases(requests));
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(second[i].key.batch, requests[i].batch);
    EXPECT_EQ(second[i].worker, requests[i].worker);
    EXPECT_EQ(second[i].key.attempt, 2);
    EXPECT_EQ(second[i].done, i == 1 ? std::string("\4\0", 2) : std::string("\0\0", 2));
  }
  EXPECT_EQ(Must(store().OpenLeases()).size(), 20u);
  EXPECT_TRUE(absl::IsInvalidArgument(store().GrantLeases({requests[0], requests[0]}).status()));
  EXPECT_TRUE(
      store()
          .EndLeases({{second[0].key, LeaseEnd::kDied}, {second[1].key, LeaseEnd::kReturned}})
          .ok());
  EXPECT_EQ(Must(store().OpenLeases()).size(), 18u);
  EXPECT_EQ(Must(store().OpenBatches(a.id))[0].deaths, 1);
  EXPECT_EQ(Must(store().OpenBatches(b.id))[0].deaths, 0);
}

TEST_F(StoreTest, ABatchAcrossShardsHasAllItsPartitions) {
  const JobRecord job = NewJob();
  ASSERT_TRUE(sql().Execute("UPDATE job SET allocated_below = 999990").ok());
  const BatchSnapshot batch = Must(AllocateBatch(store(), job.id, 20));
  const LeaseSnapshot grant = GrantBatch(batch, NewWorker());
  Fill(job, grant);
  EXPECT_EQ(Number(fmt::format("SELECT count(*) FROM result_j{}_s1", job.id)), 10);
}

TEST_F(StoreTest, AGrantSaysWhatIsDoneAndEndsTheLeaseBefore) {
  const JobRecord job = NewJob();
  const BatchSnapshot batch = Must(AllocateBatch(store(), job.id, 10));
  const LeaseSnapshot first = GrantBatch(batch, NewWorker(1));
  EXPECT_EQ(first.key.attempt, 1);
  EXPECT_EQ(first.done, std::string("\0\0", 2));
  ASSERT_TRUE(Submit(SubmissionOf(job, first, {0, 3, 9})).ok());
  const LeaseSnapshot second = GrantBatch(batch, NewWorker(2));
  EXPECT_EQ(second.key.attempt, 2);
  EXPECT_EQ(second.done, std::string("\x09\x02", 2));
  const auto leases = Must(store().OpenLeases());
  ASSERT_EQ(leases.size(), 1u);
  EXPECT_EQ(leases[0].worker, second.worker);
  EXPECT_EQ(leases[0].batch.stored, 3);
}

TEST_F(StoreTest, GrantsOfOneCallAreAllOrNone) {
  const JobRecord job = NewJob();
  const BatchSnapshot a = Must(AllocateBatch(store(), job.id, 5));
  const BatchSnapshot b = Must(AllocateBatch(store(), job.id, 5));
  const std::string worker = NewWorker();
  EXPECT_TRUE(absl::IsNotFound(
      store().GrantLeases({{b.key, worker, 1}, {{job.id, 7}, worker, 1}}).status()));
  EXPECT_TRUE(Must(store().OpenLeases()).empty());
  const auto grants = Must(store().GrantLeases({{b.key, worker, 1}, {a.key, worker, 1}}));
  EXPECT_EQ(grants[0].batch.key, b.key);
  EXPECT_EQ(grants[1].batch.key, a.key);
}

TEST_F(StoreTest, OnlyADeathCountsAgainstABatchAndOnlyOnce) {
  const JobRecord job = NewJob();
  const BatchSnapshot batch = Must(AllocateBatch(store(), job.id, 5));
  const std::string worker = NewWorker();
  for (const LeaseEnd why : {LeaseEnd::kLost, LeaseEnd::kReturned, LeaseEnd::kDied}) {
    const LeaseSnapshot grant = GrantBatch(batch, worker);
    ASSERT_TRUE(store().EndLeases({{grant.key, why}}).ok());
    ASSERT_TRUE(store().EndLeases({{grant.key, LeaseEnd::kDied}}).ok());
  }
  EXPECT_EQ(Must(store().OpenBatches(job.id))[0].deaths, 1);
}

TEST_F(StoreTest, ASplitKeepsEveryCountAndTheTiling) {
  const JobRecord job = NewJob();
  const BatchSnapshot batch = Must(AllocateBatch(store(), job.id, 10));
  const LeaseSnapshot grant = GrantBatch(batch, NewWorker());
  ASSERT_TRUE(Submit(SubmissionOf(job, grant, {0, 1, 2, 3, 6})).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(store().SplitBatch(batch.key, 10).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(store().SplitBatch(batch.key, 0).status()));
  const BatchSnapshot tail = Must(store().SplitBatch(batch.key, 4));
  EXPECT_EQ(tail.stored, 1);
  const auto open = Must(store().OpenBatches(job.id));
  ASSERT_EQ(open.size(), 1u) << "the head was full and is closed";
  EXPECT_EQ(open[0].key, tail.key);
  EXPECT_EQ(Must(store().Job(job.id)).stored(), 5);
}

TEST_F(StoreTest, CancelledStaysAndCompletedCanOnlyBeExtended) {
  const JobRecord cancelled = NewJob("cancelled");
  ASSERT_TRUE(store().SetJobState(cancelled.id, v1::JOB_STATE_CANCELLED, "by its owner").ok());
  EXPECT_TRUE(store().SetJobState(cancelled.id, v1::JOB_STATE_CANCELLED, "again").ok());
  EXPECT_TRUE(
      absl::IsFailedPrecondition(store().SetJobState(cancelled.id, v1::JOB_STATE_RUNNING, "")));
  EXPECT_TRUE(absl::IsFailedPrecondition(AllocateBatch(store(), cancelled.id, 1).status()));
  const JobRecord done = NewJob("done", 10);
  ASSERT_TRUE(store().SetJobState(done.id, v1::JOB_STATE_COMPLETED, "").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(store().SetJobState(done.id, v1::JOB_STATE_RUNNING, "")));
  EXPECT_TRUE(absl::IsInvalidArgument(store().ExtendTarget(done.id, 9)));
  EXPECT_TRUE(store().ExtendTarget(done.id, 20).ok());
  EXPECT_EQ(Must(store().Job(done.id)).state, v1::JOB_STATE_RUNNING);
}

TEST_F(StoreTest, ARestartedCoordinatorFindsEverythingAsItWas) {
  const JobRecord job = NewJob();
  const BatchSnapshot batch = Must(AllocateBatch(store(), job.id, 10));
  const LeaseSnapshot grant = GrantBatch(batch, NewWorker());
  ASSERT_TRUE(store().SetWorkerControl(grant.worker, WorkerControl::kSuspend).ok());
  const std::string cluster = store().cluster_uuid();
  const std::string query = "SELECT coordinator_epoch FROM motzkin.cluster";
  const int64_t epoch = Number(query);
  Reopen();
  EXPECT_EQ(store().cluster_uuid(), cluster);
  EXPECT_EQ(Number(query), epoch + 1);
  ASSERT_EQ(Must(store().OpenLeases()).size(), 1u);
  NewWorker();  // The worker reports again, and the owner's order stays.
  EXPECT_EQ(Must(store().Workers())[0].control, WorkerControl::kSuspend);
}

TEST_F(StoreTest, SuspendedWorkersAreDueAtTheirTimeUnlessTheyAreQuarantined) {
  const std::string worker = NewWorker();
  const auto suspend = [&](absl::Time until) {
    ASSERT_TRUE(store().SetWorkerControl(worker, WorkerControl::kSuspend, until).ok());
  };
  suspend(absl::InfiniteFuture());
  EXPECT_THAT(Must(MemberStore(store()).DueWorkers()), ::testing::IsEmpty());
  const absl::Time later = absl::FromUnixSeconds(4'000'000'000);
  suspend(later);
  EXPECT_THAT(Must(MemberStore(store()).DueWorkers()), ::testing::IsEmpty());
  EXPECT_EQ(Must(store().Workers())[0].suspended_until, later);
  suspend(absl::FromUnixSeconds(1'000'000'000));
  EXPECT_THAT(Must(MemberStore(store()).DueWorkers()), ::testing::ElementsAre(worker));
  ASSERT_TRUE(store().SetWorkerControl(worker, WorkerControl::kDrain).ok());
  EXPECT_THAT(Must(MemberStore(store()).DueWorkers()), ::testing::IsEmpty());
  EXPECT_EQ(Must(store().Workers())[0].suspended_until, absl::InfiniteFuture());
  suspend(absl::FromUnixSeconds(1'000'000'000));
  Must(sql().Execute(
      "INSERT INTO motzkin.quarantine (worker_id, begin_time, job_id, index, auditor_id)"
      " SELECT id, now(), 1, 0, id FROM motzkin.worker"));
  EXPECT_THAT(Must(MemberStore(store()).DueWorkers()), ::testing::IsEmpty());
}

TEST_F(StoreTest, ASecondCoordinatorIsRefusedWhileTheFirstLives) {
  const auto second = Store::Open(database());
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("another coordinator runs on this database"));
  EXPECT_TRUE(store().AppendEvents({{"coordinator", "still here"}}).ok());
}

TEST_F(StoreTest, ACoordinatorThatLostItsLockUnnoticedChangesNothingMore) {
  const JobRecord job = NewJob();
  // Its session dies, and another coordinator is quicker than its next call.
  ASSERT_TRUE(
      sql()
          .Execute(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
              "WHERE application_name = 'motzkin coordinator' AND datname = current_database()")
          .ok());
  const auto second = Must(Store::Open(database()));
  absl::Status status;
  do {
    status = store().SetJobReason(job.id, "written by the old one");
  } while (absl::IsUnavailable(status));
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_EQ(Must(second->Job(job.id)).reason, "");
  EXPECT_TRUE(second->SetJobReason(job.id, "written by the new one").ok());
}

TEST_F(StoreTest, ALostConnectionIsOpenedAgain) {
  const JobRecord job = NewJob();
  ASSERT_TRUE(
      sql()
          .Execute(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
              "WHERE application_name = 'motzkin coordinator' AND datname = current_database()")
          .ok());
  EXPECT_TRUE(absl::IsUnavailable(store().SetJobReason(job.id, "first")));
  EXPECT_TRUE(store().SetJobReason(job.id, "second").ok());
  EXPECT_EQ(Must(store().Job(job.id)).reason, "second");
}

TEST_F(StoreTest, ASessionThatTheServerDoesNotKnowToBeGoneDoesNotKeepTheLock) {
  auto& postgres = test::MiniPostgres::Shared();
  const auto superuser = test::MustConnect(postgres.Superuser(database()));
  ASSERT_TRUE(
      superuser->Execute("CREATE ROLE far LOGIN CREATEROLE PASSWORD 'away' IN ROLE motzkin_owner")
          .ok());
  ASSERT_TRUE(superuser->ExecuteAlone("CREATE DATABASE far OWNER far").ok());
  test::FaultProxy proxy(postgres.server().port(),
                         [](std::string_view) { return test::Fault::kNone; });
  const auto far = Must(Store::Open(postgres.As("dbname=far ", "far", "away", proxy.port()),
                                    {.usual = absl::Seconds(2)}));
  proxy.Mute();
  EXPECT_TRUE(absl::IsUnavailable(far->AppendEvents({{"coordinator", "into the void"}})));
  EXPECT_EQ(test::OnlyNumber(Must(
                superuser->Execute("SELECT count(*) FROM pg_stat_activity WHERE datname = 'far'"))),
            1)
      << "the server has not noticed";
  EXPECT_TRUE(far->AppendEvents({{"coordinator", "through a new connection"}}).ok());
}

TEST_F(StoreTest, AServerThatStandsStillWhileItIsOpenedIsGivenUp) {
  test::FaultProxy* muted = nullptr;
  test::FaultProxy proxy(test::MiniPostgres::Shared().server().port(), [&](std::string_view sent) {
    if (sent.find("SELECT 1") != std::string_view::npos) muted->Mute();
    return test::Fault::kNone;
  });
  muted = &proxy;
  const auto opened =
      Store::Open(test::MiniPostgres::Shared().As(database(), WorkerLogin().role,
                                                  WorkerLogin().password, proxy.port()),
                  {.usual = absl::Seconds(1)});
  EXPECT_TRUE(absl::IsUnavailable(opened.status())) << opened.status();
  EXPECT_EQ(opened.status().message(), "Postgres has not answered for 1s");
}

TEST_F(StoreTest, AGroupOfChangesIsDurableAtItsEndOrSaysThatItMayNotBe) {
  const JobRecord job = NewJob();
  store().BeginGroup();
  Must(AllocateBatch(store(), job.id, 3));
  Must(AllocateBatch(store(), job.id, 3));
  EXPECT_TRUE(store().EndGroup().ok());
  EXPECT_EQ(Must(store().OpenBatches(job.id)).size(), 2u);
  store().BeginGroup();
  Must(AllocateBatch(store(), job.id, 3));
  ASSERT_TRUE(test::MustConnect(test::MiniPostgres::Shared().Superuser(database()))
                  ->Execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                            "application_name = 'motzkin coordinator' AND "
                            "datname = current_database()")
                  .ok());
  EXPECT_TRUE(absl::IsUnavailable(AllocateBatch(store(), job.id, 3).status()));
  EXPECT_TRUE(AllocateBatch(store(), job.id, 3).ok()) << "on another connection";
  EXPECT_TRUE(absl::IsUnavailable(store().EndGroup())) << "a server that crashed may have lost it";
  EXPECT_TRUE(AllocateBatch(store(), job.id, 3).ok());
}

TEST_F(StoreTest, TheEndOfAGroupWaitsForTheDisk) {
  const JobRecord job = NewJob();
  const auto look = test::MustConnect(test::MiniPostgres::Shared().Superuser(database()));
  // In 50 rounds the server's own writer cannot be quicker each time by chance.
  for (int i = 0; i < 50; ++i) {
    store().BeginGroup();
    Must(AllocateBatch(store(), job.id, 3));
    const std::string written =
        Must(look->Execute("SELECT pg_current_wal_insert_lsn() AS lsn")).front().Text("lsn");
    ASSERT_TRUE(store().EndGroup().ok());
    ASSERT_TRUE(Must(look->Execute("SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn AS durable",
                                   postgres::Params().Text(written)))
                    .front()
                    .Bool("durable"));
  }
}

TEST_F(StoreTest, EventsComeBackOldestFirstAndAreBounded) {
  for (const char* text : {"one", "two", "three"})
    ASSERT_TRUE(store().AppendEvents({{"job", text}}).ok());
  const auto events = Must(store().Events(absl::InfinitePast(), 2));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].text, "two");
  EXPECT_EQ(events[1].text, "three");
  ASSERT_TRUE(sql().Execute("SELECT setval(pg_get_serial_sequence('event', 'id'), 200000)").ok());
  ASSERT_TRUE(store().AppendEvents({{"job", "much later"}}).ok());
  EXPECT_EQ(Must(store().Events(absl::InfinitePast(), 10)).size(), 1u);
}

TEST_F(StoreTest, OnlyWorkersThatNeverStoredARowAreForgotten) {
  const JobRecord job = NewJob();
  const std::string author = NewWorker(1);
  const std::string idle = NewWorker(2);
  const std::string holder = NewWorker(3);
  const std::string drained = NewWorker(4);
  const std::string fresh = NewWorker(5);
  const LeaseSnapshot full = GrantBatch(Must(AllocateBatch(store(), job.id, 10)), author);
  Fill(job, full);
  ASSERT_TRUE(store().EndLeases({{full.key, LeaseEnd::kDone}}).ok());
  const LeaseSnapshot lost = GrantBatch(Must(AllocateBatch(store(), job.id, 10)), idle);
  ASSERT_TRUE(store().EndLeases({{lost.key, LeaseEnd::kLost}}).ok());
  GrantBatch(Must(AllocateBatch(store(), job.id, 10)), holder);
  ASSERT_TRUE(store().SetWorkerControl(drained, WorkerControl::kDrain).ok());
  EXPECT_THAT(Must(MemberStore(store()).ForgetWorkers({author, idle, holder, drained, fresh})),
              UnorderedElementsAre(idle, fresh));
  EXPECT_EQ(Number("SELECT count(*) FROM worker"), 3);
  EXPECT_EQ(Number("SELECT count(*) FROM lease"), 2);
  EXPECT_THAT(Must(MemberStore(store()).ForgetWorkers({idle})), ElementsAre());
  // It may come back as if it were new.
  NewWorker(2);
  EXPECT_EQ(GrantBatch(Must(AllocateBatch(store(), job.id, 10)), idle).key.attempt, 1);
}

TEST_F(StoreTest, AWorkersStateComesBackWhole) {
  WorkerRecord worker{.uuid = "33333333-3333-4333-8333-333333333333",
                      .name = "pi \"4\"",
                      .instance = ~uint64_t{0},
                      .state = "hot",
                      .reason = "81 degrees",
                      .slots = 4,
                      .temperature = 81.5,
                      .sandbox_level = "full",
                      .build = "0.1.0",
                      .engines = {{"giac", "1.9"}},
                      .last_seen = absl::FromUnixMicros(1'700'000'000'123'456)};
  ASSERT_TRUE(store().UpsertWorkers({worker}).ok());
  const auto workers = Must(store().Workers());
  ASSERT_EQ(workers.size(), 1u);
  EXPECT_EQ(workers[0].record.name, worker.name);
  EXPECT_EQ(workers[0].record.instance, worker.instance);
  EXPECT_EQ(workers[0].record.engines, worker.engines);
  EXPECT_EQ(workers[0].record.last_seen, worker.last_seen);
  EXPECT_EQ(workers[0].record.temperature, 81.5);
  EXPECT_EQ(workers[0].control, WorkerControl::kRun);
  EXPECT_TRUE(absl::IsNotFound(
      store().SetWorkerControl("44444444-4444-4444-8444-444444444444", WorkerControl::kDrain)));
}

}  // namespace
}  // namespace motzkin::coordinator
