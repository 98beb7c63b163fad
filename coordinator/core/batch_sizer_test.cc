#include "coordinator/core/batch_sizer.h"

#include <gtest/gtest.h>

namespace motzkin::coordinator {
namespace {

constexpr SizerPolicy kPolicy;

TEST(BatchSizerTest, AWorkerOfUnknownSpeedGetsTwoSmallBatchesASlot) {
  const WorkSize size = SizeWork(kPolicy, {.slots = 2});
  EXPECT_EQ(size.batch, 64);
  EXPECT_EQ(size.hold, 256);
}

TEST(BatchSizerTest, AProvenSpeedBuysTenMinutesOfWork) {
  const WorkSize size =
      SizeWork(kPolicy, {.slots = 4, .functions_per_minute = 2400, .delivered = 12'000});
  EXPECT_EQ(size.hold, 24'000);
  EXPECT_EQ(size.batch, 600);
}

TEST(BatchSizerTest, AClaimBuysTwiceWhatWasStoredAndNoMore) {
  EXPECT_EQ(SizeWork(kPolicy, {.slots = 4, .functions_per_minute = 1e9}).hold, 512);
  EXPECT_EQ(SizeWork(kPolicy, {.slots = 4, .functions_per_minute = 1e9, .delivered = 100}).hold,
            512);
  EXPECT_EQ(SizeWork(kPolicy, {.slots = 4, .functions_per_minute = 1e9, .delivered = 400}).hold,
            800);
  EXPECT_EQ(SizeWork(kPolicy, {.slots = 4096, .functions_per_minute = 1e9}).hold, 4096);
  EXPECT_EQ(SizeWork(kPolicy, {.slots = 4096}).hold, 4096);
}

TEST(BatchSizerTest, AWorkerThatLetBatchesStandStillGetsOneSmallBatch) {
  const WorkSize size =
      SizeWork(kPolicy, {.slots = 4, .functions_per_minute = 1e9, .delivered = 1000, .stalls = 2});
  EXPECT_EQ(size.hold, 16);
  EXPECT_EQ(size.batch, 16);
}

TEST(BatchSizerTest, JobsShareTheBuffer) {
  const WorkSize size =
      SizeWork(kPolicy, {.slots = 4, .functions_per_minute = 2400, .delivered = 12'000, .jobs = 3});
  EXPECT_EQ(size.hold, 8'000);
}

TEST(BatchSizerTest, TowardsTheEndEachHoldsItsShareOfWhatIsLeft) {
  const WorkSize fast = SizeWork(kPolicy, {.slots = 4,
                                           .functions_per_minute = 3000,
                                           .delivered = 3000,
                                           .remaining = 1000,
                                           .share = 0.75});
  const WorkSize slow = SizeWork(kPolicy, {.slots = 1,
                                           .functions_per_minute = 1000,
                                           .delivered = 1000,
                                           .remaining = 1000,
                                           .share = 0.25});
  EXPECT_EQ(fast.hold, 750);
  EXPECT_EQ(slow.hold, 250);
  EXPECT_LE(slow.batch, 63);
}

TEST(BatchSizerTest, TheLastFunctionsStillOccupyEverySlot) {
  const WorkSize size =
      SizeWork(kPolicy, {.slots = 8, .functions_per_minute = 3000, .remaining = 10, .share = 0.01});
  EXPECT_EQ(size.hold, 8);
}

TEST(BatchSizerTest, BatchesAreBoundedHoweverFastTheWorker) {
  const WorkSize size =
      SizeWork(kPolicy, {.slots = 64, .functions_per_minute = 1e9, .delivered = 1'000'000'000});
  EXPECT_EQ(size.batch, 4096);
  EXPECT_GE(SizeWork(kPolicy, {.slots = 1, .functions_per_minute = 0.01}).batch, 1);
}

}  // namespace
}  // namespace motzkin::coordinator
