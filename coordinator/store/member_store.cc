#include "coordinator/store/member_store.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include "common/base/status_macros.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {
namespace {

using postgres::Params;
using postgres::Row;
using postgres::Rows;

// Each worker that goes has all leases looked through, for the foreign key.
constexpr int64_t kForgottenMax = 100;

std::vector<std::string> KeysOf(const Rows& rows) {
  return rows.Map([](const Row& row) { return row.Bytes("key_sha256"); });
}

absl::Status CheckNotRemoved(Statements& statements, const std::string& worker_uuid) {
  ASSIGN_OR_RETURN(const Rows found,
                   statements.Run(queries::kRemovedWorker, Params().Text(worker_uuid)));
  if (!found.front().Bool("removed")) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("worker ", worker_uuid, " was removed: it has to be approved"));
}

InviteRecord InviteOf(const Row& row) {
  return {.id = row.Text("id"),
          .identity = row.Text("identity"),
          .uses_left = static_cast<int32_t>(row.Int("uses_left")),
          .until = TimeOf(row.Int("expire_us"))};
}

// `secret_sha256` is empty if no invite brings the member in.
absl::Status Admit(Statements& statements, const NewMember& member, const std::string& identity,
                   const std::string& secret_sha256) {
  Params params = Params().Bytes(member.key_sha256).Text(identity);
  if (secret_sha256.empty()) {
    params.Null();
  } else {
    params.Bytes(secret_sha256);
  }
  ASSIGN_OR_RETURN(const Rows admitted,
                   statements.Run(queries::kAdmitMember, params.Time(member.until)));
  if (!admitted.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("this key belongs to another member: join with a new one");
}

// Returns the keys that counted before. It is read and revoked in one transaction, so that no key
// is left out of both lists.
absl::StatusOr<std::vector<std::string>> Replace(Statements& statements, const NewMember& member) {
  ASSIGN_OR_RETURN(
      const Rows others,
      statements.Run(queries::kOtherKeys, Params().Text(member.identity).Bytes(member.key_sha256)));
  RETURN_IF_ERROR(statements.Do(queries::kRevokeIdentity, Params().Text(member.identity)));
  RETURN_IF_ERROR(Admit(statements, member, member.identity, ""));
  return KeysOf(others);
}

// An invite brings new machines in, and changes nothing about those that are known. A copied state
// directory would otherwise take the place of the worker that it was copied from.
absl::Status CheckInvited(Statements& statements, const NewMember& member) {
  if (member.worker_uuid.empty()) {
    return absl::InvalidArgumentError("the invite is one for workers: worker --invite INVITE");
  }
  RETURN_IF_ERROR(CheckNotRemoved(statements, member.worker_uuid));
  // Keys are kept also of workers that are forgotten, so that these may come back and can be removed.
  ASSIGN_OR_RETURN(const Rows counted, statements.Run(queries::kInvitedWorkers,
                                                      Params().Int(MemberStore::kInvitedMax)));
  if (counted.front().Int("workers") >= MemberStore::kInvitedMax) {
    return absl::ResourceExhaustedError(absl::StrCat(
        MemberStore::kInvitedMax,
        " workers have come by invites: this one can come by a code alone (join without "
        "an invite)"));
  }
  ASSIGN_OR_RETURN(
      const Rows others,
      statements.Run(queries::kOtherKeys, Params().Text(member.identity).Bytes(member.key_sha256)));
  if (others.empty()) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat("worker ", member.worker_uuid,
                   " is a member with another key: remove it first, or join without an invite"));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> MemberStore::Revoked() {
  ASSIGN_OR_RETURN(const Rows rows, store_.impl_->session->Select(queries::kRevokedMembers));
  return KeysOf(rows);
}

absl::StatusOr<std::vector<MemberRecord>> MemberStore::Operators() {
  ASSIGN_OR_RETURN(const Rows rows, store_.impl_->session->Select(queries::kOperators));
  return rows.Map([](const Row& row) {
    return MemberRecord{.identity = row.Text("identity"),
                        .joined = TimeOf(row.Int("join_us")),
                        .until = TimeOf(row.Int("expire_us"))};
  });
}

absl::StatusOr<absl::Time> MemberStore::Invite(const NewInvite& invite) {
  const Params params = Params()
                            .Bytes(invite.secret_sha256)
                            .Text(invite.identity)
                            .Int(invite.uses)
                            .Real(absl::ToDoubleSeconds(invite.valid_for))
                            .Int(kInvitesMax);
  absl::Time until;
  RETURN_IF_ERROR(store_.impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows added, statements.Run(queries::kAddInvite, params));
    if (added.empty()) {
      return absl::ResourceExhaustedError(
          absl::StrCat(kInvitesMax, " invites are open: cancel some (motzkin invite --list)"));
    }
    until = TimeOf(added.front().Int("expire_us"));
    return absl::OkStatus();
  }));
  return until;
}

std::string MemberStore::InviteIdOf(const std::string& secret_sha256) {
  return absl::BytesToHexString(secret_sha256).substr(0, 12);
}

absl::StatusOr<std::vector<InviteRecord>> MemberStore::OpenInvites() {
  ASSIGN_OR_RETURN(const Rows rows, store_.impl_->session->Select(queries::kOpenInvites));
  return rows.Map(InviteOf);
}

absl::StatusOr<InviteRecord> MemberStore::CancelInvite(const std::string& id) {
  InviteRecord cancelled;
  RETURN_IF_ERROR(store_.impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows rows, statements.Run(queries::kCancelInvite, Params().Text(id)));
    if (rows.empty()) {
      return absl::NotFoundError(
          absl::StrCat("no invite ", id, " that may still be used (motzkin invite --list)"));
    }
    cancelled = InviteOf(rows.front());
    return absl::OkStatus();
  }));
  return cancelled;
}

absl::StatusOr<std::vector<std::string>> MemberStore::Approve(const NewMember& member) {
  std::vector<std::string> replaced;
  RETURN_IF_ERROR(store_.impl_->session->Write([&](Statements& statements) -> absl::Status {
    // One transaction does both: no worker may count as removed while its new key counts, or have
    // no key although it is readmitted.
    RETURN_IF_ERROR(statements.Do(queries::kReadmitWorker, Params().Text(member.worker_uuid)));
    ASSIGN_OR_RETURN(replaced, Replace(statements, member));
    return absl::OkStatus();
  }));
  return replaced;
}

absl::StatusOr<std::vector<std::string>> MemberStore::Sponsor(const NewMember& member) {
  std::vector<std::string> replaced;
  RETURN_IF_ERROR(store_.impl_->session->Write([&](Statements& statements) -> absl::Status {
    RETURN_IF_ERROR(CheckNotRemoved(statements, member.worker_uuid));
    ASSIGN_OR_RETURN(replaced, Replace(statements, member));
    return absl::OkStatus();
  }));
  return replaced;
}

absl::StatusOr<std::string> MemberStore::Redeem(const NewMember& member,
                                                const std::string& secret_sha256) {
  std::string identity;
  RETURN_IF_ERROR(store_.impl_->session->Write([&](Statements& statements) -> absl::Status {
    // A repeated call whose first answer was lost: it does not use the invite twice.
    ASSIGN_OR_RETURN(const Rows before,
                     statements.Run(queries::kRedeemedMember,
                                    Params().Bytes(member.key_sha256).Bytes(secret_sha256)));
    if (!before.empty()) {
      identity = before.front().Text("identity");
      return absl::OkStatus();
    }
    // kUseInvite counts the use and reads the invite in one statement. Two calls for the last use
    // wait for each other there, and one gets no row.
    ASSIGN_OR_RETURN(const Rows used,
                     statements.Run(queries::kUseInvite, Params().Bytes(secret_sha256)));
    if (used.empty()) {
      return absl::PermissionDeniedError(
          "the invite is not good: it is used up, too old, or of another coordinator. `motzkin "
          "invite` makes a new one");
    }
    identity = used.front().Text("identity");
    if (identity.empty()) {
      RETURN_IF_ERROR(CheckInvited(statements, member));
      identity = member.identity;
      // An error after this point rolls the use back as well.
    }
    return Admit(statements, member, identity, secret_sha256);
  }));
  return identity;
}

absl::StatusOr<std::vector<std::string>> MemberStore::Revoke(const std::string& identity) {
  std::vector<std::string> keys;
  RETURN_IF_ERROR(store_.impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows revoked,
                     statements.Run(queries::kRevokeIdentity, Params().Text(identity)));
    keys = KeysOf(revoked);
    return absl::OkStatus();
  }));
  return keys;
}

absl::StatusOr<std::optional<Login>> MemberStore::OpenWorkerLogin(const std::string& worker_uuid) {
  std::optional<Login> login;
  RETURN_IF_ERROR(store_.impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows opened,
                     statements.Run(queries::kOpenWorkerLogin, Params().Text(worker_uuid)));
    for (const Row row : opened)
      login = {.role = row.Text("role"), .password = row.Text("password")};
    return absl::OkStatus();
  }));
  return login;
}

absl::StatusOr<std::vector<WorkerId>> MemberStore::DueWorkers() {
  ASSIGN_OR_RETURN(const Rows rows, store_.impl_->session->Select(queries::kDueWorkers));
  return rows.Map([](const Row& row) { return row.Text("uuid"); });
}

absl::StatusOr<std::string> MemberStore::PagePassword() {
  ASSIGN_OR_RETURN(const Rows rows, store_.impl_->session->Select(queries::kPagePassword));
  return rows.empty() ? std::string() : rows.front().Text("hash");
}

absl::Status MemberStore::SetPagePassword(const std::string& hash) {
  return store_.impl_->session->Write([&](Statements& statements) {
    return hash.empty() ? statements.Do(queries::kRemovePagePassword)
                        : statements.Do(queries::kSetPagePassword, Params().Text(hash));
  });
}

int MemberStore::SessionsMax() const { return store_.impl_->session->worker_sessions_max(); }

absl::Status MemberStore::CloseWorkerLogin(const std::string& worker_uuid) {
  std::vector<std::string> closed;
  RETURN_IF_ERROR(store_.impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows rows,
                     statements.Run(queries::kCloseWorkerLogin, Params().Text(worker_uuid)));
    closed = rows.Map([](const Row& row) { return row.Text("role"); });
    return absl::OkStatus();
  }));
  // Only now, as a session that began before the commit would go on.
  for (const std::string& role : closed) {
    RETURN_IF_ERROR(store_.impl_->session->Write([&](Statements& statements) {
      return statements.Do(queries::kEndWorkerSessions, Params().Text(role));
    }));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> MemberStore::ForgetWorkers(
    const std::vector<std::string>& uuids) {
  const Params params = Params().TextArray(uuids).Int(kForgottenMax);
  std::vector<std::string> forgotten;
  RETURN_IF_ERROR(store_.impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows rows, statements.Run(queries::kForgetWorkers, params));
    forgotten = rows.Map([](const Row& row) { return row.Text("uuid"); });
    return absl::OkStatus();
  }));
  // If one stays behind, it is the worker's again when that comes back.
  for (const std::string& uuid : forgotten) CloseWorkerLogin(uuid).IgnoreError();
  return forgotten;
}

}  // namespace motzkin::coordinator
