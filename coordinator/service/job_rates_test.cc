#include "coordinator/service/job_rates.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace motzkin::coordinator {
namespace {

BootTime At(int seconds) { return BootTime() + absl::Seconds(seconds); }

TEST(JobRatesTest, AreThoseOfTheLastMinute) {
  JobRates rates;
  EXPECT_EQ(rates.Of(1).functions_per_minute, 0);
  for (int second = 0; second <= 90; ++second) {
    // Nothing for half a minute, then two functions a second, every second one integrated.
    const int64_t moved = std::max(0, second - 30);
    rates.Add(1, {.stored = 2 * moved, .integrated = moved}, At(second));
  }
  EXPECT_DOUBLE_EQ(rates.Of(1).functions_per_minute, 120);
  EXPECT_DOUBLE_EQ(rates.Of(1).integrated_per_minute, 60);
  EXPECT_EQ(rates.Of(2).functions_per_minute, 0);
}

TEST(JobRatesTest, TwoLooksWithinAMomentAreNoRate) {
  JobRates rates;
  rates.Add(1, {.stored = 0}, At(0));
  rates.Add(1, {.stored = 500}, At(2));
  EXPECT_EQ(rates.Of(1).functions_per_minute, 0);
}

TEST(JobRatesTest, BeginAnewWhenRowsAreTakenBack) {
  JobRates rates;
  for (int second = 0; second < 10; ++second) rates.Add(1, {.stored = 1'000}, At(second));
  rates.Add(1, {.stored = 400}, At(10));
  EXPECT_EQ(rates.Of(1).functions_per_minute, 0);
  rates.Add(1, {.stored = 410}, At(20));
  EXPECT_DOUBLE_EQ(rates.Of(1).functions_per_minute, 60);
}

}  // namespace
}  // namespace motzkin::coordinator
