// The store knows who belongs to the cluster: the keys for which the coordinator has issued
// certificates, and invites. Keys and secrets are known here by their SHA-256 (32 bytes) alone, and who a member is
// by the text of his certificate, such as "worker UUID".
//
// Errors of all functions are those of Store. Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <optional>
#include <string>
#include <vector>

#include "coordinator/store/store.h"

namespace motzkin::coordinator {

struct NewInvite {
  std::string secret_sha256 = {};
  std::string identity = {};  // The one of an operator or reader; empty for workers.
  int32_t uses = 1;
  absl::Duration valid_for = {};
};

struct NewMember {
  std::string key_sha256 = {};
  std::string identity = {};  // With an invite of a person it is the invite's.
  std::string worker_uuid = {};
  absl::Time until = {};
};

// An invite that may still be used.
struct InviteRecord {
  std::string id;        // 12 hexadecimal digits, from which the secret cannot be learnt
  std::string identity;  // empty for workers
  int32_t uses_left = 0;
  absl::Time until;
};

// A person who may call the coordinator.
struct MemberRecord {
  std::string identity;
  absl::Time joined;
  absl::Time until;
};

class MemberStore {
 public:
  // `store` must outlive this.
  explicit MemberStore(Store& store) : store_(store) {}

  // Lists the keys whose certificates are refused.
  absl::StatusOr<std::vector<std::string>> Revoked();
  absl::StatusOr<std::vector<MemberRecord>> Operators();

  // So many workers that came by invites are members at a time. A thief of invites, of which one
  // serves a thousand times, fills no disk with them.
  static constexpr int kInvitedMax = 10'000;
  // So many invites may be open at a time. A home needs a few.
  static constexpr int kInvitesMax = 1'000;
  // Returns when the invite ends. RESOURCE_EXHAUSTED: kInvitesMax are open.
  absl::StatusOr<absl::Time> Invite(const NewInvite& invite);
  // Returns the id by which an invite is listed and cancelled.
  static std::string InviteIdOf(const std::string& secret_sha256);
  absl::StatusOr<std::vector<InviteRecord>> OpenInvites();
  // Ends an invite, and returns it. The members that it has brought in stay, and may still ask
  // again for an answer that was lost. NOT_FOUND: no open invite has this id.
  absl::StatusOr<InviteRecord> CancelInvite(const std::string& id);

  // These three let in a key of an applicant. INVALID_ARGUMENT: it is or was the key of another
  // identity.
  //
  // Lets a worker in that the owner has approved, also one that was removed. Its other keys are
  // refused from now on; they are returned.
  absl::StatusOr<std::vector<std::string>> Approve(const NewMember& member);
  // Lets a worker in that an operator on the coordinator's machine brings in. FAILED_PRECONDITION:
  // it was removed. Otherwise as Approve().
  absl::StatusOr<std::vector<std::string>> Sponsor(const NewMember& member);
  // Lets an applicant in who has an invite, and returns who he is. Repeating with the same key is
  // harmless. PERMISSION_DENIED: the invite does not count; ALREADY_EXISTS: the worker counts by
  // another key; FAILED_PRECONDITION: it was removed; RESOURCE_EXHAUSTED: kInvitedMax came by invites; INVALID_ARGUMENT: the invite is of a worker,
  // and the member says no UUID.
  absl::StatusOr<std::string> Redeem(const NewMember& member, const std::string& secret_sha256);

  // Returns the workers that are suspended and due to run again, by the database's clock.
  absl::StatusOr<std::vector<WorkerId>> DueWorkers();

  // Refuses all certificates of an identity from now on, and returns their keys.
  absl::StatusOr<std::vector<std::string>> Revoke(const std::string& identity);

  // Returns the hash of the page's password; empty if it has none.
  absl::StatusOr<std::string> PagePassword();
  // Sets that hash. An empty one takes the password away.
  absl::Status SetPagePassword(const std::string& hash);

  // Returns the login with which a worker may submit_results() and submit_audits() of its own, and
  // nothing else; the first call makes it. There is none if the database user may not create roles,
  // or the worker was removed.
  absl::StatusOr<std::optional<Login>> OpenWorkerLogin(const std::string& worker_uuid);
  // So many sessions all workers together should have.
  int SessionsMax() const;
  // Drops a worker's login, if it has one, and ends its sessions.
  absl::Status CloseWorkerLogin(const std::string& worker_uuid);

  // Forgets those of these workers that never stored a row, a hundred at most, with their logins, and
  // returns them. A worker stays about which its owner has given an order, which would be lost.
  absl::StatusOr<std::vector<std::string>> ForgetWorkers(const std::vector<std::string>& uuids);

 private:
  Store& store_;
};

}  // namespace motzkin::coordinator
