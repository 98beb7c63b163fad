#include "common/joining/coordinator_access.h"

#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "common/identity/certificate.h"
#include "common/identity/join_code.h"
#include "motzkin/v1/join_service.grpc.pb.h"
#include "tests/support/temporary_directory.h"

namespace motzkin::joining {
namespace {

using ::testing::SizeIs;

constexpr char kUuid[] = "7d444840-9dc0-41d1-b245-5ffdce74fad2";
constexpr char kSecret[] = "0123456789abcdef0123456789abcdef";

// A coordinator with a key of its own, at a port that it chooses or is given.
class FakeCoordinator final : public v1::JoinService::Service {
 public:
  explicit FakeCoordinator(int port = 0) {
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({key_.Pem(), IssueToSelf(key_, absl::Now())});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port),
                             grpc::SslServerCredentials(options), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeCoordinator() override { server_->Shutdown(std::chrono::system_clock::now()); }

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string Invite() const {
    return identity::FingerprintOf(key_.PublicKey()) + "." + std::string(kSecret);
  }

  // Whether a worker that waits is approved.
  bool approves = false;
  // How many answers of Redeem() are lost from now on.
  int lost = 0;
  std::vector<std::string> redeemed_keys;

 private:
  grpc::Status Hello(grpc::ServerContext*, const v1::HelloRequest*, v1::HelloResponse*) override {
    return grpc::Status::OK;
  }
  grpc::Status Join(grpc::ServerContext*, const v1::JoinRequest* request,
                    v1::JoinResponse* response) override {
    response->set_coordinator_nonce(std::string(identity::kNonceBytes, 'n'));
    if (approves && request->has_applicant()) {
      response->set_certificate(CertificateFor(request->applicant()));
    }
    return grpc::Status::OK;
  }
  grpc::Status Redeem(grpc::ServerContext*, const v1::RedeemRequest* request,
                      v1::RedeemResponse* response) override {
    redeemed_keys.push_back(request->applicant().public_key());
    if (lost-- > 0) return {grpc::StatusCode::UNAVAILABLE, "lost"};
    response->set_certificate(CertificateFor(request->applicant()));
    return grpc::Status::OK;
  }
  std::string CertificateFor(const v1::Applicant& applicant) const {
    return identity::Issue(key_, {.role = identity::Role::kWorker, .name = kUuid},
                           applicant.public_key(), absl::Now() - absl::Hours(1),
                           absl::Now() + absl::Hours(1));
  }

  const identity::PrivateKey key_ = identity::PrivateKey::New();
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

AccessOptions Worker(const std::string& address) {
  return {.address = address, .worker_uuid = kUuid, .worker_name = "pi"};
}

TEST(CoordinatorAccessTest, AWaitingWorkerIsLetInByTheCoordinatorWhoseCodeItShows) {
  FakeCoordinator coordinator;
  CoordinatorAccess access(Worker(coordinator.address()));
  const absl::StatusOr<std::string> code = access.Join();
  ASSERT_TRUE(code.ok()) << code.status();
  EXPECT_THAT(*code, SizeIs(6));
  coordinator.approves = true;
  EXPECT_EQ(access.Join().value_or("no"), "");
  EXPECT_TRUE(access.Ready());
}

TEST(CoordinatorAccessTest, AWaitingWorkerFollowsNoOtherKeyAfterTheCoordinatorWasAway) {
  auto coordinator = std::make_unique<FakeCoordinator>();
  const int port = coordinator->port();
  CoordinatorAccess access(Worker(coordinator->address()));
  EXPECT_NE(access.Join().value_or(""), "") << "it waits with a code";
  coordinator.reset();
  EXPECT_FALSE(access.Join().ok());
  FakeCoordinator other(port);
  other.approves = true;
  // Refused, and not remembered as the right one by being refused.
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(access.Join().status().code(), absl::StatusCode::kPermissionDenied);
    EXPECT_FALSE(access.Ready());
  }
}

TEST(CoordinatorAccessTest, AnInviteWhoseAnswerIsLostIsRedeemedAgainWithTheSameKey) {
  FakeCoordinator coordinator;
  AccessOptions options = Worker(coordinator.address());
  options.invite = coordinator.Invite();
  CoordinatorAccess access(options);
  coordinator.lost = 1;
  EXPECT_FALSE(access.Join().ok());
  EXPECT_EQ(access.Join().value_or("no"), "");
  EXPECT_TRUE(access.Ready());
  ASSERT_THAT(coordinator.redeemed_keys, SizeIs(2));
  EXPECT_EQ(coordinator.redeemed_keys[0], coordinator.redeemed_keys[1]);
}

AccessOptions InvitedWorker(FakeCoordinator& coordinator,
                            const test::TemporaryDirectory& directory) {
  AccessOptions options = Worker(coordinator.address());
  options.file = directory.path() / "identity.pem";
  options.invite = coordinator.Invite();
  return options;
}

TEST(CoordinatorAccessTest, AProgramThatIsStartedAgainRedeemsItsInviteWithTheSameKey) {
  const test::TemporaryDirectory directory;
  FakeCoordinator coordinator;
  AccessOptions options = InvitedWorker(coordinator, directory);
  coordinator.lost = 1;
  EXPECT_FALSE(CoordinatorAccess(options).Join().ok());
  const std::filesystem::path kept = directory.path() / "identity.pem.joining";
  EXPECT_EQ(std::filesystem::status(kept).permissions(), std::filesystem::perms(0600));
  EXPECT_EQ(CoordinatorAccess(options).Join().value_or("no"), "");
  ASSERT_THAT(coordinator.redeemed_keys, SizeIs(2));
  EXPECT_EQ(coordinator.redeemed_keys[0], coordinator.redeemed_keys[1]);
  EXPECT_FALSE(std::filesystem::exists(kept)) << "the membership has the key now";
}

TEST(CoordinatorAccessTest, AnotherInviteGetsAnotherKey) {
  const test::TemporaryDirectory directory;
  FakeCoordinator coordinator;
  AccessOptions options = InvitedWorker(coordinator, directory);
  coordinator.lost = 1;
  EXPECT_FALSE(CoordinatorAccess(options).Join().ok());
  options.invite.back() = '0';
  EXPECT_EQ(CoordinatorAccess(options).Join().value_or("no"), "");
  ASSERT_THAT(coordinator.redeemed_keys, SizeIs(2));
  EXPECT_NE(coordinator.redeemed_keys[0], coordinator.redeemed_keys[1]);
}

}  // namespace
}  // namespace motzkin::joining
