// Rows that turned out to be wrong. See operator_service.h.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "common/base/status_macros.h"
#include "coordinator/service/operator_service.h"
#include "coordinator/service/validation.h"

namespace motzkin::coordinator {

grpc::ServerUnaryReactor* OperatorServiceImpl::ReportFailedRows(
    grpc::CallbackServerContext* context, const v1::ReportFailedRowsRequest* request,
    v1::ReportFailedRowsResponse*) {
  return Later(context, [=, this]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    ASSIGN_OR_RETURN(const JobRecord job, store_.JobByName(request->job()));
    for (const v1::FailedRows& failed : request->failed()) {
      loop_.RecordEventLater(
          "job", absl::StrCat("job ", job.spec.name(), ": a check found ", failed.rows(),
                              " rows of worker ", failed.worker(),
                              " wrong when it drew and verified them again, such as ",
                              absl::StrJoin(failed.first_indices(), ", ")));
    }
    return absl::OkStatus();
  });
}

}  // namespace motzkin::coordinator
