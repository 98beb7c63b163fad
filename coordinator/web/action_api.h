// Does what the page orders, as motzkin would: the orders are messages of the same RPCs in JSON, and they
// go through the same code.
//
//   ControlWorker ControlJob    operator_service.proto
//   ApproveWorker               member_service.proto
//   StartPreset                 {"preset": "lample-charton", "name": "", "target": "1M"}: `motzkin start`
//
// Thread-safe. Calls wait for store and scheduler.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "coordinator/service/operator_actions.h"
#include "coordinator/service/operator_views.h"

namespace motzkin::coordinator::web {

class ActionApi {
 public:
  // Both must outlive this.
  ActionApi(OperatorViews& views, OperatorActions& actions) : views_(views), actions_(actions) {}

  // Does the action with this body, and returns the answer in one line of JSON. INVALID_ARGUMENT:
  // there is no such action, or the body is not one of it. Otherwise the errors are those of the RPC.
  absl::StatusOr<std::string> Do(std::string_view action, const std::string& body);

 private:
  template <typename Request, typename Response>
  absl::StatusOr<std::string> DoAs(const std::string& body);
  absl::StatusOr<std::string> Approve(const std::string& body);
  absl::StatusOr<std::string> StartPreset(const std::string& body);

  OperatorViews& views_;
  OperatorActions& actions_;
};

}  // namespace motzkin::coordinator::web
