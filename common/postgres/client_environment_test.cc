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

}  // namespace
}  // namespace motzkin::postgres
