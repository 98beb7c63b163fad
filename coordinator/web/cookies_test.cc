#include "coordinator/web/cookies.h"

#include <gtest/gtest.h>

namespace motzkin::coordinator::web {
namespace {

TEST(CookiesTest, AreFoundByTheirWholeName) {
  EXPECT_EQ(CookieIn("a=1; b=2;c=3", "a"), "1");
  EXPECT_EQ(CookieIn("a=1; b=2;c=3", "b"), "2");
  EXPECT_EQ(CookieIn("a=1; b=2;c=3", "c"), "3");
  EXPECT_EQ(CookieIn("aa=1; ba=2; a", "a"), "");
  EXPECT_EQ(CookieIn("", "a"), "");
  EXPECT_EQ(CookieIn(";;; ;a=;", "a"), "");
  EXPECT_EQ(CookieIn("x=a=5; a=b=c", "a"), "b=c");
}

TEST(CookiesTest, AreForNoScriptAndNoOtherSite) {
  EXPECT_EQ(SetCookie(SessionCookie(false), "ab", absl::Hours(1), false),
            "motzkin_session=ab; Path=/; HttpOnly; SameSite=Strict; Max-Age=3600");
  EXPECT_EQ(SetCookie(SessionCookie(true), "", absl::ZeroDuration(), true),
            "__Host-motzkin_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure");
}

}  // namespace
}  // namespace motzkin::coordinator::web
