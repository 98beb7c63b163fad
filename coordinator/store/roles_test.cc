#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/store/member_store.h"
#include "coordinator/store/role_uri.h"
#include "coordinator/store/testing/store_fixture.h"

namespace motzkin::coordinator {
namespace {

class RolesTest : public StoreFixture {
 protected:
  std::unique_ptr<postgres::Connection> As(const Login& login) {
    return test::MustConnect(
        test::MiniPostgres::Shared().As(database(), login.role, login.password));
  }
};

constexpr const char* kForbidden[] = {
    "SELECT * FROM motzkin.result",
    "SELECT * FROM motzkin.job",
    "SELECT * FROM motzkin.role_password",
    "SELECT * FROM motzkin.page_password",
    "INSERT INTO motzkin.page_password (hash) VALUES ('$scrypt$mine')",
    "DELETE FROM motzkin.batch",
    "INSERT INTO motzkin.event (kind, text) VALUES ('a', 'b')",
    "SELECT motzkin.take_over()",
    "SELECT motzkin.fence(1)",
    "SELECT motzkin.ensure_partitions(1, 0, 1)",
    "CREATE TABLE motzkin.mine (x integer)",
    "CREATE TABLE public.mine (x integer)",
    "CREATE TEMP TABLE mine (x integer)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION pg_temp.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "DO $$ BEGIN END $$",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'mine')",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_logical_emit_message(true, 'mine', 'mine')",
    "SELECT pg_notify('mine', 'mine')",
    "SELECT pg_terminate_backend(1)",
    "SELECT FROM motzkin.cluster FOR SHARE",
    "LOCK TABLE motzkin.schema_migration IN SHARE MODE",
    "LOCK TABLE motzkin.progress IN SHARE MODE",
    "SELECT rolpassword FROM pg_authid",
    "SELECT motzkin.open_login('mine')",
    "COPY (SELECT 1) TO '/tmp/mine'",
    "SELECT pg_read_file('/etc/passwd')",
    "CREATE ROLE mine",
    "ALTER ROLE motzkin_owner PASSWORD 'mine'",
    "SET ROLE motzkin_owner",
};

TEST_F(RolesTest, AWorkerMayDoNothingButSubmitResults) {
  const auto worker = WorkerConnection();
  for (const char* statement : kForbidden) {
    EXPECT_TRUE(absl::IsPermissionDenied(worker->Execute(statement).status()))
        << statement << ": " << worker->Execute(statement).status();
  }
  for (const char* view : {"progress", "training_data", "worker_status"}) {
    EXPECT_TRUE(absl::IsPermissionDenied(
        worker->Execute(std::string("SELECT * FROM motzkin.") + view).status()))
        << view;
  }
  const JobRecord job = NewJob();
  Fill(job, GrantBatch(Must(AllocateBatch(store(), job.id, 3)), NewWorker()));
}

// The calls are written out, as someone would who has the login of worker 2 and knows all of worker 1.
TEST_F(RolesTest, AWorkerSubmitsAsItselfAndAsNoOther) {
  const JobRecord job = NewJob();
  const LeaseSnapshot grant = GrantBatch(Must(AllocateBatch(store(), job.id, 3)), NewWorker(1));
  const v1::Submission submission = SubmissionOf(job, grant, {0, 1, 2});
  const auto other = WorkerConnection(NewWorker(2));
  const auto refused = SubmitResults(*other, submission);
  EXPECT_EQ(postgres::SqlState(refused.status()), "MZ001") << refused.status();
  EXPECT_TRUE(absl::IsPermissionDenied(StoreResults(*other, submission).status()));
  for (const char* pretence :
       {"SET SESSION AUTHORIZATION motzkin_owner", "SELECT motzkin.session_worker()",
        "SELECT * FROM motzkin.open_worker_login(gen_random_uuid())"}) {
    EXPECT_TRUE(absl::IsPermissionDenied(other->Execute(pretence).status())) << pretence;
  }
  // It may become the role that all workers have in common, which changes nothing.
  const std::string name = WorkerLogin(2).role;
  Must(other->Execute("SET ROLE " + name.substr(0, name.rfind('_'))));
  EXPECT_EQ(postgres::SqlState(SubmitResults(*other, submission).status()), "MZ001");
  EXPECT_EQ(Number("SELECT count(*) FROM result"), 0);
  Fill(job, grant);
}

TEST_F(RolesTest, TheOwnerAndAReaderAreNoWorkers) {
  const JobRecord job = NewJob();
  const LeaseSnapshot grant = GrantBatch(Must(AllocateBatch(store(), job.id, 3)), NewWorker());
  const v1::Submission submission = SubmissionOf(job, grant, {0, 1, 2});
  EXPECT_TRUE(absl::IsPermissionDenied(SubmitResults(sql(), submission).status()));
  EXPECT_TRUE(
      absl::IsPermissionDenied(SubmitResults(*As(store().reader_login()), submission).status()));
  EXPECT_TRUE(StoreResults(sql(), submission).ok()) << "the relay's way";
}

TEST_F(RolesTest, AReaderSeesTheViewsAndNothingElse) {
  const JobRecord job = NewJob();
  Fill(job, GrantBatch(Must(AllocateBatch(store(), job.id, 3)), NewWorker()));
  const auto reader = As(store().reader_login());
  for (const char* view : {"progress", "worker_status", "throughput", "failures", "training_data",
                           "training_data_all", "training_data_sympy", "notation", "engine_steps",
                           "jobs", "engines", "workers", "duplicates", "audits", "label_flips"}) {
    EXPECT_TRUE(reader->Execute(std::string("SELECT * FROM ") + view).ok()) << view;
  }
  EXPECT_EQ(reader->Execute("SELECT functions FROM progress")->front().Int("functions"), 3);
  // A reader's session is read-only, so some of these fail as writes. That refuses them too.
  for (const char* statement : kForbidden) {
    const absl::Status status = reader->Execute(statement).status();
    EXPECT_TRUE(absl::IsPermissionDenied(status) || absl::IsFailedPrecondition(status))
        << statement << ": " << status;
  }
  EXPECT_EQ(reader->Execute("SHOW statement_timeout")->front().Text("statement_timeout"), "5min");
  constexpr char kIdleTimeout[] = "idle_in_transaction_session_timeout";
  EXPECT_EQ(reader->Execute(std::string("SHOW ") + kIdleTimeout)->front().Text(kIdleTimeout),
            "1min");
}

TEST_F(RolesTest, AReaderThatMakesItselfWritableStillMayNotWrite) {
  const auto reader = As(store().reader_login());
  ASSERT_TRUE(reader->Execute("SET default_transaction_read_only = off").ok());
  for (const char* statement : kForbidden) {
    EXPECT_TRUE(absl::IsPermissionDenied(reader->Execute(statement).status())) << statement;
  }
}

TEST_F(RolesTest, APasswordLivesAsLongAsTheDatabase) {
  const std::string reader = store().reader_login().password;
  const std::string worker = WorkerLogin().password;
  EXPECT_GE(reader.size(), 32u);
  EXPECT_GE(worker.size(), 32u);
  Reopen();
  EXPECT_EQ(store().reader_login().password, reader);
  EXPECT_EQ(WorkerLogin().password, worker);
}

TEST_F(RolesTest, TwoDatabasesOnOneServerKeepTheirOwnRolesAndPasswords) {
  const auto other = Must(Store::Open(test::MiniPostgres::Shared().NewDatabase()));
  const Login reader = other->reader_login();
  EXPECT_NE(reader.role, store().reader_login().role);
  const Login worker = Must(MemberStore(*other).OpenWorkerLogin(NewWorker())).value();
  EXPECT_NE(worker.role, WorkerLogin().role);
  EXPECT_TRUE(WorkerConnection()->Execute("SELECT 1").ok())
      << "the password is still the first one's";
  const auto stranger = postgres::Connection::Open(
      test::MiniPostgres::Shared().As(database(), reader.role, reader.password));
  EXPECT_TRUE(absl::IsPermissionDenied(stranger.status())) << stranger.status();
}

TEST_F(RolesTest, WithoutTheRightToCreateRolesThereIsNoDirectWay) {
  auto& server = test::MiniPostgres::Shared();
  const std::string plain = server.NewDatabase();
  const auto superuser = test::MustConnect(server.Superuser(plain));
  ASSERT_TRUE(superuser->Execute("ALTER ROLE motzkin_owner NOCREATEROLE").ok());
  const auto without = Store::Open(plain);
  ASSERT_TRUE(superuser->Execute("ALTER ROLE motzkin_owner CREATEROLE").ok());
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_EQ((*without)->reader_login().role, "");
  EXPECT_FALSE(Must(MemberStore(**without).OpenWorkerLogin(NewWorker())).has_value());
}

TEST(RoleUriTest, ReplacesUserAndPassword) {
  EXPECT_EQ(RoleUri("postgresql://me:secret@pi:5432/motzkin?sslmode=require", "reader", "pw"),
            "postgresql://reader:pw@pi:5432/motzkin?sslmode=require");
  EXPECT_EQ(RoleUri("postgres://pi/m", "reader", "pw"), "postgresql://reader:pw@pi/m");
  EXPECT_EQ(RoleUri("host=pi dbname=m", "reader", "pw"), "");
}

}  // namespace
}  // namespace motzkin::coordinator
