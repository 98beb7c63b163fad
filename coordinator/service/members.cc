#include "coordinator/service/members.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include "common/base/sha256.h"
#include "common/base/status_macros.h"
#include "common/identity/join_code.h"
#include "coordinator/service/operator_service.h"

namespace motzkin::coordinator {
namespace {

constexpr size_t kSecretBytes = 16;

using identity::Identity;
using identity::Role;

// Returns what the store keeps of an applicant; `authority` says until when.
NewMember MemberOf(const v1::Applicant& applicant, const Authority& authority) {
  NewMember member{.key_sha256 = Sha256(applicant.public_key()), .until = authority.Until()};
  if (applicant.worker_uuid().empty()) return member;
  member.identity = identity::ToText({.role = Role::kWorker, .name = applicant.worker_uuid()});
  member.worker_uuid = applicant.worker_uuid();
  return member;
}

}  // namespace

Members::Members(Store& store, SchedulerLoop& loop, const Authority& authority,
                 Gatekeeper& gatekeeper, const Clock& clock)
    : store_(store),
      loop_(loop),
      authority_(authority),
      gatekeeper_(gatekeeper),
      clock_(clock),
      waiting_(authority.public_key()) {}

absl::Status Members::Start() {
  ASSIGN_OR_RETURN(const std::vector<std::string> revoked, store_.Revoked());
  gatekeeper_.Revoke(revoked);
  return absl::OkStatus();
}

std::string Members::Issue(const Identity& identity, const std::string& public_key,
                           const std::vector<std::string>& replaced) {
  // The old keys are refused before a certificate for the new one exists: at no time do two count.
  gatekeeper_.Revoke(replaced);
  gatekeeper_.Admit(Sha256(public_key));
  if (!replaced.empty()) {
    loop_.Disconnect(identity.name, absl::PermissionDeniedError("this worker has a new key"));
  }
  return authority_.Issue(identity, public_key);
}

absl::StatusOr<std::string> Members::Approve(const WaitingWorker& worker) {
  v1::Applicant applicant;
  applicant.set_public_key(worker.public_key);
  applicant.set_worker_uuid(worker.uuid);
  ASSIGN_OR_RETURN(const std::vector<std::string> replaced,
                   store_.Approve(MemberOf(applicant, authority_)));
  std::string certificate =
      Issue({.role = Role::kWorker, .name = worker.uuid}, worker.public_key, replaced);
  // The worker may have been removed before. Approve() has readmitted it in the store, and the
  // scheduler learns of that here.
  loop_.TellControl(worker.uuid, WorkerControl::kRun);
  waiting_.Grant(worker.public_key, certificate);
  return certificate;
}

// The store decides within one transaction whether the worker was removed. Nothing here may look
// before that and decide by what it saw.
absl::StatusOr<std::string> Members::Sponsor(const v1::Applicant& applicant) {
  ASSIGN_OR_RETURN(const std::vector<std::string> replaced,
                   store_.Sponsor(MemberOf(applicant, authority_)));
  return Issue({.role = Role::kWorker, .name = applicant.worker_uuid()}, applicant.public_key(),
               replaced);
}

absl::StatusOr<std::string> Members::Redeem(const v1::Applicant& applicant,
                                            const std::string& secret) {
  ASSIGN_OR_RETURN(const std::string text,
                   store_.Redeem(MemberOf(applicant, authority_), Sha256(secret)));
  const std::optional<Identity> identity = identity::FromText(text);
  if (!identity.has_value()) return absl::InternalError("the store knows a member without a role");
  RecordEvent(absl::StrCat(text, " joined by an invite"));
  // No key is replaced: an operator may have one on each of his machines, and the store refuses a
  // worker that is known by another key.
  return Issue(*identity, applicant.public_key(), {});
}

absl::Status Members::ApproveCode(const v1::ApproveWorkerRequest& request,
                                  const std::string& approver,
                                  v1::ApproveWorkerResponse& response) {
  const auto code = identity::ReadJoinCode(request.code());
  if (!code.has_value()) {
    return absl::InvalidArgumentError("code must be six digits and letters, such as K7Q4MD");
  }
  ASSIGN_OR_RETURN(const WaitingWorker worker, waiting_.Find(*code, Now()));
  RETURN_IF_ERROR(Approve(worker).status());
  RecordEvent(absl::StrCat("worker ", worker.name, " (", worker.uuid, ") at ", worker.source,
                           " approved by ", approver));
  response.set_worker_uuid(worker.uuid);
  response.set_worker_name(worker.name);
  return absl::OkStatus();
}

absl::StatusOr<NewlyInvited> Members::Invite(NewInvite invite) {
  // Only the hash is kept: the database, its backups and its readers do not have the secret.
  const std::string secret = absl::BytesToHexString(identity::RandomBytes(kSecretBytes));
  invite.secret_sha256 = Sha256(secret);
  ASSIGN_OR_RETURN(const absl::Time until, store_.Invite(invite));
  return NewlyInvited{
      .text = absl::StrCat(identity::FingerprintOf(authority_.public_key()), ".", secret),
      .id = MemberStore::InviteIdOf(invite.secret_sha256),
      .until = until};
}

absl::StatusOr<size_t> Members::Revoke(const Identity& identity) {
  // The store first. If it fails, the certificates still count and the caller is told so; the
  // opposite order would refuse them only until the next start.
  ASSIGN_OR_RETURN(const std::vector<std::string> keys, store_.Revoke(identity::ToText(identity)));
  gatekeeper_.Revoke(keys);
  return keys.size();
}

std::vector<v1::Worker> WaitingWorkers(Members& members) {
  std::vector<v1::Worker> workers;
  for (const WaitingWorker& waiting : members.waiting().Waiting(members.Now())) {
    v1::Worker& worker = workers.emplace_back();
    worker.set_uuid(waiting.uuid);
    worker.set_name(waiting.name);
    worker.set_state(kWaitingForApproval);
    worker.set_join_code(waiting.code);
    worker.set_reason(absl::StrCat("it should show the code ", waiting.code,
                                   " on its own screen; if it does, type: motzkin approve ",
                                   waiting.code));
    worker.set_seconds_since_seen(absl::ToDoubleSeconds(waiting.waited));
  }
  return workers;
}

}  // namespace motzkin::coordinator
