// The gRPC service for workers: it validates, translates and has one reactor for each stream. A
// worker speaks for itself alone: for the UUID in its certificate.
// Nothing here blocks, because gRPC calls it on its own few threads.
//
// Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include "coordinator/service/gatekeeper.h"
#include "coordinator/service/result_relay.h"
#include "coordinator/service/scheduler_loop.h"
#include "motzkin/v1/worker_service.grpc.pb.h"

namespace motzkin::coordinator {

// Takes messages as bytes: they are looked at before they are parsed.
using RawWorkerService = v1::WorkerService::WithRawCallbackMethod_Synchronize<
    v1::WorkerService::WithRawCallbackMethod_SubmitResults<v1::WorkerService::Service>>;

class WorkerServiceImpl final : public RawWorkerService {
 public:
  // All must outlive the server that serves this.
  WorkerServiceImpl(SchedulerLoop& loop, ResultRelay& relay, const Gatekeeper& gatekeeper)
      : loop_(loop), relay_(relay), gatekeeper_(gatekeeper) {}

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Synchronize(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* SubmitResults(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;

 private:
  SchedulerLoop& loop_;
  ResultRelay& relay_;
  const Gatekeeper& gatekeeper_;
};

}  // namespace motzkin::coordinator
