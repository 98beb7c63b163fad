#include "common/base/timed_wait.h"

#include <gtest/gtest.h>

#include <thread>

#include "common/base/clock.h"

namespace motzkin {
namespace {

TEST(CondVarTest, AWaitEndsAfterItsTimeout) {
  absl::Mutex mutex;
  CondVar never;
  const SystemClock clock;
  const BootTime begun = clock.Now();
  const absl::MutexLock lock(&mutex);
  while (clock.Now() - begun < absl::Milliseconds(30)) {
    never.WaitWithTimeout(&mutex, absl::Milliseconds(30));
  }
  EXPECT_LT(clock.Now() - begun, absl::Seconds(20));
}

TEST(CondVarTest, ASignalEndsAWaitThatHasNoEnd) {
  absl::Mutex mutex;
  CondVar changed;
  bool ready = false;
  std::jthread other([&] {
    const absl::MutexLock lock(&mutex);
    ready = true;
    changed.SignalAll();
  });
  const absl::MutexLock lock(&mutex);
  while (!ready) changed.WaitWithTimeout(&mutex, absl::InfiniteDuration());
  EXPECT_TRUE(ready);
}

TEST(NotificationTest, ItHappensOnceForAll) {
  Notification notification;
  EXPECT_FALSE(notification.WaitFor(absl::Milliseconds(1)));
  EXPECT_FALSE(notification.HasBeenNotified());
  std::jthread other([&] { notification.Notify(); });
  EXPECT_TRUE(notification.WaitFor(absl::Minutes(1)));
  EXPECT_TRUE(notification.HasBeenNotified());
  EXPECT_TRUE(notification.WaitFor(absl::ZeroDuration()));
}

}  // namespace
}  // namespace motzkin
