// Tests how much sessions of the roles of workers and readers can do to everyone else. They are made by
// raw SQL, as by someone who has a worker's password.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "coordinator/store/member_store.h"
#include "coordinator/store/testing/store_fixture.h"
#include "tests/support/wait_for.h"

namespace motzkin::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Session = std::unique_ptr<postgres::Connection>;

absl::StatusOr<Session> OpenAs(test::MiniPostgres& server, const std::string& database,
                               const Login& login) {
  return postgres::Connection::Open(server.As(database, login.role, login.password));
}

// The private server, which is closed to these roles as far as Postgres allows.
class HostileSessionTest : public StoreFixture {
 protected:
  absl::StatusOr<Session> Worker() {
    return OpenAs(test::MiniPostgres::Shared(), database(), WorkerLogin());
  }
  absl::StatusOr<Session> Reader() {
    return OpenAs(test::MiniPostgres::Shared(), database(), store().reader_login());
  }
  std::string Setting(Session& session, const std::string& name) {
    return Must(session->Execute("SHOW " + name)).front().Text(name);
  }
};

TEST_F(HostileSessionTest, AWorkersRoleThatChangesItsPasswordIsSetBack) {
  Must(Must(Worker())->Execute("ALTER ROLE CURRENT_USER PASSWORD 'mine'"));
  EXPECT_TRUE(absl::IsPermissionDenied(Worker().status()));
  EXPECT_THAT(Must(store().Guard()), ElementsAre(HasSubstr("had another password")));
  EXPECT_TRUE(Worker().ok());
  EXPECT_THAT(Must(store().Guard()), IsEmpty());
}

TEST_F(HostileSessionTest, AWorkersRoleThatChangesItsDefaultsIsSetBack) {
  const std::string name =
      Must(sql().Execute("SELECT current_database() AS db")).front().Text("db");
  for (const std::string change :
       {"SET synchronous_commit = off", "SET statement_timeout = 1", "RESET ALL",
        "IN DATABASE template1 SET lock_timeout = 1", "SET default_transaction_read_only = on"}) {
    Must(Must(Worker())->Execute("ALTER ROLE CURRENT_USER " + change));
    EXPECT_THAT(Must(store().Guard()), ElementsAre(HasSubstr("had other defaults"))) << change;
    EXPECT_THAT(Must(store().Guard()), IsEmpty()) << change;
  }
  Session worker = Must(Worker());
  EXPECT_EQ(Setting(worker, "synchronous_commit"), "on");
  EXPECT_EQ(Setting(worker, "statement_timeout"), "1min");
}

TEST_F(HostileSessionTest, ADefaultEncodingChangesNoText) {
  Must(Must(Worker())->Execute("ALTER ROLE CURRENT_USER SET client_encoding = 'LATIN1'"));
  Session worker = Must(Worker());
  EXPECT_EQ(Setting(worker, "client_encoding"), "UTF8");
}

TEST_F(HostileSessionTest, ASortOfAReaderIsBoundedOnDisk) {
  const absl::Status status =
      Must(Reader())
          ->Execute(
              "SELECT count(*) FROM (SELECT repeat(md5(n::text), 1000) AS wide FROM "
              "generate_series(1, 20000) n ORDER BY wide) s")
          .status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("temp_file_limit"));
  EXPECT_EQ(Must(sql().Execute("SHOW temp_file_limit")).front().Text("temp_file_limit"), "-1");
}

TEST_F(HostileSessionTest, AListenerThatKeepsTheQueueOfNotificationsIsEnded) {
  const Session listener = Must(Reader());
  Must(listener->ExecuteAlone("LISTEN flood"));
  // Outside of libpqxx's transactions, as it would take the notifications from the line.
  Must(listener->ExecuteAlone("BEGIN"));
  Must(listener->ExecuteAlone("SELECT 1"));
  const Session flood = Must(Reader());
  for (int i = 0; i < 700; ++i) Must(flood->Execute(fmt::format("NOTIFY flood, '{:07000}'", i)));
  EXPECT_GT(
      Must(sql().Execute("SELECT pg_notification_queue_usage() AS part")).front().Real("part"),
      0.0005);
  std::vector<std::string> ended;
  EXPECT_TRUE(test::WaitFor([&] {
    ended = Must(store().Guard());
    return !ended.empty();
  }));
  EXPECT_THAT(ended, ElementsAre(HasSubstr("the queue of notifications")));
  EXPECT_TRUE(absl::IsUnavailable(listener->ExecuteAlone("SELECT 1").status()));
  Must(flood->Execute("NOTIFY flood, 'once more'"));
  EXPECT_LT(
      Must(sql().Execute("SELECT pg_notification_queue_usage() AS part")).front().Real("part"),
      0.0005);
}

// A database on a server of the user's, where every role may take advisory locks.
class OpenDatabaseTest : public ::testing::Test {
 protected:
  test::MiniPostgres& server_ = test::MiniPostgres::Shared();
  const std::string database_ = server_.NewDatabase("TEMPLATE template0");
  std::unique_ptr<Store> store_ = Must(Store::Open(database_));
  const Login reader_ = store_->reader_login();
};

TEST_F(OpenDatabaseTest, NoAdvisoryLockOfAReaderStopsTheCoordinator) {
  const Session reader = Must(OpenAs(server_, database_, reader_));
  // The keys of before, and all that anyone holds now.
  for (const char* key : {"motzkin fence", "motzkin coordinator", "motzkin migrate"}) {
    Must(reader->Execute(fmt::format("SELECT pg_try_advisory_lock(hashtext('{}'))", key)));
  }
  EXPECT_EQ(test::OnlyNumber(Must(reader->Execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid <> "
                "pg_backend_pid()"))),
            0);
  EXPECT_TRUE(store_->AppendEvents({{"coordinator", "still here"}}).ok());
  store_.reset();
  store_ = Must(Store::Open(database_));
  EXPECT_TRUE(store_->AppendEvents({{"coordinator", "here again"}}).ok());
}

TEST_F(OpenDatabaseTest, APasswordThatCannotBeSeenIsGivenAgainEachMinute) {
  const Login worker =
      Must(MemberStore(*store_).OpenWorkerLogin("00000000-0000-4000-8000-000000000001")).value();
  const auto open = [&] { return OpenAs(server_, database_, worker); };
  Must(Must(open())->Execute("ALTER ROLE CURRENT_USER PASSWORD 'mine'"));
  EXPECT_THAT(Must(store_->Guard()), IsEmpty());
  EXPECT_TRUE(absl::IsPermissionDenied(open().status()));
  Must(test::MustConnect(database_)->Execute(
      "UPDATE motzkin.role_password SET set_time = now() - interval '61 s'"));
  EXPECT_THAT(Must(store_->Guard()), IsEmpty());
  EXPECT_TRUE(open().ok());
}

// As after a restore by hand, or one that was broken off.
TEST_F(OpenDatabaseTest, ACopyOfADatabaseIsRefusedUntilItIsMarked) {
  store_.reset();
  const std::string name = database_.substr(database_.find("dbname=") + 7);
  const std::string copy = server_.NewDatabase("TEMPLATE " + name);
  const absl::Status refused = Store::Open(copy).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("was copied from another"));
  Must(test::MustConnect(copy)->Execute("SELECT motzkin.mark_restored(now())"));
  EXPECT_TRUE(Store::Open(copy).ok());
}

TEST_F(OpenDatabaseTest, ASuperuserAsOwnerClosesTheDatabase) {
  store_.reset();
  store_ = Must(Store::Open(server_.Superuser(database_)));
  const Session reader = Must(OpenAs(server_, database_, reader_));
  for (const char* statement : {"SELECT pg_advisory_lock(1)", "SELECT lo_create(0)"})
    EXPECT_TRUE(absl::IsPermissionDenied(reader->Execute(statement).status())) << statement;
}

TEST(ConnectionsTest, ThereIsAlwaysOneForTheOwner) {
  test::MiniPostgres server({.connections_max = 25});
  const std::string database = server.NewDatabase();
  const auto store = Must(Store::Open(database));
  std::vector<Session> taken;
  const auto take_all = [&](const Login& login) {
    for (auto next = OpenAs(server, database, login); next.ok();
         next = OpenAs(server, database, login)) {
      taken.push_back(*std::move(next));
    }
  };
  const auto worker = [&](int n) {
    return Must(MemberStore(*store).OpenWorkerLogin(
                    fmt::format("00000000-0000-4000-8000-{:012}", n)))
        .value();
  };
  take_all(worker(1));
  EXPECT_EQ(taken.size(), 3u) << "no worker takes the sessions of the others";
  take_all(store->reader_login());
  EXPECT_TRUE(postgres::Connection::Open(database).ok());
  // Many workers together get as many as they should have, once the others are ended.
  const auto sessions_of_workers = [&] {
    return test::OnlyNumber(Must(test::MustConnect(database)->Execute(
        "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'motzkin_worker_%'")));
  };
  for (int n = 2; n <= 6; ++n) take_all(worker(n));
  EXPECT_GT(sessions_of_workers(), MemberStore(*store).SessionsMax());
  EXPECT_THAT(Must(store->Guard()), ::testing::Contains(HasSubstr("connections were running out")));
  EXPECT_TRUE(
      test::WaitFor([&] { return sessions_of_workers() <= MemberStore(*store).SessionsMax(); }));
  // A role may have been given more by its superuser: the newest sessions end then.
  Must(test::MustConnect(server.Superuser(database))
           ->Execute(fmt::format("ALTER ROLE {} CONNECTION LIMIT -1", store->reader_login().role)));
  take_all(store->reader_login());
  EXPECT_FALSE(postgres::Connection::Open(database).ok());
  EXPECT_THAT(Must(store->Guard()), ::testing::Contains(HasSubstr("connections were running out")));
  EXPECT_TRUE(test::WaitFor([&] { return postgres::Connection::Open(database).ok(); }));
  EXPECT_TRUE(taken.front()->Execute("SELECT 1").ok()) << "the oldest may stay";
}

}  // namespace
}  // namespace motzkin::coordinator
