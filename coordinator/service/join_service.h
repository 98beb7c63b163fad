// The gRPC services by which machines and people come into the cluster and are let in. JoinService
// answers strangers, so it costs them little: a bounded table, and a few calls to the store.
//
// Thread-safe. Stop() finishes the calls that were begun and is idempotent.
#pragma once

#include <absl/status/status.h>
#include <grpcpp/grpcpp.h>

#include <string>

#include "coordinator/service/members.h"
#include "coordinator/service/task_queue.h"
#include "motzkin/v1/join_service.grpc.pb.h"
#include "motzkin/v1/member_service.grpc.pb.h"

namespace motzkin::coordinator {

class JoinServiceImpl final : public v1::JoinService::CallbackService {
 public:
  // `local_identity` is a file that callers on this machine are told, `build` is told to all. `members`
  // must outlive the server that serves this.
  JoinServiceImpl(Members& members, std::string local_identity, std::string build);
  ~JoinServiceImpl() override { Stop(); }
  void Stop() { threads_.Stop(); }

  grpc::ServerUnaryReactor* Hello(grpc::CallbackServerContext* context, const v1::HelloRequest*,
                                  v1::HelloResponse* response) override;
  grpc::ServerUnaryReactor* Join(grpc::CallbackServerContext* context,
                                 const v1::JoinRequest* request,
                                 v1::JoinResponse* response) override;
  grpc::ServerUnaryReactor* Redeem(grpc::CallbackServerContext* context,
                                   const v1::RedeemRequest* request,
                                   v1::RedeemResponse* response) override;

 private:
  absl::Status JoinNow(const std::string& source, const v1::JoinRequest& request,
                       v1::JoinResponse& response);

  Members& members_;
  const std::string local_identity_;
  const std::string build_;
  TaskQueue threads_;  // Last, so its threads are joined before what they use goes away.
};

class MemberServiceImpl final : public v1::MemberService::CallbackService {
 public:
  // `members` must outlive the server that serves this.
  explicit MemberServiceImpl(Members& members);
  ~MemberServiceImpl() override { Stop(); }
  void Stop() { threads_.Stop(); }

  grpc::ServerUnaryReactor* ApproveWorker(grpc::CallbackServerContext* context,
                                          const v1::ApproveWorkerRequest* request,
                                          v1::ApproveWorkerResponse* response) override;
  grpc::ServerUnaryReactor* CreateInvite(grpc::CallbackServerContext* context,
                                         const v1::CreateInviteRequest* request,
                                         v1::CreateInviteResponse* response) override;
  grpc::ServerUnaryReactor* ListInvites(grpc::CallbackServerContext* context,
                                        const v1::ListInvitesRequest*,
                                        v1::ListInvitesResponse* response) override;
  grpc::ServerUnaryReactor* CancelInvite(grpc::CallbackServerContext* context,
                                         const v1::CancelInviteRequest* request,
                                         v1::CancelInviteResponse* response) override;
  grpc::ServerUnaryReactor* ListOperators(grpc::CallbackServerContext* context,
                                          const v1::ListOperatorsRequest*,
                                          v1::ListOperatorsResponse* response) override;
  grpc::ServerUnaryReactor* RemoveOperator(grpc::CallbackServerContext* context,
                                           const v1::RemoveOperatorRequest* request,
                                           v1::RemoveOperatorResponse*) override;

 private:
  // Returns who makes the call, for events.
  std::string CallerOf(const grpc::CallbackServerContext& context) const;

  Members& members_;
  TaskQueue threads_;  // Last, so its threads are joined before what they use goes away.
};

}  // namespace motzkin::coordinator
