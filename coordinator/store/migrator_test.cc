#include "coordinator/store/migrator.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "coordinator/store/store.h"
#include "coordinator/store/testing/store_fixture.h"
#include "tests/support/mini_postgres.h"

namespace motzkin::coordinator {
namespace {

using ::testing::HasSubstr;

class MigratorTest : public ::testing::Test {
 protected:
  MigratorTest()
      : database_(test::MiniPostgres::Shared().NewDatabase()),
        connection_(test::MustConnect(database_)) {}

  absl::Status Apply(std::vector<Migration> migrations) {
    return Migrate(*connection_, migrations);
  }
  bool HasTable(const std::string& name) {
    return !Must(connection_->Execute("SELECT to_regclass('motzkin." + name + "')"))
                .front()
                .IsNull("to_regclass");
  }

  const std::string database_;
  const std::unique_ptr<postgres::Connection> connection_;
};

constexpr Migration kFirst{"0001_first.sql", "CREATE TABLE first (x integer);"};
constexpr Migration kSecond{"0002_second.sql", "CREATE TABLE second (x integer);"};

TEST_F(MigratorTest, AppliesWhatIsMissingAndNothingTwice) {
  ASSERT_TRUE(Apply({kFirst}).ok());
  EXPECT_TRUE(HasTable("first"));
  ASSERT_TRUE(Apply({kFirst, kSecond}).ok());
  EXPECT_TRUE(HasTable("second"));
  EXPECT_TRUE(Apply({kFirst, kSecond}).ok());
}

TEST_F(MigratorTest, AFailingMigrationLeavesNothingBehind) {
  const absl::Status status =
      Apply({kFirst, {"0002_bad.sql", "CREATE TABLE half (x integer); SELECT 1 / 0;"}});
  EXPECT_FALSE(status.ok());
  EXPECT_TRUE(HasTable("first"));
  EXPECT_FALSE(HasTable("half"));
}

TEST_F(MigratorTest, AnEditedMigrationIsRefused) {
  ASSERT_TRUE(Apply({kFirst}).ok());
  const absl::Status status = Apply({{kFirst.name, "CREATE TABLE first (y integer);"}});
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("0001_first.sql"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("edited"));
}

TEST_F(MigratorTest, ABreakingMigrationOfANewerBinaryIsRefusedAndAWideningOneIsNot) {
  ASSERT_TRUE(Apply({kFirst, kSecond}).ok());
  EXPECT_TRUE(Apply({kFirst}).ok());
  ASSERT_TRUE(
      Apply({kFirst, kSecond, {"0003_narrow.sql", "-- breaking\nDROP TABLE second;"}}).ok());
  const absl::Status status = Apply({kFirst, kSecond});
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("newer Motzkin (migration 0003_narrow.sql)"));
}

// The first of the nine migrations that there were before they became one. Which others follow, and
// what any of them holds, does not matter to the check.
TEST_F(MigratorTest, ADatabaseFromBeforeTheFirstReleaseIsRefusedAndLeftAlone) {
  ASSERT_TRUE(Apply({{"0001_cluster_and_jobs.sql", "CREATE TABLE cluster (x integer);"},
                     {"0002_batches_and_leases.sql", "CREATE TABLE lease (x integer);"}})
                  .ok());
  const absl::Status status = Migrate(*connection_, Migrations());
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("before the first release"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("motzkin archive JOB DIR"));
  EXPECT_EQ(std::string(status.message()).find('\n'), std::string::npos);
  EXPECT_TRUE(HasTable("lease"));
  EXPECT_FALSE(HasTable("job"));
  EXPECT_EQ(
      test::OnlyNumber(Must(connection_->Execute("SELECT count(*) FROM motzkin.schema_migration"))),
      2);
}

TEST_F(MigratorTest, ADatabaseOfAnotherApplicationIsRefusedAndLeftAlone) {
  test::MustConnect(test::MiniPostgres::Shared().Superuser(database_))
      ->Execute("CREATE TABLE public.customers (name text)")
      .IgnoreError();
  const absl::Status status = Apply({kFirst});
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("belongs to another application (it holds table public.customers)"));
  EXPECT_FALSE(HasTable("schema_migration"));
}

TEST(EncodingTest, ADatabaseThatCannotHoldEveryTextIsRefused) {
  for (const std::string encoding : {"LATIN1", "SQL_ASCII"}) {
    const std::string database = test::MiniPostgres::Shared().NewDatabase(
        "TEMPLATE template0 LOCALE 'C' ENCODING '" + encoding + "'");
    const absl::Status status = Migrate(*test::MustConnect(database), Migrations());
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("is encoded in " + encoding));
  }
}

TEST_F(MigratorTest, AReadOnlyDatabaseIsRefused) {
  ASSERT_TRUE(connection_->Execute("SET default_transaction_read_only = on").ok());
  const absl::Status status = Apply({kFirst});
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("read-only"));
}

TEST_F(MigratorTest, CoordinatorsThatStartTogetherMigrateOnce) {
  std::vector<absl::Status> statuses(4);
  {
    std::vector<std::jthread> threads;
    threads.reserve(statuses.size());
    for (absl::Status& status : statuses) {
      threads.emplace_back([&] { status = Migrate(*test::MustConnect(database_), Migrations()); });
    }
  }
  for (const absl::Status& status : statuses) EXPECT_TRUE(status.ok()) << status;
}

TEST_F(MigratorTest, AStandInForNoDatabaseGivesOneClearLine) {
  const auto missing = Store::Open(database_ + "_missing");
  EXPECT_TRUE(absl::IsNotFound(missing.status()));
  const auto nowhere = Store::Open("host=127.0.0.1 port=1 dbname=motzkin");
  EXPECT_TRUE(absl::IsUnavailable(nowhere.status()));
  EXPECT_EQ(std::string(nowhere.status().message()).find('\n'), std::string::npos);
}

// Returns the output of pg_dump, without the lines that change with its version.
std::string DumpOf(const std::string& conninfo) {
  const std::string command = fmt::format(
      "pg_dump --schema-only --schema=motzkin --no-owner --no-privileges \"{}\" | grep -v -e '^--' "
      "-e '^SET ' "
      "-e 'set_config' -e '^.restrict' -e '^.unrestrict' | cat -s",
      conninfo);
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "popen failed";
  std::string text;
  char piece[4096];
  while (const size_t n = fread(piece, 1, sizeof piece, pipe)) text.append(piece, n);
  pclose(pipe);
  return text;
}

// schema.sql shows the whole schema in one place. MOTZKIN_REGENERATE=1 rewrites it.
TEST_F(MigratorTest, SchemaSqlIsWhatTheMigrationsMake) {
  if (!Must(connection_->Execute("SHOW server_version"))
           .front()
           .Text("server_version")
           .starts_with("15")) {
    GTEST_SKIP() << "pg_dump prints differently in other versions";
  }
  ASSERT_TRUE(Migrate(*connection_, Migrations()).ok());
  const std::string path = std::string(MOTZKIN_SOURCE_DIR) + "/coordinator/store/schema.sql";
  const std::string now =
      "-- Made from the migrations by migrator_test (MOTZKIN_REGENERATE=1); to read, not to "
      "run.\n" +
      DumpOf(database_);
  if (std::getenv("MOTZKIN_REGENERATE") != nullptr) std::ofstream(path) << now;
  std::ifstream file(path);
  const std::string kept{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(kept, now) << "regenerate schema.sql with MOTZKIN_REGENERATE=1";
}

}  // namespace
}  // namespace motzkin::coordinator
