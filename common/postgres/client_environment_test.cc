#include "common/postgres/client_environment.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace motzkin::postgres {
namespace {

// With PGSSLMODE=bogus, a coordinator once waited in vain for its own Postgres.
TEST(ClientEnvironmentTest, OfTheUsersVariablesNoneIsLeft) {
  setenv("PGSSLMODE", "bogus", 1);
  setenv("PGOPTIONS", "--bogus", 1);
  setenv("PG", "", 1);
  setenv("NO_PG", "stays", 1);
  IgnoreClientEnvironment();
  EXPECT_EQ(std::getenv("PGSSLMODE"), nullptr);
  EXPECT_EQ(std::getenv("PGOPTIONS"), nullptr);
  EXPECT_STREQ(std::getenv("NO_PG"), "stays");
}

TEST(UriOfTest, KeyValuePairsBecomeAUriWithoutTheUser) {
  EXPECT_EQ(UriOf("host=pi port=5433 dbname=m sslmode=require user=me password='p w'"),
            "postgresql:///m?host=pi&port=5433&sslmode=require");
  EXPECT_EQ(UriOf("host='/var/run/a b' dbname='my/db'"),
            "postgresql:///my%2Fdb?host=%2Fvar%2Frun%2Fa%20b");
  EXPECT_EQ(UriOf("host=pi user=motzkin"), "postgresql:///motzkin?host=pi")
      << "libpq's default database is that of its user";
  EXPECT_EQ(UriOf("postgresql://me:secret@pi/m"), "postgresql://me:secret@pi/m");
  EXPECT_EQ(UriOf("host"), "") << "libpq cannot read it";
}

}  // namespace
}  // namespace motzkin::postgres
