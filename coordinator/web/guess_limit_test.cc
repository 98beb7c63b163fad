#include "coordinator/web/guess_limit.h"

#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>

namespace motzkin::coordinator::web {
namespace {

class GuessLimitTest : public ::testing::Test {
 protected:
  bool MayTry(const std::string& source, std::string_view browser = "") {
    return limit_.Try(source, browser, now_) == absl::ZeroDuration();
  }

  GuessLimit limit_;
  BootTime now_ = BootTime() + absl::Hours(1);
};

TEST_F(GuessLimitTest, ASourceHasAFewTriesWhichComeBack) {
  for (int n = 0; n < GuessLimit::kOfSource; ++n) EXPECT_TRUE(MayTry("a"));
  EXPECT_EQ(limit_.Try("a", "", now_), GuessLimit::kSourceBack);
  EXPECT_TRUE(MayTry("b")) << "each has its own";
  now_ += GuessLimit::kSourceBack / 2;
  EXPECT_EQ(limit_.Try("a", "", now_), GuessLimit::kSourceBack / 2) << "to ask costs nothing";
  now_ += GuessLimit::kSourceBack / 2;
  EXPECT_TRUE(MayTry("a"));
  EXPECT_FALSE(MayTry("a"));
}

TEST_F(GuessLimitTest, ManySourcesShareABound) {
  for (int n = 0; n < GuessLimit::kInAll; ++n) EXPECT_TRUE(MayTry(absl::StrCat("source ", n)));
  EXPECT_FALSE(MayTry("another"));
  now_ += GuessLimit::kAllBack;
  EXPECT_TRUE(MayTry("another"));
  EXPECT_FALSE(MayTry("yet another"));
}

TEST_F(GuessLimitTest, ABrowserOfTheOwnerHasTriesOfItsOwn) {
  const std::string browser = limit_.Remember();
  for (int n = 0; n < GuessLimit::kInAll; ++n) MayTry(absl::StrCat("source ", n));
  ASSERT_FALSE(MayTry("source 0"));
  for (int n = 0; n < GuessLimit::kOfSource; ++n) EXPECT_TRUE(MayTry("source 0", browser));
  EXPECT_FALSE(MayTry("source 0", browser)) << "a thief of the browser's token guesses, too";
  EXPECT_FALSE(MayTry("source 0", "made up"));
}

TEST_F(GuessLimitTest, TheRightPasswordCostsNoTry) {
  const std::string browser = limit_.Remember();
  for (int n = 0; n < 100; ++n) {
    ASSERT_TRUE(MayTry("a"));
    limit_.Forgive("a", "");
    ASSERT_TRUE(MayTry("a", browser));
    limit_.Forgive("a", browser);
  }
}

TEST_F(GuessLimitTest, SoManyBrowsersAreRemembered) {
  const std::string first = limit_.Remember();
  for (size_t n = 1; n < GuessLimit::kBrowsersMax; ++n) limit_.Remember();
  for (int n = 0; n < GuessLimit::kInAll; ++n) MayTry(absl::StrCat("source ", n));
  EXPECT_TRUE(MayTry("a", first));
  limit_.Remember();
  EXPECT_FALSE(MayTry("a", first));
}

}  // namespace
}  // namespace motzkin::coordinator::web
