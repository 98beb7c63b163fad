#include "cli/text/progress_bar.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace motzkin::cli {
namespace {

TEST(ProgressBarTest, ALineSaysHowFarHowFastAndHowLongYet) {
  EXPECT_EQ(ProgressLine("export", 500'000, 2'000'000, absl::Seconds(10), /*with_bar=*/true),
            "export  [======>                 ]  25 %  500,000 of 2,000,000 rows  50,000/s  30 s "
            "left");
  EXPECT_EQ(ProgressLine("export", 2'000, 2'000, absl::Seconds(2), /*with_bar=*/false),
            "export  100 %  2,000 of 2,000 rows  1,000/s");
  EXPECT_EQ(ProgressLine("stats", 0, 100, absl::ZeroDuration(), /*with_bar=*/true),
            "stats  [>                       ]  0 %  0 of 100 rows");
}

TEST(ProgressBarTest, AnInterruptEndsTheWalkAndNotTheProcess) {
  ProgressBar bar("export");
  EXPECT_TRUE(bar.Show(1, 2).ok());
  ::raise(SIGINT);
  EXPECT_TRUE(absl::IsCancelled(bar.Show(2, 2)));
}

}  // namespace
}  // namespace motzkin::cli
