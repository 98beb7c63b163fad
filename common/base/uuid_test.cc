#include "common/base/uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace motzkin {
namespace {

TEST(UuidTest, IsOfVersionFourAndNewEachTime) {
  const std::string uuid = NewUuid();
  EXPECT_THAT(uuid, testing::MatchesRegex(
                        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_NE(NewUuid(), uuid);
}

TEST(UuidTest, TextIsLowerCaseAndComplete) {
  EXPECT_TRUE(IsUuid("6f1c0a52-7d3e-4b8e-9b1a-0c5d2e8f7a41"));
  EXPECT_FALSE(IsUuid("6F1C0A52-7D3E-4B8E-9B1A-0C5D2E8F7A41"));
  EXPECT_FALSE(IsUuid("6f1c0a527d3e4b8e9b1a0c5d2e8f7a41"));
  EXPECT_FALSE(IsUuid(std::string(36, '-')));
  EXPECT_FALSE(IsUuid(""));
}

}  // namespace
}  // namespace motzkin
