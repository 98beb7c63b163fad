#include "coordinator/core/delivery.h"

#include <gtest/gtest.h>

namespace motzkin::coordinator {
namespace {

constexpr absl::Duration kWindow = absl::Minutes(10);

TEST(DeliveryTest, RowsOfTheLastWindowCountAndOlderOnesAreForgotten) {
  Delivery delivery;
  const BootTime start = BootTime() + absl::Hours(1);
  for (int minute = 0; minute < 30; ++minute) {
    delivery.Add(100, start + absl::Minutes(minute), kWindow);
    delivery.Expire(start + absl::Minutes(minute), kWindow);
  }
  EXPECT_NEAR(static_cast<double>(delivery.recent()), 1000, 100);
  EXPECT_NEAR(delivery.PerMinute(), 100, 15);
  EXPECT_EQ(delivery.last(), start + absl::Minutes(29));
  delivery.Expire(start + absl::Minutes(60), kWindow);
  EXPECT_EQ(delivery.recent(), 0);
  EXPECT_EQ(delivery.PerMinute(), 0);
}

TEST(DeliveryTest, AFewRowsAtOnceAreNoSpeed) {
  Delivery delivery;
  delivery.Add(600, BootTime() + absl::Hours(1), kWindow);
  EXPECT_EQ(delivery.PerMinute(), 600) << "as if they had taken a minute";
}

}  // namespace
}  // namespace motzkin::coordinator
