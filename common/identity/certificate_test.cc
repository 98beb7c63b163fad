#include "common/identity/certificate.h"

#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace motzkin::identity {
namespace {

constexpr char kUuid[] = "7d444840-9dc0-41d1-b245-5ffdce74fad2";

TEST(CertificateTest, ItSaysWhoHoldsTheKeyAndUntilWhen) {
  const PrivateKey coordinator = PrivateKey::New();
  const PrivateKey worker = PrivateKey::New();
  const absl::Time until = absl::FromUnixSeconds(2'000'000'000);
  const std::string pem =
      Issue(coordinator, {Role::kWorker, kUuid}, worker.PublicKey(), until - absl::Hours(1), until);
  const auto read = ReadIssued(pem, coordinator.PublicKey());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->holder, (Identity{Role::kWorker, kUuid}));
  EXPECT_EQ(read->public_key, worker.PublicKey());
  EXPECT_EQ(read->until, until);
}

TEST(CertificateTest, AnotherCoordinatorsIsRefusedThoughItHasTheSameName) {
  const PrivateKey ours = PrivateKey::New();
  const PrivateKey theirs = PrivateKey::New();
  const std::string pem = Issue(theirs, {Role::kOperator, "anna"}, ours.PublicKey(), absl::Now(),
                                absl::Now() + absl::Hours(1));
  EXPECT_EQ(ReadIssued(pem, ours.PublicKey()).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReadIssued("nonsense", ours.PublicKey()).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(CertificateTest, ThoseForBrowsersAreNoMembers) {
  const PrivateKey coordinator = PrivateKey::New();
  const PrivateKey page = PrivateKey::New();
  const std::string site =
      IssueForSite(coordinator, {"pi.local", "192.168.1.5", "fd00::5"}, page.PublicKey(),
                   absl::Now(), absl::Now() + absl::Hours(1));
  const std::string authority = IssueAuthority(coordinator, absl::Now());
  EXPECT_EQ(PublicKeyOf(authority).value(), coordinator.PublicKey());
  for (const std::string& pem : {site, authority}) {
    EXPECT_EQ(ReadIssued(pem, coordinator.PublicKey()).status().code(),
              absl::StatusCode::kPermissionDenied);
  }
  EXPECT_TRUE(BelongTogether(site, page.Pem()));
  EXPECT_FALSE(BelongTogether(site, coordinator.Pem()));
  EXPECT_FALSE(BelongTogether(site, "nonsense"));
  EXPECT_FALSE(BelongTogether("", page.Pem()));
}

TEST(CertificateTest, TheCoordinatorsOwnHoldsNoIdentity) {
  const PrivateKey coordinator = PrivateKey::New();
  const std::string own = IssueToSelf(coordinator, absl::Now());
  EXPECT_EQ(PublicKeyOf(own).value(), coordinator.PublicKey());
  EXPECT_EQ(ReadIssued(own, coordinator.PublicKey()).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(CertificateTest, ItHoldsForAHundredYearsBeyondTheYear2049) {
  // X.509 writes years from 2050 on in another form.
  const PrivateKey coordinator = PrivateKey::New();
  const absl::Time until = absl::FromUnixSeconds(4'900'000'000);
  const std::string pem =
      Issue(coordinator, {Role::kReader, "ben"}, coordinator.PublicKey(), absl::Now(), until);
  EXPECT_EQ(ReadIssued(pem, coordinator.PublicKey())->until, until);
}

TEST(IdentityTest, TextAndBack) {
  for (const Identity& identity : {Identity{Role::kWorker, kUuid}, Identity{Role::kOperator, "a"},
                                   Identity{Role::kReader, "b.c-d_e"}}) {
    EXPECT_EQ(FromText(ToText(identity)), identity);
  }
  for (const char* text : {"", "worker", "worker ", "owner anna", "operator a b", "operator \n",
                           "operator 12345678901234567890123456789012345678901"}) {
    EXPECT_EQ(FromText(text), std::nullopt) << text;
  }
}

TEST(PrivateKeyTest, ItIsTheSameAfterATripThroughPem) {
  const PrivateKey key = PrivateKey::New();
  EXPECT_EQ(PrivateKey::FromPem(key.Pem())->PublicKey(), key.PublicKey());
  EXPECT_FALSE(PrivateKey::FromPem("nonsense").ok());
  EXPECT_NE(PrivateKey::New().PublicKey(), key.PublicKey());
}

TEST(PrivateKeyTest, APublicKeyHasOneEncoding) {
  const std::string key = PrivateKey::New().PublicKey();
  EXPECT_TRUE(IsPublicKey(key));
  EXPECT_FALSE(IsPublicKey(key + "x"));
  EXPECT_FALSE(IsPublicKey(key.substr(1)));
  EXPECT_FALSE(IsPublicKey(""));
  EXPECT_THAT(FingerprintOf(key), ::testing::MatchesRegex("[0-9a-f]{64}"));
}

}  // namespace
}  // namespace motzkin::identity
