#include "common/identity/membership.h"

#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "common/identity/private_file.h"
#include "tests/support/temporary_directory.h"

namespace motzkin::identity {
namespace {

using ::testing::HasSubstr;

class MembershipTest : public ::testing::Test {
 protected:
  std::filesystem::path File() const {
    return directory_.path() / "new" / "identity" / "member.pem";
  }
  static mode_t ModeOf(const std::filesystem::path& path) {
    struct stat stat{};
    EXPECT_EQ(::stat(path.c_str(), &stat), 0);
    return stat.st_mode & 07777;
  }
  std::string CertificateFor(const PrivateKey& key) const {
    return Issue(coordinator_, {Role::kOperator, "anna"}, key.PublicKey(), absl::Now(),
                 absl::Now() + absl::Hours(1));
  }

  const test::TemporaryDirectory directory_;
  const PrivateKey coordinator_ = PrivateKey::New();
  const std::string coordinators_ = IssueToSelf(coordinator_, absl::Now());
  const PrivateKey key_ = PrivateKey::New();
};

TEST_F(MembershipTest, ItIsKeptInAFileThatOnlyItsOwnerReads) {
  const auto membership = MakeMembership(key_, CertificateFor(key_), coordinators_);
  ASSERT_TRUE(membership.ok()) << membership.status();
  const mode_t before = umask(0);
  ASSERT_TRUE(WriteMembership(File(), *membership).ok());
  umask(before);
  EXPECT_EQ(ModeOf(File()), 0600u);
  EXPECT_EQ(ModeOf(File().parent_path()), 0700u);
  const auto read = ReadMembership(File());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->key.PublicKey(), key_.PublicKey());
  EXPECT_EQ(read->certificate, membership->certificate);
  EXPECT_EQ(read->coordinator_key, coordinator_.PublicKey());
}

TEST_F(MembershipTest, PartsOfDifferentClustersDoNotGoTogether) {
  const std::string other = IssueToSelf(PrivateKey::New(), absl::Now());
  EXPECT_FALSE(MakeMembership(key_, CertificateFor(key_), other).ok());
  EXPECT_FALSE(MakeMembership(key_, CertificateFor(PrivateKey::New()), coordinators_).ok());
}

TEST_F(MembershipTest, ADamagedFileIsNamed) {
  ASSERT_TRUE(WriteSecretFile(File(), key_.Pem() + coordinators_).ok());
  const absl::Status status = ReadMembership(File()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr(File().string() + " is damaged"));
  EXPECT_EQ(ReadMembership(directory_.path() / "none").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(MembershipTest, ASecretThatAllMayReadIsRefused) {
  ASSERT_TRUE(WriteSecretFile(File(), "secret", 0644).ok());
  const absl::Status status = ReadSecretFile(File()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("chmod 600 "));
  ASSERT_TRUE(WriteSecretFile(File(), "secret", 0640).ok());
  EXPECT_EQ(ReadSecretFile(File()).value(), "secret");
}

TEST_F(MembershipTest, ASecretThatCannotBeWrittenLeavesNoDraft) {
  std::filesystem::create_directories(File());
  EXPECT_FALSE(WriteSecretFile(File(), "secret").ok());
  EXPECT_FALSE(std::filesystem::exists(File().string() + ".new"));
}

}  // namespace
}  // namespace motzkin::identity
