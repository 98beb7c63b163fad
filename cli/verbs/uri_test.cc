#include "cli/verbs/uri.h"

#include <gtest/gtest.h>

namespace motzkin::cli {
namespace {

TEST(UriTest, ThePasswordIsTakenOutAndDecoded) {
  const UriParts parts = SplitPassword("postgresql://reader:a%40b%2f@127.0.0.1:5433/motzkin?x=y");
  EXPECT_EQ(parts.uri, "postgresql://reader@127.0.0.1:5433/motzkin?x=y");
  EXPECT_EQ(parts.password, "a@b/");
}

TEST(UriTest, WithoutAPasswordNothingChanges) {
  for (const char* uri : {"postgresql://reader@localhost/motzkin", "postgresql://localhost:5433/a",
                          "host=/tmp dbname=motzkin", "postgresql:///motzkin?host=/tmp@a:b", ""}) {
    EXPECT_EQ(SplitPassword(uri).uri, uri);
    EXPECT_EQ(SplitPassword(uri).password, "");
  }
}

TEST(UriTest, ABrokenEscapeIsTakenLiterally) {
  EXPECT_EQ(SplitPassword("postgresql://a:%zz%4@h/d").password, "%zz%4");
}

}  // namespace
}  // namespace motzkin::cli
