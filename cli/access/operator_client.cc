#include "cli/access/operator_client.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdlib>
#include <system_error>

#include "common/base/host_port.h"
#include "common/base/one_line.h"
#include "common/base/status_macros.h"
#include "common/joining/coordinator_access.h"
#include "common/joining/join_calls.h"
#include "common/words/printable_message.h"
#include "motzkin/v1/member_service.grpc.pb.h"
#include "motzkin/v1/operator_service.grpc.pb.h"

namespace motzkin::cli {
namespace {

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

}  // namespace

// One file for each coordinator, as a person may belong to several clusters. The address is what he
// types: pi:50051 and 192.168.1.5:50051 are joined separately.
std::filesystem::path MembershipFile(const std::string& address) {
  const char* const xdg = std::getenv("XDG_CONFIG_HOME");
  const char* const home = std::getenv("HOME");
  const std::filesystem::path config =
      xdg != nullptr && xdg[0] == '/'
          ? std::filesystem::path(xdg)
          : std::filesystem::path(home == nullptr ? "." : home) / ".config";
  return config / "motzkin" / (absl::StrReplaceAll(address, {{":", "_"}, {"/", "_"}}) + ".pem");
}

struct OperatorClient::Impl {
  explicit Impl(const CoordinatorFlags& coordinator)
      : address(coordinator.address),
        insecure(coordinator.insecure != identity::Insecure::kNo),
        access({.address = coordinator.address,
                .file = MembershipFile(coordinator.address),
                .insecure = insecure}) {
    // The first call reports a problem, because a constructor cannot return it.
    problem = Check(coordinator);
    if (problem.ok()) problem = access.Open();
  }

  static absl::Status Check(const CoordinatorFlags& coordinator) {
    if (ParseHostPort(coordinator.address).has_value()) {
      return identity::CheckInsecure(coordinator.insecure, coordinator.address);
    }
    return absl::InvalidArgumentError(
        absl::StrCat("the coordinator must be HOST:PORT, such as pi:50051 or [::1]:50051, got '",
                     coordinator.address, "'"));
  }

  // Connects as a member, which this becomes on the coordinator's own machine by itself.
  absl::Status Connect() {
    RETURN_IF_ERROR(problem);
    if (operators != nullptr) return absl::OkStatus();
    const absl::StatusOr<std::string> joined = access.Join();
    if (!joined.ok()) return Translate(joined.status());
    const auto channel = joining::NewChannel(address, access.Credentials());
    operators = v1::OperatorService::NewStub(channel);
    members = v1::MemberService::NewStub(channel);
    return absl::OkStatus();
  }

  v1::OperatorService::Stub& StubOf(const v1::OperatorService::Stub*) { return *operators; }
  v1::MemberService::Stub& StubOf(const v1::MemberService::Stub*) { return *members; }

  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, absl::Duration timeout = kCallTimeout) {
    RETURN_IF_ERROR(Connect());
    // gRPC turns the deadline into a monotonic time at once, so clock changes do not matter.
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout));
    Response response;
    const grpc::Status status =
        // The null pointer only has a type, which selects the stub that has `method`.
        (StubOf(static_cast<const Stub*>(nullptr)).*method)(&context, request, &response);
    // The coordinator made its workers' texts printable, but rows may come over SQL, and it may be
    // no coordinator that answers.
    MakePrintable(response);
    if (status.ok()) return response;
    return Translate(
        absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message()));
  }

  // Appends the pages from `token` on to `list`, which is the field `items` of each answer.
  template <typename Method, typename Request, typename Response, typename List>
  absl::Status AddPages(Method method, Request request, std::string token, List& list,
                        const List& (Response::*items)() const) {
    // A coordinator that goes on for ever must not fill the memory.
    constexpr int kPagesMax = 1'000;
    for (int pages = 0; pages < kPagesMax; ++pages) {
      request.set_page_token(token);
      ASSIGN_OR_RETURN(const Response page, Call(method, request));
      list.MergeFrom((page.*items)());
      token = page.next_page_token();
      if (token.empty()) return absl::OkStatus();
    }
    return absl::ResourceExhaustedError(
        absl::StrCat("the list of the coordinator at ", address, " has no end"));
  }

  absl::Status MoreJobs(google::protobuf::RepeatedPtrField<v1::Job>& jobs,
                        const std::string& token) {
    return AddPages(&v1::OperatorService::Stub::ListJobs, v1::ListJobsRequest(), token, jobs,
                    &v1::ListJobsResponse::jobs);
  }

  absl::Status MoreWorkers(google::protobuf::RepeatedPtrField<v1::Worker>& workers,
                           const std::string& token) {
    return AddPages(&v1::OperatorService::Stub::ListWorkers, v1::ListWorkersRequest(), token,
                    workers, &v1::ListWorkersResponse::workers);
  }

  absl::Status Translate(const absl::Status& status) const {
    // gRPC reports a refused key as a connection that failed, with a text about handshakes. The
    // reason is known only to the verifier.
    if (const std::string mismatch = access.Mismatch(); !mismatch.empty()) {
      return absl::PermissionDeniedError(mismatch);
    }
    std::string text = OneLine(std::string(status.message()));
    if (absl::IsUnauthenticated(status)) text += access.Advice();
    if (!absl::IsUnavailable(status) || !IsTransportError(text)) return {status.code(), text};
    return absl::UnavailableError(
        absl::StrCat("no coordinator answers at ", address,
                     ". Is it running there? Name another with --coordinator HOST:PORT"));
  }

  const std::string address;
  const bool insecure;
  joining::CoordinatorAccess access;
  absl::Status problem;
  std::unique_ptr<v1::OperatorService::Stub> operators;
  std::unique_ptr<v1::MemberService::Stub> members;
};

OperatorClient::OperatorClient(const CoordinatorFlags& coordinator)
    : impl_(std::make_unique<Impl>(coordinator)) {}
OperatorClient::~OperatorClient() = default;

absl::StatusOr<v1::StartJobResponse> OperatorClient::Start(const v1::StartJobRequest& request) {
  return impl_->Call(&v1::OperatorService::Stub::StartJob, request);
}
absl::StatusOr<v1::ListJobsResponse> OperatorClient::Jobs() {
  v1::ListJobsResponse all;
  RETURN_IF_ERROR(impl_->MoreJobs(*all.mutable_jobs(), ""));
  return all;
}
absl::StatusOr<v1::ControlJobResponse> OperatorClient::Control(
    const v1::ControlJobRequest& request) {
  return impl_->Call(&v1::OperatorService::Stub::ControlJob, request);
}
absl::StatusOr<v1::DropArchivedRowsResponse> OperatorClient::DropArchivedRows(
    const v1::DropArchivedRowsRequest& request) {
  return impl_->Call(&v1::OperatorService::Stub::DropArchivedRows, request, kDropTimeout);
}
absl::StatusOr<v1::VoidRowsResponse> OperatorClient::Void(const v1::VoidRowsRequest& request) {
  return impl_->Call(&v1::OperatorService::Stub::VoidRows, request, kDropTimeout);
}
absl::Status OperatorClient::Report(const v1::ReportFailedRowsRequest& request) {
  return impl_->Call(&v1::OperatorService::Stub::ReportFailedRows, request).status();
}
absl::StatusOr<v1::ListWorkersResponse> OperatorClient::Workers() {
  v1::ListWorkersResponse all;
  RETURN_IF_ERROR(impl_->MoreWorkers(*all.mutable_workers(), ""));
  return all;
}
absl::StatusOr<v1::ControlWorkerResponse> OperatorClient::Control(
    const v1::ControlWorkerRequest& request) {
  return impl_->Call(&v1::OperatorService::Stub::ControlWorker, request);
}
absl::StatusOr<v1::GetStatusResponse> OperatorClient::Status() {
  ASSIGN_OR_RETURN(v1::GetStatusResponse status,
                   impl_->Call(&v1::OperatorService::Stub::GetStatus, v1::GetStatusRequest()));
  // The answer holds the beginning of both lists. Only a cluster that fills 4 MiB needs more calls.
  if (!status.next_jobs_token().empty()) {
    RETURN_IF_ERROR(impl_->MoreJobs(*status.mutable_jobs(), status.next_jobs_token()));
  }
  if (!status.next_workers_token().empty()) {
    RETURN_IF_ERROR(impl_->MoreWorkers(*status.mutable_workers(), status.next_workers_token()));
  }
  return status;
}
absl::Status OperatorClient::SetPagePassword(const v1::SetPagePasswordRequest& request) {
  return impl_->Call(&v1::OperatorService::Stub::SetPagePassword, request).status();
}
absl::StatusOr<v1::GetResultResponse> OperatorClient::Result(const v1::GetResultRequest& request) {
  return impl_->Call(&v1::OperatorService::Stub::GetResult, request);
}
absl::StatusOr<v1::ListEventsResponse> OperatorClient::Events(
    const v1::ListEventsRequest& request) {
  return impl_->Call(&v1::OperatorService::Stub::ListEvents, request);
}
absl::StatusOr<v1::ApproveWorkerResponse> OperatorClient::Approve(
    const v1::ApproveWorkerRequest& request) {
  return impl_->Call(&v1::MemberService::Stub::ApproveWorker, request);
}
absl::StatusOr<v1::CreateInviteResponse> OperatorClient::Invite(
    const v1::CreateInviteRequest& request) {
  return impl_->Call(&v1::MemberService::Stub::CreateInvite, request);
}
absl::StatusOr<v1::ListInvitesResponse> OperatorClient::Invites() {
  return impl_->Call(&v1::MemberService::Stub::ListInvites, v1::ListInvitesRequest());
}
absl::StatusOr<v1::CancelInviteResponse> OperatorClient::CancelInvite(
    const v1::CancelInviteRequest& request) {
  return impl_->Call(&v1::MemberService::Stub::CancelInvite, request);
}
absl::StatusOr<v1::ListOperatorsResponse> OperatorClient::Operators() {
  return impl_->Call(&v1::MemberService::Stub::ListOperators, v1::ListOperatorsRequest());
}
absl::StatusOr<v1::RemoveOperatorResponse> OperatorClient::RemoveOperator(
    const v1::RemoveOperatorRequest& request) {
  return impl_->Call(&v1::MemberService::Stub::RemoveOperator, request);
}

absl::Status OperatorClient::Join(const std::string& invite) {
  RETURN_IF_ERROR(impl_->problem);
  if (impl_->insecure) {
    return absl::FailedPreconditionError("with --insecure there is nothing to join");
  }
  const std::filesystem::path file = MembershipFile(impl_->address);
  if (impl_->access.Ready()) {
    return absl::AlreadyExistsError(absl::StrCat("this user has joined the coordinator at ",
                                                 impl_->address, " before: ", file.string()));
  }
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  // A second access, as the invite is not an option of other verbs. It writes the file that they
  // read.
  joining::CoordinatorAccess access({.address = impl_->address, .file = file, .invite = invite});
  const absl::Status joined = access.Join().status();
  const std::string mismatch = access.Mismatch();
  return mismatch.empty() ? impl_->Translate(joined) : absl::PermissionDeniedError(mismatch);
}

}  // namespace motzkin::cli
