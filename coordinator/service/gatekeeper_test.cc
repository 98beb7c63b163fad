#include "coordinator/service/gatekeeper.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "common/base/sha256.h"
#include "common/base/testing/fake_clock.h"
#include "common/identity/private_file.h"
#include "coordinator/service/page_identity.h"
#include "motzkin/v1/join_service.pb.h"
#include "motzkin/v1/member_service.pb.h"
#include "motzkin/v1/operator_service.pb.h"
#include "motzkin/v1/worker_service.pb.h"
#include "tests/support/temporary_directory.h"

namespace motzkin::coordinator {
namespace {

using identity::PrivateKey;
using identity::Role;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr char kUuid[] = "7d444840-9dc0-41d1-b245-5ffdce74fad2";
constexpr char kList[] = "/motzkin.v1.OperatorService/ListJobs";
constexpr char kStart[] = "/motzkin.v1.OperatorService/StartJob";
constexpr char kSynchronize[] = "/motzkin.v1.WorkerService/Synchronize";
constexpr char kJoin[] = "/motzkin.v1.JoinService/Join";

class GatekeeperTest : public ::testing::Test {
 protected:
  std::filesystem::path Folder() const { return directory_.path() / kIdentityFolder; }
  std::string CertificateOf(Role role, const std::string& name) const {
    return authority_.Issue({.role = role, .name = name}, key_.PublicKey());
  }
  absl::StatusCode Asked(std::string_view method, const std::string& certificate) const {
    return gatekeeper_.Check(method, certificate).code();
  }

  const test::TemporaryDirectory directory_;
  FakeClock clock_;
  Authority authority_ = Authority::Open(Folder(), clock_).value();
  Gatekeeper gatekeeper_{authority_};
  const PrivateKey key_ = PrivateKey::New();
};

TEST_F(GatekeeperTest, AHolderHasSoManyCallsUnderWay) {
  const std::string worker = CertificateOf(Role::kWorker, kUuid);
  const identity::Identity holder = {.role = Role::kWorker, .name = kUuid};
  for (int i = 0; i < Gatekeeper::kWorkerCallsMax; ++i) {
    EXPECT_EQ(Asked(kSynchronize, worker), absl::StatusCode::kOk);
    gatekeeper_.Begin(holder);
  }
  EXPECT_EQ(Asked(kSynchronize, worker), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Asked(kSynchronize, CertificateOf(Role::kWorker, "other")), absl::StatusCode::kOk);
  gatekeeper_.End(holder);
  EXPECT_EQ(Asked(kSynchronize, worker), absl::StatusCode::kOk);
}

TEST_F(GatekeeperTest, EveryMethodOfOurServicesIsInItsTable) {
  const google::protobuf::FileDescriptor* const files[] = {
      v1::WorkerState::descriptor()->file(), v1::Job::descriptor()->file(),
      v1::StartJobRequest::descriptor()->file(), v1::JoinRequest::descriptor()->file(),
      v1::ApproveWorkerRequest::descriptor()->file()};
  int methods = 0;
  for (const auto* file : files) {
    for (int i = 0; i < file->service_count(); ++i) {
      const auto* const service = file->service(i);
      for (int j = 0; j < service->method_count(); ++j, ++methods) {
        EXPECT_THAT(Gatekeeper::Methods(), Contains(absl::StrCat("/", service->full_name(), "/",
                                                                 service->method(j)->name())));
      }
    }
  }
  EXPECT_GE(methods, 15);
}

TEST_F(GatekeeperTest, AStrangerMayJoinAndNothingElse) {
  for (const std::string_view method : Gatekeeper::Methods()) {
    const bool open = absl::StrContains(std::string(method), "JoinService/") ||
                      absl::StrContains(std::string(method), "Health/");
    EXPECT_EQ(Asked(method, ""), open ? absl::StatusCode::kOk : absl::StatusCode::kUnauthenticated)
        << method;
  }
}

TEST_F(GatekeeperTest, RolesDoNotOverlap) {
  const std::string worker = CertificateOf(Role::kWorker, kUuid);
  const std::string person = CertificateOf(Role::kOperator, "anna");
  const std::string reader = CertificateOf(Role::kReader, "ben");
  EXPECT_EQ(Asked(kSynchronize, worker), absl::StatusCode::kOk);
  EXPECT_EQ(Asked(kSynchronize, person), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Asked(kList, worker), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Asked(kList, person), absl::StatusCode::kOk);
  EXPECT_EQ(Asked(kList, reader), absl::StatusCode::kOk);
  EXPECT_EQ(Asked(kStart, person), absl::StatusCode::kOk);
  EXPECT_EQ(Asked(kStart, reader), absl::StatusCode::kPermissionDenied);
}

TEST_F(GatekeeperTest, AMethodThatTheTableDoesNotNameIsRefused) {
  const std::string person = CertificateOf(Role::kOperator, "anna");
  for (const char* method : {"/motzkin.v1.OperatorService/DropEverything", "", "nonsense",
                             "/motzkin.v1.OperatorService/ListJobs/"}) {
    EXPECT_EQ(Asked(method, person), absl::StatusCode::kPermissionDenied) << method;
    EXPECT_EQ(Asked(method, ""), absl::StatusCode::kUnauthenticated) << method;
  }
}

TEST_F(GatekeeperTest, ACertificateOfAnotherCoordinatorIsRefused) {
  const Authority other = Authority::Open(directory_.path() / "other", clock_).value();
  EXPECT_EQ(Asked(kList, other.Issue({Role::kOperator, "anna"}, key_.PublicKey())),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Asked(kList, other.certificate()), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Asked(kList, authority_.certificate()), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Asked(kJoin, other.certificate()), absl::StatusCode::kOk);
}

TEST_F(GatekeeperTest, ARevokedKeyIsRefusedUntilItIsAdmittedAgain) {
  const std::string worker = CertificateOf(Role::kWorker, kUuid);
  EXPECT_EQ(Asked(kSynchronize, worker), absl::StatusCode::kOk);
  gatekeeper_.Revoke({Sha256(key_.PublicKey())});
  EXPECT_EQ(Asked(kSynchronize, worker), absl::StatusCode::kPermissionDenied);
  gatekeeper_.Admit(Sha256(key_.PublicKey()));
  EXPECT_EQ(Asked(kSynchronize, worker), absl::StatusCode::kOk);
}

TEST_F(GatekeeperTest, ACertificateIsRenewedInItsSecondHalfAndRefusedAfterItsEnd) {
  const std::string worker = CertificateOf(Role::kWorker, kUuid);
  const auto read = identity::ReadIssued(worker, authority_.public_key()).value();
  EXPECT_EQ(gatekeeper_.Renewed(read), "");
  clock_.Advance(Authority::kCertificateLife / 2 + absl::Hours(1));
  const std::string renewed = gatekeeper_.Renewed(read);
  EXPECT_EQ(Asked(kSynchronize, worker), absl::StatusCode::kOk);
  clock_.Advance(Authority::kCertificateLife / 2);
  EXPECT_EQ(Asked(kSynchronize, worker), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(gatekeeper_.Check(kSynchronize, worker).message()),
              HasSubstr("has expired on "));
  EXPECT_EQ(Asked(kSynchronize, renewed), absl::StatusCode::kOk);
}

TEST_F(GatekeeperTest, AWallClockThatJumpsEndsNothing) {
  const std::string worker = CertificateOf(Role::kWorker, kUuid);
  clock_.JumpWallTime(absl::Hours(24 * 3'650));
  EXPECT_EQ(Asked(kSynchronize, worker), absl::StatusCode::kOk);
}

TEST_F(GatekeeperTest, WithoutCertificatesItAsksNoCaller) {
  const Gatekeeper open;
  EXPECT_FALSE(open.asks());
  EXPECT_TRUE(open.Check(kStart, "").ok());
}

TEST_F(GatekeeperTest, ThePagesCertificateIsNewAndItsAuthorityStays) {
  const PageIdentity first = IssuePageIdentity(authority_, {"pi.fritz.box", "[fd00::5]"}).value();
  const PageIdentity second = IssuePageIdentity(authority_, {}).value();
  EXPECT_NE(first.key, second.key);
  EXPECT_EQ(first.authority, second.authority);
  EXPECT_EQ(Asked(kList, first.chain), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Asked(kList, first.authority), absl::StatusCode::kPermissionDenied);
  const std::string chain = directory_.path() / "chain.pem", key = directory_.path() / "key.pem";
  ASSERT_TRUE(identity::WriteSecretFile(chain, first.chain).ok());
  ASSERT_TRUE(identity::WriteSecretFile(key, first.key).ok());
  EXPECT_EQ(ReadPageIdentity(chain, key).value().key, first.key);
  ASSERT_TRUE(identity::WriteSecretFile(key, second.key).ok());
  EXPECT_FALSE(ReadPageIdentity(chain, key).ok());
  EXPECT_FALSE(ReadPageIdentity(chain, "/nowhere").ok());
  EXPECT_THAT(NamesOfThisHost(), ::testing::AllOf(Contains("localhost"), Contains("127.0.0.1")));
}

TEST_F(GatekeeperTest, TheCoordinatorKeepsItsKeyToItself) {
  struct stat stat{};
  ASSERT_EQ(::stat((Folder() / kCoordinatorFile).c_str(), &stat), 0);
  EXPECT_EQ(stat.st_mode & 07777, 0600u);
  ASSERT_EQ(::stat(Folder().c_str(), &stat), 0);
  EXPECT_EQ(stat.st_mode & 07777, 0700u);
  EXPECT_EQ(Authority::Open(Folder(), clock_)->public_key(), authority_.public_key());
}

}  // namespace
}  // namespace motzkin::coordinator
