// Does what an owner orders: the half of OperatorService that changes jobs and workers, for its gRPC
// calls and for the coordinator's page. So both check alike, and both leave the same events.
//
// Thread-safe. Calls wait for store and scheduler.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

#include "coordinator/service/operator_views.h"
#include "coordinator/service/scheduler_loop.h"
#include "coordinator/store/store.h"
#include "motzkin/v1/operator_service.pb.h"

namespace motzkin::coordinator {

class OperatorActions {
 public:
  // The arguments must outlive this. `where` ends the text of each event, such as ", on the page".
  OperatorActions(Store& store, SchedulerLoop& loop, OperatorViews& views, std::string where);

  // Each does the RPC with this request, and its errors are those of the RPC.
  absl::Status Do(const v1::StartJobRequest& request, v1::StartJobResponse& response);
  absl::Status Do(const v1::ControlJobRequest& request, v1::ControlJobResponse& response);
  absl::Status Do(const v1::ControlWorkerRequest& request, v1::ControlWorkerResponse& response);

 private:
  // Refuses the certificates of a worker that is in no list: it has joined and never reported, or it
  // was forgotten. Returns `not_found` if it has none.
  absl::StatusOr<v1::Worker> RemoveSilent(const std::string& uuid, const absl::Status& not_found);

  void Tell(const char* kind, const std::string& text) {
    loop_.RecordEventLater(kind, text + where_);
  }

  Store& store_;
  SchedulerLoop& loop_;
  OperatorViews& views_;
  const std::string where_;
};

}  // namespace motzkin::coordinator
