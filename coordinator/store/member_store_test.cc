#include "coordinator/store/member_store.h"

#include <gmock/gmock.h>

#include "coordinator/store/testing/store_fixture.h"

namespace motzkin::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kSecret(32, 's');

class MemberStoreTest : public StoreFixture {
 protected:
  static NewMember Worker(const std::string& uuid, char key) {
    return {.key_sha256 = std::string(32, key),
            .identity = "worker " + uuid,
            .worker_uuid = uuid,
            .until = absl::FromUnixSeconds(4'000'000'000)};
  }
  static NewMember Person(char key) {
    return {.key_sha256 = std::string(32, key), .until = absl::FromUnixSeconds(4'000'000'000)};
  }
  void AddInvite(const std::string& identity, int uses, absl::Duration valid_for) {
    Must(members_.Invite(
        {.secret_sha256 = kSecret, .identity = identity, .uses = uses, .valid_for = valid_for}));
  }

  MemberStore members_{store()};
};

TEST_F(MemberStoreTest, ARevokedKeyIsRememberedUntilItIsApprovedAgain) {
  const std::string uuid = NewWorker();
  EXPECT_THAT(Must(members_.Approve(Worker(uuid, 'a'))), IsEmpty());
  EXPECT_THAT(Must(members_.Revoke("worker " + uuid)), ElementsAre(std::string(32, 'a')));
  EXPECT_THAT(Must(members_.Revoke("worker " + uuid)), IsEmpty());
  EXPECT_THAT(Must(members_.Revoked()), ElementsAre(std::string(32, 'a')));
  EXPECT_THAT(Must(members_.Approve(Worker(uuid, 'a'))), IsEmpty());
  EXPECT_THAT(Must(members_.Revoked()), IsEmpty());
}

TEST_F(MemberStoreTest, ThePageHasOnePasswordOrNone) {
  EXPECT_EQ(Must(members_.PagePassword()), "");
  ASSERT_TRUE(members_.SetPagePassword("$scrypt$one").ok());
  ASSERT_TRUE(members_.SetPagePassword("$scrypt$two").ok());
  EXPECT_EQ(Must(members_.PagePassword()), "$scrypt$two");
  EXPECT_FALSE(members_.SetPagePassword("in plain text").ok()) << "only hashes are kept";
  ASSERT_TRUE(members_.SetPagePassword("").ok());
  EXPECT_EQ(Must(members_.PagePassword()), "");
}

TEST_F(MemberStoreTest, AWorkerThatIsApprovedWithANewKeyHasOnlyThatOne) {
  const std::string uuid = NewWorker();
  Must(members_.Approve(Worker(uuid, 'a')));
  EXPECT_THAT(Must(members_.Approve(Worker(uuid, 'b'))), ElementsAre(std::string(32, 'a')));
  EXPECT_THAT(Must(members_.Revoked()), ElementsAre(std::string(32, 'a')));
}

TEST_F(MemberStoreTest, ARemovedWorkerComesBackOnlyByApproval) {
  const std::string uuid = NewWorker();
  ASSERT_TRUE(store().SetWorkerControl(uuid, WorkerControl::kRemoved).ok());
  EXPECT_EQ(members_.Sponsor(Worker(uuid, 'a')).status().code(),
            absl::StatusCode::kFailedPrecondition);
  AddInvite("", 1, absl::Hours(1));
  EXPECT_EQ(members_.Redeem(Worker(uuid, 'a'), kSecret).status().code(),
            absl::StatusCode::kFailedPrecondition);
  Must(members_.Approve(Worker(uuid, 'a')));
  EXPECT_EQ(Must(store().Workers()).front().control, WorkerControl::kRun);
}

TEST_F(MemberStoreTest, AnInviteServesAsOftenAsItSaysAndTheSameKeyAgain) {
  AddInvite("", 2, absl::Hours(1));
  const NewMember first = Worker("11111111-1111-4111-8111-111111111111", 'a');
  EXPECT_EQ(Must(members_.Redeem(first, kSecret)), first.identity);
  EXPECT_EQ(Must(members_.Redeem(first, kSecret)), first.identity);
  Must(members_.Redeem(Worker("22222222-2222-4222-8222-222222222222", 'b'), kSecret));
  EXPECT_EQ(
      members_.Redeem(Worker("33333333-3333-4333-8333-333333333333", 'c'), kSecret).status().code(),
      absl::StatusCode::kPermissionDenied);
}

TEST_F(MemberStoreTest, AnInviteDoesNotTakeTheIdentityOfAnotherWorker) {
  const std::string uuid = NewWorker();
  Must(members_.Approve(Worker(uuid, 'a')));
  AddInvite("", 1, absl::Hours(1));
  EXPECT_EQ(members_.Redeem(Worker(uuid, 'b'), kSecret).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(Must(members_.Revoked()), IsEmpty());
}

// A certificate counts as long as its key does, so the operator's would count again.
TEST_F(MemberStoreTest, AKeyServesOneIdentityOnlyAlsoAfterItWasRevoked) {
  AddInvite("operator anna", 1, absl::Hours(1));
  Must(members_.Redeem(Person('a'), kSecret));
  const std::string uuid = NewWorker();
  EXPECT_EQ(members_.Sponsor(Worker(uuid, 'a')).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Must(members_.Operators()).size(), 1u);
  Must(members_.Revoke("operator anna"));
  EXPECT_EQ(members_.Approve(Worker(uuid, 'a')).status().code(),
            absl::StatusCode::kInvalidArgument);
  const std::string workers_secret(32, 'w');
  Must(members_.Invite({.secret_sha256 = workers_secret, .valid_for = absl::Hours(1)}));
  EXPECT_EQ(members_.Redeem(Worker(uuid, 'a'), workers_secret).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Must(members_.Revoked()), ElementsAre(std::string(32, 'a')));
  Must(members_.Redeem(Worker(uuid, 'b'), workers_secret));
}

TEST_F(MemberStoreTest, SoManyWorkersMayComeByInvitesAndNoMore) {
  AddInvite("", 2, absl::Hours(1));
  Must(members_.Redeem(Worker(UuidOfWorker(1), 'a'), kSecret));
  Must(sql().Execute(
      "INSERT INTO motzkin.member (key_sha256, identity, invite_sha256, expire_time) "
      "SELECT sha256(n::text::bytea), 'worker made-up-' || n, sha256('x'), now() + interval '1 d' "
      "FROM generate_series(2, 10000) n"));
  EXPECT_TRUE(
      absl::IsResourceExhausted(members_.Redeem(Worker(UuidOfWorker(2), 'b'), kSecret).status()));
  EXPECT_TRUE(members_.Redeem(Worker(UuidOfWorker(1), 'a'), kSecret).ok()) << "asked again";
  EXPECT_TRUE(members_.Approve(Worker(UuidOfWorker(2), 'b')).ok()) << "its owner has seen it";
  Must(members_.Revoke("worker made-up-2"));
  EXPECT_TRUE(members_.Redeem(Worker(UuidOfWorker(3), 'c'), kSecret).ok());
}

TEST_F(MemberStoreTest, AWorkerThatIsForgottenIsStillAMemberUntilItIsRemoved) {
  const std::string uuid = NewWorker();
  AddInvite("", 2, absl::Hours(1));
  Must(members_.Redeem(Worker(uuid, 'a'), kSecret));
  EXPECT_THAT(Must(members_.ForgetWorkers({uuid})), ElementsAre(uuid));
  EXPECT_THAT(Must(members_.Revoked()), IsEmpty());
  EXPECT_THAT(Must(members_.Revoke("worker " + uuid)), ElementsAre(std::string(32, 'a')));
  EXPECT_EQ(members_.Redeem(Worker(uuid, 'b'), kSecret).status().code(),
            absl::StatusCode::kFailedPrecondition)
      << "nothing else remembers that it was removed";
  EXPECT_TRUE(members_.Approve(Worker(uuid, 'b')).ok());
}

TEST_F(MemberStoreTest, AnInviteEndsInTime) {
  AddInvite("operator anna", 1, absl::Seconds(-1));
  EXPECT_EQ(members_.Redeem(Person('a'), kSecret).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(members_.Redeem(Person('a'), std::string(32, 'x')).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(MemberStoreTest, AnInviteIsListedWhileItServesAndCanBeCancelled) {
  const std::string used(32, 'u'), old(32, 'o');
  Must(members_.Invite({.secret_sha256 = used, .uses = 1, .valid_for = absl::Hours(1)}));
  Must(members_.Redeem(Worker(NewWorker(), 'a'), used));
  Must(members_.Invite({.secret_sha256 = old, .uses = 1, .valid_for = absl::Seconds(-1)}));
  AddInvite("reader ben", 3, absl::Hours(1));
  const std::string id = MemberStore::InviteIdOf(kSecret);
  const std::vector<InviteRecord> open = Must(members_.OpenInvites());
  ASSERT_EQ(open.size(), 1);
  EXPECT_EQ(open[0].id, id);
  EXPECT_EQ(open[0].identity, "reader ben");
  EXPECT_EQ(open[0].uses_left, 3);
  for (const std::string& secret : {used, old}) {
    EXPECT_TRUE(absl::IsNotFound(members_.CancelInvite(MemberStore::InviteIdOf(secret)).status()));
  }
  EXPECT_EQ(Must(members_.CancelInvite(id)).identity, "reader ben");
  EXPECT_THAT(Must(members_.OpenInvites()), IsEmpty());
  EXPECT_TRUE(absl::IsPermissionDenied(members_.Redeem(Person('b'), kSecret).status()));
}

TEST_F(MemberStoreTest, SoManyInvitesMayBeOpenAndNoMore) {
  Must(sql().Execute(
      "INSERT INTO motzkin.invite SELECT sha256(n::text::bytea), NULL, 1, now() + interval '1 h' "
      "FROM generate_series(1, 1000) n"));
  const NewInvite more{.secret_sha256 = kSecret, .valid_for = absl::Hours(1)};
  EXPECT_TRUE(absl::IsResourceExhausted(members_.Invite(more).status()));
  Must(members_.CancelInvite(Must(members_.OpenInvites()).front().id));
  EXPECT_TRUE(members_.Invite(more).ok());
}

TEST_F(MemberStoreTest, AnInviteSaysWhoAPersonIs) {
  AddInvite("reader ben", 1, absl::Hours(1));
  EXPECT_EQ(Must(members_.Redeem(Person('a'), kSecret)), "reader ben");
  const auto operators = Must(members_.Operators());
  ASSERT_EQ(operators.size(), 1u);
  EXPECT_EQ(operators.front().identity, "reader ben");
  Must(members_.Revoke("reader ben"));
  EXPECT_THAT(Must(members_.Operators()), IsEmpty());
}

TEST_F(MemberStoreTest, AClosedLoginEndsItsSessionsAndNoOthers) {
  NewWorker(1);
  NewWorker(2);
  const Login closed = WorkerLogin(1);
  const std::unique_ptr<postgres::Connection> before = WorkerConnection(1),
                                              other = WorkerConnection(2);
  EXPECT_TRUE(members_.CloseWorkerLogin(UuidOfWorker(1)).ok());
  EXPECT_FALSE(before->Execute("SELECT 1").ok());
  EXPECT_TRUE(other->Execute("SELECT 1").ok());
  EXPECT_EQ(Number("SELECT count(*) FROM pg_roles WHERE rolname = '" + closed.role + "'"), 0);
  EXPECT_TRUE(members_.CloseWorkerLogin(UuidOfWorker(1)).ok()) << "once more";
  EXPECT_NE(WorkerLogin(1).password, closed.password) << "as it was approved again";
}

TEST_F(MemberStoreTest, ALoginWhoseRoleMustStayIsClosedAllTheSame) {
  const std::unique_ptr<postgres::Connection> worker = WorkerConnection();
  // Postgres lets a role grant on what it will make, in every database.
  const auto elsewhere = test::MustConnect(test::MiniPostgres::Shared().As(
      test::MiniPostgres::Shared().NewDatabase(), WorkerLogin().role, WorkerLogin().password));
  Must(elsewhere->Execute("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC"));
  EXPECT_TRUE(members_.CloseWorkerLogin(UuidOfWorker(1)).ok());
  EXPECT_FALSE(worker->Execute("SELECT 1").ok());
  EXPECT_TRUE(WorkerConnection()->Execute("SELECT 1").ok()) << "as it was approved again";
}

TEST_F(MemberStoreTest, ARemovedWorkerHasNoLogin) {
  const std::string worker = NewWorker();
  ASSERT_TRUE(store().SetWorkerControl(worker, WorkerControl::kRemoved).ok());
  EXPECT_FALSE(Must(members_.OpenWorkerLogin(worker)).has_value());
}

}  // namespace
}  // namespace motzkin::coordinator
