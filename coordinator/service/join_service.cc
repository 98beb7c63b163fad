#include "coordinator/service/join_service.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

#include "common/base/protocol_version.h"
#include "common/base/status_macros.h"
#include "common/identity/join_code.h"
#include "coordinator/service/grpc_status.h"
#include "coordinator/service/later.h"
#include "coordinator/service/peer.h"
#include "coordinator/service/validation.h"

namespace motzkin::coordinator {
namespace {

// Calls of strangers: more of them wait, or are refused.
constexpr int kThreads = 2;
constexpr size_t kCallsMax = 100;
constexpr absl::Duration kInviteDefault = absl::Minutes(15);

grpc::ServerUnaryReactor* Finished(grpc::CallbackServerContext* context,
                                   const absl::Status& status) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

void SetTime(google::protobuf::Timestamp& to, absl::Time time) {
  to.set_seconds(absl::ToUnixSeconds(time));
}

// Says in events whom an invite is for.
std::string InvitedOf(const std::string& identity) {
  return identity.empty() ? std::string("workers") : identity;
}

v1::Invite ToProto(const InviteRecord& invite) {
  v1::Invite proto;
  proto.set_id(invite.id);
  if (const auto identity = identity::FromText(invite.identity); identity.has_value()) {
    proto.set_operator_name(identity->name);
    proto.set_read_only(identity->role == identity::Role::kReader);
  }
  proto.set_uses_left(invite.uses_left);
  SetTime(*proto.mutable_expire_time(), invite.until);
  return proto;
}

}  // namespace

JoinServiceImpl::JoinServiceImpl(Members& members, std::string local_identity, std::string build)
    : members_(members),
      local_identity_(std::move(local_identity)),
      build_(std::move(build)),
      threads_(kThreads, kCallsMax) {}

grpc::ServerUnaryReactor* JoinServiceImpl::Hello(grpc::CallbackServerContext* context,
                                                 const v1::HelloRequest*,
                                                 v1::HelloResponse* response) {
  // Only for callers on this host: the path means nothing elsewhere, and need not be known there.
  if (IsOnThisHost(context->peer())) response->set_local_identity(local_identity_);
  response->set_build(build_);
  response->set_protocol_version(kProtocolVersion);
  SetTime(*response->mutable_time(), absl::Now());
  return Finished(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* JoinServiceImpl::Join(grpc::CallbackServerContext* context,
                                                const v1::JoinRequest* request,
                                                v1::JoinResponse* response) {
  // Join() runs on gRPC's thread: it looks only into a table in memory. Redeem() writes to the
  // store and could keep such a thread for seconds, so it goes to threads of its own, of which
  // strangers cannot take more than two.
  return Finished(context, JoinNow(AddressOf(context->peer()), *request, *response));
}

absl::Status JoinServiceImpl::JoinNow(const std::string& source, const v1::JoinRequest& request,
                                      v1::JoinResponse& response) {
  RETURN_IF_ERROR(Validate(request));
  if (!request.has_applicant()) {
    response.set_coordinator_nonce(
        members_.waiting().Commit(request.commitment(), source, members_.Now()));
    return absl::OkStatus();
  }
  const v1::Applicant& applicant = request.applicant();
  if (!identity::IsPublicKey(applicant.public_key())) {
    return absl::InvalidArgumentError("applicant.public_key must be a key of P-256 in DER");
  }
  const identity::Opening opening{.public_key = applicant.public_key(),
                                  .worker_uuid = applicant.worker_uuid(),
                                  .worker_name = applicant.worker_name(),
                                  .nonce = request.nonce()};
  ASSIGN_OR_RETURN(const JoinTable::Answer answer,
                   members_.waiting().Open(request.commitment(), opening, members_.Now()));
  response.set_coordinator_nonce(answer.nonce);
  response.set_certificate(answer.certificate);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* JoinServiceImpl::Redeem(grpc::CallbackServerContext* context,
                                                  const v1::RedeemRequest* request,
                                                  v1::RedeemResponse* response) {
  const auto caller = members_.gatekeeper().Caller(*context->auth_context());
  const bool sponsored = caller.has_value() && caller->holder.role == identity::Role::kOperator;
  return Later(threads_, context, [this, request, response, sponsored]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    const v1::Applicant& applicant = request->applicant();
    if (!identity::IsPublicKey(applicant.public_key())) {
      return absl::InvalidArgumentError("applicant.public_key must be a key of P-256 in DER");
    }
    // A worker that an operator's program sponsors needs no invite. Operators come by invites
    // alone, each of which is an event with the name of the one who made it.
    if (request->secret().empty() && (!sponsored || applicant.worker_uuid().empty())) {
      return absl::PermissionDeniedError("this call needs an invite");
    }
    ASSIGN_OR_RETURN(*response->mutable_certificate(),
                     request->secret().empty() ? members_.Sponsor(applicant)
                                               : members_.Redeem(applicant, request->secret()));
    return absl::OkStatus();
  });
}

MemberServiceImpl::MemberServiceImpl(Members& members)
    : members_(members), threads_(kThreads, kCallsMax) {}

std::string MemberServiceImpl::CallerOf(const grpc::CallbackServerContext& context) const {
  const auto caller = members_.gatekeeper().Caller(*context.auth_context());
  return caller.has_value() ? identity::ToText(caller->holder) : "a caller without a certificate";
}

grpc::ServerUnaryReactor* MemberServiceImpl::ApproveWorker(grpc::CallbackServerContext* context,
                                                           const v1::ApproveWorkerRequest* request,
                                                           v1::ApproveWorkerResponse* response) {
  return Later(threads_, context, [this, request, response, caller = CallerOf(*context)] {
    return members_.ApproveCode(*request, caller, *response);
  });
}

grpc::ServerUnaryReactor* MemberServiceImpl::CreateInvite(grpc::CallbackServerContext* context,
                                                          const v1::CreateInviteRequest* request,
                                                          v1::CreateInviteResponse* response) {
  return Later(
      threads_, context, [this, request, response, caller = CallerOf(*context)]() -> absl::Status {
        RETURN_IF_ERROR(Validate(*request));
        NewInvite invite{.uses = std::max(request->uses(), 1),
                         .valid_for = request->has_valid_for()
                                          ? absl::Seconds(request->valid_for().seconds())
                                          : kInviteDefault};
        if (!request->operator_name().empty()) {
          invite.identity = identity::ToText(
              {.role = request->read_only() ? identity::Role::kReader : identity::Role::kOperator,
               .name = request->operator_name()});
        }
        ASSIGN_OR_RETURN(const NewlyInvited invited, members_.Invite(invite));
        members_.RecordEvent(
            absl::StrCat(caller, " made invite ", invited.id, " for ", InvitedOf(invite.identity)));
        response->set_invite(invited.text);
        response->set_id(invited.id);
        SetTime(*response->mutable_expire_time(), invited.until);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* MemberServiceImpl::ListInvites(grpc::CallbackServerContext* context,
                                                         const v1::ListInvitesRequest*,
                                                         v1::ListInvitesResponse* response) {
  return Later(threads_, context, [this, response]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<InviteRecord> invites, members_.store().OpenInvites());
    for (const InviteRecord& invite : invites) *response->add_invites() = ToProto(invite);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* MemberServiceImpl::CancelInvite(grpc::CallbackServerContext* context,
                                                          const v1::CancelInviteRequest* request,
                                                          v1::CancelInviteResponse* response) {
  return Later(
      threads_, context, [this, request, response, caller = CallerOf(*context)]() -> absl::Status {
        RETURN_IF_ERROR(Validate(*request));
        ASSIGN_OR_RETURN(const InviteRecord invite, members_.store().CancelInvite(request->id()));
        members_.RecordEvent(absl::StrCat(caller, " cancelled invite ", invite.id, " for ",
                                          InvitedOf(invite.identity)));
        *response->mutable_invite() = ToProto(invite);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* MemberServiceImpl::ListOperators(grpc::CallbackServerContext* context,
                                                           const v1::ListOperatorsRequest*,
                                                           v1::ListOperatorsResponse* response) {
  return Later(threads_, context, [this, response]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<MemberRecord> people, members_.store().Operators());
    for (const MemberRecord& person : people) {
      // Rows that this release cannot read are skipped: one must not hide the others.
      const auto identity = identity::FromText(person.identity);
      if (!identity.has_value()) continue;
      v1::Operator& proto = *response->add_operators();
      proto.set_name(identity->name);
      proto.set_read_only(identity->role == identity::Role::kReader);
      SetTime(*proto.mutable_join_time(), person.joined);
      SetTime(*proto.mutable_expire_time(), person.until);
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* MemberServiceImpl::RemoveOperator(
    grpc::CallbackServerContext* context, const v1::RemoveOperatorRequest* request,
    v1::RemoveOperatorResponse*) {
  return Later(threads_, context, [this, request, caller = CallerOf(*context)]() -> absl::Status {
    size_t removed = 0;
    // A name may stand for an operator and, by another invite, for a reader. Both go.
    for (const identity::Role role : {identity::Role::kOperator, identity::Role::kReader}) {
      ASSIGN_OR_RETURN(const size_t keys, members_.Revoke({.role = role, .name = request->name()}));
      removed += keys;
    }
    if (removed == 0) return absl::NotFoundError(absl::StrCat("no operator ", request->name()));
    members_.RecordEvent(absl::StrCat("operator ", request->name(), " removed by ", caller));
    return absl::OkStatus();
  });
}

}  // namespace motzkin::coordinator
