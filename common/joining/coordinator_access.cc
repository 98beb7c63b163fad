#include "common/joining/coordinator_access.h"

#include <absl/strings/escaping.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <fmt/format.h>
#include <grpcpp/security/credentials.h>

#include <system_error>
#include <utility>

#include "common/base/sha256.h"
#include "common/base/status_macros.h"
#include "common/identity/invite.h"
#include "common/identity/join_code.h"
#include "common/identity/private_file.h"
#include "common/joining/connection_problem.h"
#include "common/joining/join_calls.h"

namespace motzkin::joining {
namespace {

using identity::Membership;
using identity::PrivateKey;

identity::Opening OpeningOf(const v1::JoinRequest& request) {
  return {.public_key = request.applicant().public_key(),
          .worker_uuid = request.applicant().worker_uuid(),
          .worker_name = request.applicant().worker_name(),
          .nonce = request.nonce()};
}

// Keeps the key of an invite that is being redeemed, below a line that says of which.
std::filesystem::path RedeemingFile(const std::filesystem::path& membership) {
  return membership.string() + ".joining";
}

// The secret itself is on no disk.
std::string InviteHash(const std::string& secret) { return absl::BytesToHexString(Sha256(secret)); }

}  // namespace

absl::Status CoordinatorAccess::Open() {
  if (options_.insecure || options_.file.empty()) return absl::OkStatus();
  absl::StatusOr<Membership> read = identity::ReadMembership(options_.file);
  // A missing file is not an error: this program has not joined yet.
  if (absl::IsNotFound(read.status())) return absl::OkStatus();
  RETURN_IF_ERROR(read.status());
  const absl::MutexLock lock(&mutex_);
  member_ = *std::move(read);
  // Channels that were made before this have the old membership; their owners compare generations.
  ++generation_;
  return absl::OkStatus();
}

bool CoordinatorAccess::Ready() const {
  const absl::MutexLock lock(&mutex_);
  return options_.insecure || member_.has_value();
}

uint64_t CoordinatorAccess::generation() const {
  const absl::MutexLock lock(&mutex_);
  return generation_;
}

std::shared_ptr<grpc::ChannelCredentials> CoordinatorAccess::Credentials() const {
  if (options_.insecure) return grpc::InsecureChannelCredentials();
  const absl::MutexLock lock(&mutex_);
  // A new object for each channel. Accept() of an older channel, which may still be reconnecting,
  // must not overwrite what the newest one saw.
  coordinator_ = std::make_shared<CoordinatorKey>(
      member_.has_value() ? identity::FingerprintOf(member_->coordinator_key) : "");
  return TlsCredentials(coordinator_, member_.has_value() ? &*member_ : nullptr);
}

std::string CoordinatorAccess::Advice() const {
  if (!Ready() || options_.insecure || options_.file.empty()) return "";
  return absl::StrCat(". If that is right, delete ", options_.file.string(),
                      " to join the cluster again");
}

std::string CoordinatorAccess::Mismatch() const {
  const absl::MutexLock lock(&mutex_);
  if (!coordinator_->refused()) return "";
  if (!member_.has_value()) {
    const bool invited = !options_.invite.empty() || !options_.invite_file.empty();
    return absl::StrCat("the coordinator at ", options_.address, " is not the one ",
                        invited ? "that issued the invite" : "whose code this worker shows",
                        ": its key has the fingerprint ", coordinator_->fingerprint());
  }
  return absl::StrCat(
      AnotherCoordinator(options_.address, coordinator_->fingerprint(), coordinator_->expected()),
      ". ", CureOfAnotherCoordinator(options_.file.string()));
}

absl::Status CoordinatorAccess::Explained(const absl::Status& status) const {
  const std::string mismatch = Mismatch();
  return mismatch.empty() ? status : absl::PermissionDeniedError(mismatch);
}

absl::StatusOr<std::string> CoordinatorAccess::Join() {
  if (Ready()) return "";
  // A waiting worker goes on with the conversation whose code its screen shows. Beginning anew
  // would change the code while its owner types it.
  absl::StatusOr<std::string> code = waiting_.has_value() ? AskAgain() : JoinAsStranger();
  if (!code.ok()) return Explained(code.status());
  return code;
}

absl::StatusOr<std::string> CoordinatorAccess::JoinAsStranger() {
  std::string fingerprint, secret;
  std::string text = options_.invite;
  if (text.empty() && !options_.invite_file.empty()) {
    // The coordinator may just be about to write it.
    ASSIGN_OR_RETURN(text, identity::ReadSecretFile(options_.invite_file));
  }
  if (!text.empty()) {
    ASSIGN_OR_RETURN(identity::Invite invite, identity::ReadInvite(text));
    fingerprint = std::move(invite.fingerprint);
    secret = std::move(invite.secret);
  }
  // Without an invite any key is accepted here, and this is safe only as nothing secret is sent
  // before a person compares codes (or JoinLocally() finds the key in a file of this user's).
  const auto coordinator = std::make_shared<CoordinatorKey>(fingerprint);
  {
    const absl::MutexLock lock(&mutex_);
    coordinator_ = coordinator;
  }
  const auto channel = NewChannel(options_.address, TlsCredentials(coordinator, nullptr));
  ASSIGN_OR_RETURN(const v1::HelloResponse hello, Hello(channel));
  // NOT_FOUND stands for "there is no such way to join", also when the coordinator or the file does
  // not help. The last way is then the code.
  absl::Status joined = absl::NotFoundError("");
  if (!secret.empty()) {
    joined = RedeemWith(coordinator, nullptr, secret);
  } else if (!hello.local_identity().empty()) {
    joined = JoinLocally(hello.local_identity());
  }
  if (joined.ok()) return "";
  // A worker that was removed has to be approved, also if it has an invite or is on this machine, and
  // so has one that comes with a new key.
  const bool to_be_approved = !options_.worker_uuid.empty() &&
                              (absl::IsFailedPrecondition(joined) || absl::IsAlreadyExists(joined));
  if (!absl::IsNotFound(joined) && !to_be_approved) return joined;
  if (options_.worker_uuid.empty()) {
    return absl::UnauthenticatedError(fmt::format(
        "the coordinator at {} does not know this user. Where it runs, its own user or root "
        "makes an invite: motzkin invite --operator NAME. Then type here: motzkin "
        "--coordinator {} join INVITE",
        options_.address, options_.address));
  }
  return BeginToWait();
}

absl::Status CoordinatorAccess::JoinLocally(const std::string& local_identity) {
  absl::StatusOr<Membership> local = identity::ReadMembership(local_identity);
  // Another user may not read it, and the file of another coordinator, which a peer may name, does not
  // count.
  if (!local.ok()) return absl::NotFoundError(local.status().message());
  const auto coordinator =
      std::make_shared<CoordinatorKey>(identity::FingerprintOf(local->coordinator_key));
  {
    const absl::MutexLock lock(&mutex_);
    // The path came over a connection to a coordinator that is not yet known. The file decides: it
    // holds the key that the right coordinator has, and the next connection insists on that key.
    if (coordinator_->fingerprint() != coordinator->expected()) {
      return absl::NotFoundError("that identity is of another coordinator");
    }
    if (options_.worker_uuid.empty()) {
      member_ = *std::move(local);
      ++generation_;
      return absl::OkStatus();
    }
  }
  return RedeemWith(coordinator, &*local, "");
}

// The answer may be lost after the invite was used for a key. The coordinator then lets in only the
// same key again, so a program that is started again must have it.
absl::StatusOr<PrivateKey> CoordinatorAccess::RedeemingKey(const std::string& secret) {
  if (redeeming_.has_value()) return *redeeming_;
  const bool kept = !secret.empty() && !options_.file.empty();
  // A key of another invite is not used: it may have become another member's.
  const std::string first_line = absl::StrCat("invite ", InviteHash(secret), "\n");
  if (kept) {
    const absl::StatusOr<std::string> text = identity::ReadSecretFile(RedeemingFile(options_.file));
    if (text.ok() && absl::StartsWith(*text, first_line)) {
      const absl::StatusOr<PrivateKey> key = PrivateKey::FromPem(text->substr(first_line.size()));
      if (key.ok()) redeeming_ = *key;
    }
  }
  if (redeeming_.has_value()) return *redeeming_;
  PrivateKey key = PrivateKey::New();
  if (kept) {
    RETURN_IF_ERROR(identity::WriteSecretFile(RedeemingFile(options_.file),
                                              absl::StrCat(first_line, key.Pem())));
  }
  redeeming_ = key;
  return key;
}

void CoordinatorAccess::ForgetRedeemingKey() {
  redeeming_.reset();
  std::error_code ignored;
  if (!options_.file.empty()) std::filesystem::remove(RedeemingFile(options_.file), ignored);
}

absl::Status CoordinatorAccess::RedeemWith(const std::shared_ptr<CoordinatorKey>& coordinator,
                                           const Membership* sponsor, const std::string& secret) {
  ASSIGN_OR_RETURN(const PrivateKey key, RedeemingKey(secret));
  v1::RedeemRequest request;
  *request.mutable_applicant() = ApplicantWith(key);
  request.set_secret(secret);
  const auto channel = NewChannel(options_.address, TlsCredentials(coordinator, sponsor));
  const absl::StatusOr<v1::RedeemResponse> response = Redeem(channel, request);
  if (absl::IsPermissionDenied(response.status())) ForgetRedeemingKey();
  RETURN_IF_ERROR(response.status());
  // The membership is written before its key is forgotten: one of the two is always on disk.
  RETURN_IF_ERROR(Become(key, response->certificate(), coordinator->certificate()));
  ForgetRedeemingKey();
  return absl::OkStatus();
}

absl::StatusOr<std::string> CoordinatorAccess::BeginToWait() {
  PrivateKey key = PrivateKey::New();
  v1::JoinRequest opening;
  *opening.mutable_applicant() = ApplicantWith(key);
  opening.set_nonce(identity::RandomBytes(identity::kNonceBytes));
  opening.set_commitment(identity::CommitmentTo(OpeningOf(opening)));
  // The coordinator learns the commitment alone and must answer with its nonce before it sees the
  // key. With both in one message, a third party could choose its own part to match the code.
  v1::JoinRequest commitment;
  commitment.set_commitment(opening.commitment());
  // The key comes from the connection, never from the answer: a third party can copy the answer.
  std::string coordinator;
  {
    const absl::MutexLock lock(&mutex_);
    coordinator = coordinator_->certificate();
  }
  ASSIGN_OR_RETURN(const std::string coordinator_key, identity::PublicKeyOf(coordinator));
  std::string fingerprint = identity::FingerprintOf(coordinator_key);
  const auto channel = NewChannel(options_.address, StrangersCredentials(fingerprint));
  ASSIGN_OR_RETURN(const v1::JoinResponse answer, joining::Join(channel, commitment));
  if (answer.coordinator_nonce().size() != identity::kNonceBytes) {
    return absl::UnavailableError("the coordinator's answer makes no sense");
  }
  std::string code =
      identity::JoinCode(coordinator_key, answer.coordinator_nonce(), OpeningOf(opening));
  waiting_ = {.key = std::move(key),
              .opening = std::move(opening),
              .code = std::move(code),
              .coordinator = std::move(coordinator),
              .fingerprint = std::move(fingerprint)};
  return AskAgain();
}

absl::StatusOr<std::string> CoordinatorAccess::AskAgain() {
  const auto channel = NewChannel(options_.address, StrangersCredentials(waiting_->fingerprint));
  const absl::StatusOr<v1::JoinResponse> answer = joining::Join(channel, waiting_->opening);
  if (absl::IsNotFound(answer.status())) {
    waiting_.reset();
    return BeginToWait();
  }
  RETURN_IF_ERROR(answer.status());
  if (answer->certificate().empty()) return waiting_->code;
  const Waiting approved = *std::exchange(waiting_, std::nullopt);
  RETURN_IF_ERROR(Become(approved.key, answer->certificate(), approved.coordinator));
  return "";
}

// The code is made from the key that the coordinator showed first, so no other may follow. The
// caller has kept its fingerprint: coordinator_ knows only what the last connection showed, which is
// nothing while the coordinator is away, and the wrong key once another has answered.
std::shared_ptr<grpc::ChannelCredentials> CoordinatorAccess::StrangersCredentials(
    const std::string& fingerprint) const {
  const absl::MutexLock lock(&mutex_);
  coordinator_ = std::make_shared<CoordinatorKey>(fingerprint);
  return TlsCredentials(coordinator_, nullptr);
}

v1::Applicant CoordinatorAccess::ApplicantWith(const PrivateKey& key) const {
  v1::Applicant applicant;
  applicant.set_public_key(key.PublicKey());
  applicant.set_worker_uuid(options_.worker_uuid);
  applicant.set_worker_name(options_.worker_name);
  return applicant;
}

absl::Status CoordinatorAccess::Become(const PrivateKey& key, const std::string& certificate,
                                       const std::string& coordinator) {
  // MakeMembership() checks that the coordinator of this connection signed the certificate for our
  // key. Only then does the file replace an older membership.
  ASSIGN_OR_RETURN(Membership member, identity::MakeMembership(key, certificate, coordinator));
  if (!options_.file.empty()) RETURN_IF_ERROR(identity::WriteMembership(options_.file, member));
  const absl::MutexLock lock(&mutex_);
  member_ = std::move(member);
  ++generation_;
  return absl::OkStatus();
}

void CoordinatorAccess::Forget() {
  if (options_.insecure) return;
  // The file goes first. If this program ends in between, it begins as a stranger, which is
  // harmless; a membership in the file would bring it back to the coordinator that refuses it.
  waiting_.reset();
  std::error_code ignored;
  if (!options_.file.empty()) std::filesystem::remove(options_.file, ignored);
  const absl::MutexLock lock(&mutex_);
  member_.reset();
  ++generation_;
}

absl::Status CoordinatorAccess::Renew(const std::string& certificate) {
  std::optional<Membership> member;
  // A copy, as Become() writes to disk and takes the lock again.
  {
    const absl::MutexLock lock(&mutex_);
    member = member_;
  }
  if (!member.has_value()) return absl::InvalidArgumentError("there is nothing to renew");
  if (member->certificate == certificate) return absl::OkStatus();
  return Become(member->key, certificate, member->coordinator);
}

}  // namespace motzkin::joining
