#include "cli/access/operator_client.h"

#include <absl/strings/str_cat.h>
#include <grpcpp/grpcpp.h>

#include <chrono>

#include "common/base/host_port.h"
#include "common/base/one_line.h"
#include "common/words/printable_message.h"
#include "motzkin/v1/operator_service.grpc.pb.h"

namespace motzkin::cli {
namespace {

using Stub = v1::OperatorService::Stub;

// The credentials of all connections of the CLI come from here.
std::shared_ptr<grpc::ChannelCredentials> Credentials() {
  return grpc::InsecureChannelCredentials();
}

// Whether gRPC itself wrote the message, because the peer is not there. A coordinator that answers
// UNAVAILABLE gives its reason in other words. gRPC's versions differ in capital letters, so the
// first letters are left out.
bool IsTransportError(const std::string& text) {
  for (const char* words : {"failed to connect", "DNS resolution failed", "onnection reset",
                            "ocket closed", "GOAWAY", "all backends"}) {
    if (text.find(words) != std::string::npos) return true;
  }
  return text.empty();
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);  // `watch` sees a restart at once.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // The coordinator is in the same house.
  return grpc::CreateCustomChannel(address, Credentials(), arguments);
}

}  // namespace

struct OperatorClient::Impl {
  // A wrong address is reported by the first call, because a constructor cannot return it.
  explicit Impl(const std::string& address_in) : address(address_in) {
    if (!ParseHostPort(address).has_value()) return;
    stub = v1::OperatorService::NewStub(Connect(address));
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, absl::Duration timeout = kCallTimeout) {
    if (stub == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("the coordinator must be HOST:PORT, such as pi:50051 or [::1]:50051, got '",
                       address, "'"));
    }
    // gRPC turns the deadline into a monotonic time at once, so clock changes do not matter.
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout));
    Response response;
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    // The coordinator made its workers' texts printable, but rows may come over SQL, and it may be
    // no coordinator that answers.
    MakePrintable(response);
    if (status.ok()) return response;
    return Translate(status);
  }

  absl::Status Translate(const grpc::Status& status) const {
    const std::string text = OneLine(status.error_message());
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE || !IsTransportError(text)) {
      return {static_cast<absl::StatusCode>(status.error_code()), text};
    }
    return absl::UnavailableError(
        absl::StrCat("no coordinator answers at ", address,
                     ". Is it running there? Name another with --coordinator HOST:PORT"));
  }

  std::string address;
  std::unique_ptr<Stub> stub;  // null if `address` is no HOST:PORT
};

OperatorClient::OperatorClient(const std::string& address)
    : impl_(std::make_unique<Impl>(address)) {}
OperatorClient::~OperatorClient() = default;

absl::StatusOr<v1::StartJobResponse> OperatorClient::Start(const v1::StartJobRequest& request) {
  return impl_->Call(&Stub::StartJob, request);
}
absl::StatusOr<v1::ListJobsResponse> OperatorClient::Jobs() {
  return impl_->Call(&Stub::ListJobs, v1::ListJobsRequest());
}
absl::StatusOr<v1::ControlJobResponse> OperatorClient::Control(
    const v1::ControlJobRequest& request) {
  return impl_->Call(&Stub::ControlJob, request);
}
absl::StatusOr<v1::DropArchivedRowsResponse> OperatorClient::DropArchivedRows(
    const v1::DropArchivedRowsRequest& request) {
  return impl_->Call(&Stub::DropArchivedRows, request, kDropTimeout);
}
absl::StatusOr<v1::ListWorkersResponse> OperatorClient::Workers() {
  return impl_->Call(&Stub::ListWorkers, v1::ListWorkersRequest());
}
absl::StatusOr<v1::ControlWorkerResponse> OperatorClient::Control(
    const v1::ControlWorkerRequest& request) {
  return impl_->Call(&Stub::ControlWorker, request);
}
absl::StatusOr<v1::GetStatusResponse> OperatorClient::Status() {
  return impl_->Call(&Stub::GetStatus, v1::GetStatusRequest());
}
absl::StatusOr<v1::GetResultResponse> OperatorClient::Result(const v1::GetResultRequest& request) {
  return impl_->Call(&Stub::GetResult, request);
}
absl::StatusOr<v1::ListEventsResponse> OperatorClient::Events(
    const v1::ListEventsRequest& request) {
  return impl_->Call(&Stub::ListEvents, request);
}

}  // namespace motzkin::cli
