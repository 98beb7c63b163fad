// The gRPC service for workers: it validates, translates and has one reactor for each stream.
// Nothing here blocks, because gRPC calls it on its own few threads.
//
// Thread-safe.
#pragma once

#include <grpcpp/grpcpp.h>

#include "coordinator/service/result_relay.h"
#include "coordinator/service/scheduler_loop.h"
#include "motzkin/v1/worker_service.grpc.pb.h"

namespace motzkin::coordinator {

class WorkerServiceImpl final : public v1::WorkerService::CallbackService {
 public:
  // `loop` and `relay` must outlive the server that serves this.
  WorkerServiceImpl(SchedulerLoop& loop, ResultRelay& relay) : loop_(loop), relay_(relay) {}

  grpc::ServerBidiReactor<v1::WorkerState, v1::DesiredState>* Synchronize(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* SubmitResults(grpc::CallbackServerContext* context,
                                          const v1::SubmitResultsRequest* request,
                                          v1::SubmitResultsResponse* response) override;

 private:
  SchedulerLoop& loop_;
  ResultRelay& relay_;
};

}  // namespace motzkin::coordinator
