// Members decides who belongs to the cluster: it lets applicants in, refuses those who were removed, and keeps store,
// gatekeeper and rules of one mind about it.
//
// Thread-safe. Functions that return a status wait for the store, so reactions must not call them.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/sha256.h"
#include "coordinator/service/authority.h"
#include "coordinator/service/gatekeeper.h"
#include "coordinator/service/join_table.h"
#include "coordinator/service/scheduler_loop.h"
#include "coordinator/store/member_store.h"
#include "motzkin/v1/join_service.pb.h"
#include "motzkin/v1/member_service.pb.h"
#include "motzkin/v1/operator_service.pb.h"

namespace motzkin::coordinator {

// An invite as it is given to the one who is invited.
struct NewlyInvited {
  std::string text;
  std::string id;  // as in InviteRecord
  absl::Time until;
};

class Members {
 public:
  // All must outlive this.
  Members(Store& store, SchedulerLoop& loop, const Authority& authority, Gatekeeper& gatekeeper,
          const Clock& clock);

  // Tells the gatekeeper which certificates do not count any more. The errors are those of Store.
  absl::Status Start();

  // Lets an applicant in and returns the certificate. The first is for one that the owner has
  // approved, the second for one that an operator's program brings in, the third for one with an
  // invite. Errors are those of MemberStore.
  absl::StatusOr<std::string> Approve(const WaitingWorker& worker);
  absl::StatusOr<std::string> Sponsor(const v1::Applicant& applicant);
  absl::StatusOr<std::string> Redeem(const v1::Applicant& applicant, const std::string& secret);

  // Lets in the worker that shows the code, and leaves an event that says who did so. The errors are
  // those of MemberService.ApproveWorker.
  absl::Status ApproveCode(const v1::ApproveWorkerRequest& request, const std::string& approver,
                           v1::ApproveWorkerResponse& response);

  // Makes an invite, whose secret the given one does not have yet.
  absl::StatusOr<NewlyInvited> Invite(NewInvite invite);
  // Ends the invite with this secret. NOT_FOUND: none that may still be used has it.
  absl::Status CancelBySecret(const std::string& secret) {
    return store_.CancelInvite(MemberStore::InviteIdOf(Sha256(secret))).status();
  }

  // Refuses all certificates of a member from now on, and returns how many there were.
  absl::StatusOr<size_t> Revoke(const identity::Identity& identity);

  JoinTable& waiting() { return waiting_; }
  MemberStore& store() { return store_; }
  const Gatekeeper& gatekeeper() const { return gatekeeper_; }
  BootTime Now() const { return clock_.Now(); }
  void RecordEvent(const std::string& text) { loop_.RecordEventLater("member", text); }

 private:
  std::string Issue(const identity::Identity& identity, const std::string& public_key,
                    const std::vector<std::string>& replaced);

  MemberStore store_;
  SchedulerLoop& loop_;
  const Authority& authority_;
  Gatekeeper& gatekeeper_;
  const Clock& clock_;
  JoinTable waiting_;
};

// Lists the workers that wait for approval as operators see them.
std::vector<v1::Worker> WaitingWorkers(Members& members);

}  // namespace motzkin::coordinator
