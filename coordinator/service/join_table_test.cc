#include "coordinator/service/join_table.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/identity/key.h"

namespace motzkin::coordinator {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class JoinTableTest : public ::testing::Test {
 protected:
  // Commits, opens, and returns the code that the worker would show.
  std::string Wait(const std::string& name, const std::string& source = "ipv4:10.0.0.1") {
    const std::string nonce = table_.Commit(identity::CommitmentTo(OpeningOf(name)), source, now_);
    EXPECT_TRUE(Ask(name).ok());
    return identity::JoinCode("coordinator", nonce, OpeningOf(name));
  }
  absl::StatusOr<JoinTable::Answer> Ask(const std::string& name) {
    return table_.Open(identity::CommitmentTo(OpeningOf(name)), OpeningOf(name), now_);
  }
  static identity::Opening OpeningOf(const std::string& name) { return {name, name, name, name}; }
  absl::StatusCode Find(const std::string& code) { return table_.Find(code, now_).status().code(); }

  JoinTable table_{"coordinator"};
  BootTime now_ = BootTime() + absl::Hours(1);
};

TEST_F(JoinTableTest, AWorkerWaitsUntilItIsGrantedACertificate) {
  const std::string code = Wait("laptop");
  ASSERT_THAT(table_.Waiting(now_), SizeIs(1));
  EXPECT_EQ(table_.Waiting(now_).front().code, code);
  EXPECT_EQ(Ask("laptop")->certificate, "");
  EXPECT_EQ(table_.Find(code, now_)->name, "laptop");
  table_.Grant("laptop", "certificate");
  EXPECT_EQ(Ask("laptop")->certificate, "certificate");
  EXPECT_THAT(table_.Waiting(now_), IsEmpty());
  EXPECT_EQ(Find(code), absl::StatusCode::kNotFound) << "a code serves once";
}

TEST_F(JoinTableTest, AWorkerThatHasNotOpenedItsCommitmentIsNotShown) {
  table_.Commit(std::string(32, 'c'), "ipv4:10.0.0.1", now_);
  EXPECT_THAT(table_.Waiting(now_), IsEmpty());
  EXPECT_EQ(Find(""), absl::StatusCode::kNotFound);
}

TEST_F(JoinTableTest, AnOpeningOfAnotherCommitmentIsRefused) {
  const std::string commitment = identity::CommitmentTo(OpeningOf("laptop"));
  table_.Commit(commitment, "ipv4:10.0.0.1", now_);
  EXPECT_EQ(table_.Open(commitment, OpeningOf("desktop"), now_).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Ask("desktop").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(JoinTableTest, AnAddressHoldsFourAndItsOldestMakesRoom) {
  for (int i = 0; i < 5; ++i) Wait(absl::StrCat("w", i));
  Wait("other", "ipv4:10.0.0.2");
  EXPECT_THAT(table_.Waiting(now_), SizeIs(5));
  EXPECT_EQ(Ask("w0").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Ask("w1").ok());
}

TEST_F(JoinTableTest, ANetworkOfIpv6IsOneSource) {
  Wait("other", "ipv6:%5B2001:db8:1:3::1%5D");
  for (int i = 0; i < 8; ++i) {
    Wait(absl::StrCat("w", i), absl::StrCat("ipv6:%5B2001:db8:1:2::", i + 1, "%5D"));
  }
  EXPECT_THAT(table_.Waiting(now_), SizeIs(5));
  EXPECT_EQ(table_.Waiting(now_).front().name, "other");
}

TEST_F(JoinTableTest, TheTableHoldsSixtyFour) {
  for (int i = 0; i < 70; ++i) Wait(absl::StrCat("w", i), absl::StrCat("ipv4:10.0.0.", i));
  EXPECT_THAT(table_.Waiting(now_), SizeIs(64));
  EXPECT_EQ(Ask("w5").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Ask("w6").ok());
}

TEST_F(JoinTableTest, WaitingEndsAfterAnHour) {
  const std::string code = Wait("laptop");
  now_ += absl::Minutes(59);
  EXPECT_TRUE(Ask("laptop").ok());
  now_ += absl::Minutes(1);
  EXPECT_EQ(Ask("laptop").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Find(code), absl::StatusCode::kNotFound);
}

TEST_F(JoinTableTest, FiveWrongCodesInAMinuteStopAllApproving) {
  const std::string code = Wait("laptop");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Find("000000"), absl::StatusCode::kNotFound);
  EXPECT_EQ(Find(code), absl::StatusCode::kResourceExhausted);
  now_ += absl::Seconds(59);
  EXPECT_EQ(Find(code), absl::StatusCode::kResourceExhausted);
  now_ += absl::Seconds(1);
  EXPECT_EQ(Find(code), absl::StatusCode::kOk);
}

}  // namespace
}  // namespace motzkin::coordinator
