#include "coordinator/service/page_password.h"

#include <gtest/gtest.h>

#include "coordinator/store/testing/store_fixture.h"

namespace motzkin::coordinator {
namespace {

class PagePasswordTest : public StoreFixture {
 protected:
  PagePassword password_{store()};
};

TEST_F(PagePasswordTest, ItIsKnownToLaterStartsAndNobodyCanReadIt) {
  EXPECT_FALSE(password_.exists());
  EXPECT_FALSE(password_.Check("").has_value()) << "without a password no one comes in";
  ASSERT_TRUE(password_.Set("correct horse").ok());
  PagePassword later(store());
  EXPECT_FALSE(later.exists());
  ASSERT_TRUE(later.Load().ok());
  EXPECT_TRUE(later.exists());
  EXPECT_TRUE(later.Check("correct horse").has_value());
  EXPECT_FALSE(later.Check("correct horsf").has_value());
  EXPECT_EQ(Must(MemberStore(store()).PagePassword()).find("horse"), std::string::npos);
}

TEST_F(PagePasswordTest, EachChangeHasAVersionOfItsOwn) {
  ASSERT_TRUE(password_.Set("correct horse").ok());
  const int64_t first = password_.version();
  EXPECT_EQ(password_.Check("correct horse"), first);
  ASSERT_TRUE(password_.Set("correct horse").ok());
  EXPECT_NE(password_.version(), first);
  ASSERT_TRUE(password_.Set("").ok());
  EXPECT_FALSE(password_.exists());
  EXPECT_FALSE(password_.Check("correct horse").has_value());
}

TEST_F(PagePasswordTest, OneThatHasToStayIsChangedAndNotTakenAway) {
  ASSERT_TRUE(password_.Set("correct horse").ok());
  password_.MustStay();
  EXPECT_EQ(password_.Set("").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(password_.exists());
  EXPECT_TRUE(password_.Set("another horse").ok());
  EXPECT_TRUE(password_.Check("another horse").has_value());
}

}  // namespace
}  // namespace motzkin::coordinator
