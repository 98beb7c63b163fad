#include "worker/stream/relay_sink.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <utility>

#include "common/base/status_macros.h"
#include "common/joining/connection_problem.h"
#include "common/joining/join_calls.h"
#include "motzkin/v1/worker_service.grpc.pb.h"
#include "worker/stream/submission_parts.h"

namespace motzkin::worker {
namespace {

constexpr std::chrono::seconds kCallMax{10};

// Returns one of the four errors of ResultSink. Any other code of gRPC leaves open whether the rows
// are stored, so they are sent again.
absl::Status ToSinkStatus(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::PERMISSION_DENIED:
      // The codes of gRPC and absl have the same numbers.
      return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
    default:
      return absl::UnavailableError("relay: " + joining::DescribeProblem(status.error_message()));
  }
}

class RelaySink final : public ResultSink {
 public:
  explicit RelaySink(const joining::CoordinatorAccess& access) : access_(access) {}

  absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::Submission& submission) override {
    if (!access_.Ready()) return absl::UnavailableError("relay: this worker has not joined yet");
    // After a change of the membership the old connection would speak for the old one.
    if (stub_ == nullptr || generation_ != access_.generation()) {
      generation_ = access_.generation();
      stub_ =
          v1::WorkerService::NewStub(joining::NewChannel(access_.address(), access_.Credentials()));
    }
    std::vector<v1::RowStatus> statuses;
    for (v1::Submission& part : PartsOf(submission)) {
      // If a later part fails, all of them are sent again, which is harmless.
      RETURN_IF_ERROR(SubmitPart(std::move(part), statuses));
    }
    return statuses;
  }

 private:
  absl::Status SubmitPart(v1::Submission part, std::vector<v1::RowStatus>& statuses) {
    grpc::ClientContext context;
    // gRPC turns this into a monotonic time when the call begins, so a jump of the wall clock later
    // on does not matter.
    context.set_deadline(std::chrono::system_clock::now() + kCallMax);
    v1::SubmitResultsRequest request;
    *request.mutable_submission() = std::move(part);
    v1::SubmitResultsResponse response;
    const grpc::Status status = stub_->SubmitResults(&context, request, &response);
    if (!status.ok()) return ToSinkStatus(status);
    if (response.statuses_size() != request.submission().results_size()) {
      return absl::UnavailableError("relay: the answer does not have one status for each row");
    }
    for (const int row : response.statuses()) statuses.push_back(static_cast<v1::RowStatus>(row));
    return absl::OkStatus();
  }

  const joining::CoordinatorAccess& access_;
  uint64_t generation_ = 0;
  std::unique_ptr<v1::WorkerService::Stub> stub_;
};

}  // namespace

std::unique_ptr<ResultSink> NewRelaySink(const joining::CoordinatorAccess& access) {
  return std::make_unique<RelaySink>(access);
}

}  // namespace motzkin::worker
