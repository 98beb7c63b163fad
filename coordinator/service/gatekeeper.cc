#include "coordinator/service/gatekeeper.h"

#include <absl/strings/str_cat.h>
#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <iterator>

#include "common/base/sha256.h"
#include "common/base/status_macros.h"

namespace motzkin::coordinator {
namespace {

using identity::Certificate;
using identity::Role;

// Enough for all machines of a home. When more come, the table begins anew.
constexpr size_t kKnownMax = 1'000;

enum class Who {
  kAnybody,
  kWorker,
  kReader,  // an operator as well
  kOperator,
};

struct Rule {
  std::string_view method;
  Who who;
};

// A new method belongs here, and a test fails while it does not.
constexpr Rule kRules[] = {
    {"/grpc.health.v1.Health/Check", Who::kAnybody},
    {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Who::kReader},
    {"/motzkin.v1.JoinService/Hello", Who::kAnybody},
    {"/motzkin.v1.JoinService/Join", Who::kAnybody},
    {"/motzkin.v1.JoinService/Redeem", Who::kAnybody},
    {"/motzkin.v1.MemberService/ApproveWorker", Who::kOperator},
    {"/motzkin.v1.MemberService/CancelInvite", Who::kOperator},
    {"/motzkin.v1.MemberService/CreateInvite", Who::kOperator},
    {"/motzkin.v1.MemberService/ListInvites", Who::kReader},
    {"/motzkin.v1.MemberService/ListOperators", Who::kReader},
    {"/motzkin.v1.MemberService/RemoveOperator", Who::kOperator},
    {"/motzkin.v1.OperatorService/ControlJob", Who::kOperator},
    {"/motzkin.v1.OperatorService/ControlWorker", Who::kOperator},
    {"/motzkin.v1.OperatorService/DropArchivedRows", Who::kOperator},
    {"/motzkin.v1.OperatorService/GetResult", Who::kReader},
    {"/motzkin.v1.OperatorService/GetStatus", Who::kReader},
    {"/motzkin.v1.OperatorService/ListEvents", Who::kReader},
    {"/motzkin.v1.OperatorService/ListJobs", Who::kReader},
    {"/motzkin.v1.OperatorService/ListWorkers", Who::kReader},
    {"/motzkin.v1.OperatorService/ReportFailedRows", Who::kOperator},
    {"/motzkin.v1.OperatorService/SetPagePassword", Who::kOperator},
    {"/motzkin.v1.OperatorService/StartJob", Who::kOperator},
    {"/motzkin.v1.OperatorService/VoidRows", Who::kOperator},
    {"/motzkin.v1.WorkerService/SubmitResults", Who::kWorker},
    {"/motzkin.v1.WorkerService/Synchronize", Who::kWorker},
};

bool May(Role role, Who who) {
  switch (who) {
    case Who::kAnybody:
      return true;
    case Who::kWorker:
      return role == Role::kWorker;
    case Who::kReader:
      return role == Role::kReader || role == Role::kOperator;
    case Who::kOperator:
      return role == Role::kOperator;
  }
  return false;
}

}  // namespace

absl::Status Gatekeeper::Check(std::string_view method, const std::string& certificate) const {
  if (!asks()) return absl::OkStatus();
  const Rule* const rule = std::ranges::find(kRules, method, &Rule::method);
  // A method without a rule is refused below even to an operator: forgetting a rule must not open
  // anything.
  if (rule != std::end(kRules) && rule->who == Who::kAnybody) return absl::OkStatus();
  if (certificate.empty()) {
    return absl::UnauthenticatedError("this call needs a certificate of the cluster: join it");
  }
  ASSIGN_OR_RETURN(const Certificate shown, Read(certificate));
  if (rule != std::end(kRules) && May(shown.holder.role, rule->who)) {
    return CheckCalls(shown.holder);
  }
  return absl::PermissionDeniedError(
      absl::StrCat(identity::ToText(shown.holder), " may not call ", std::string(method)));
}

absl::Status Gatekeeper::CheckCalls(const identity::Identity& holder) const {
  const std::string text = identity::ToText(holder);
  const int max = holder.role == Role::kWorker ? kWorkerCallsMax : kOperatorCallsMax;
  const absl::MutexLock lock(&mutex_);
  const auto calls = calls_.find(text);
  if (calls == calls_.end() || calls->second < max) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat(text, " has ", calls->second, " calls under way already"));
}

void Gatekeeper::Begin(const identity::Identity& holder) {
  const absl::MutexLock lock(&mutex_);
  ++calls_[identity::ToText(holder)];
}

void Gatekeeper::End(const identity::Identity& holder) {
  const absl::MutexLock lock(&mutex_);
  const auto calls = calls_.find(identity::ToText(holder));
  if (--calls->second == 0) calls_.erase(calls);
}

absl::StatusOr<Certificate> Gatekeeper::ReadOurs(const std::string& certificate) const {
  // The signature is checked outside the lock, as it takes as long as a short call. Two threads may
  // then check the same certificate, which does no harm.
  {
    const absl::MutexLock lock(&mutex_);
    const auto found = known_.find(certificate);
    if (found != known_.end()) return found->second;
  }
  ASSIGN_OR_RETURN(Certificate read, identity::ReadIssued(certificate, authority_->public_key()));
  const absl::MutexLock lock(&mutex_);
  if (known_.size() >= kKnownMax) known_.clear();
  known_.try_emplace(certificate, read);
  return read;
}

absl::StatusOr<Certificate> Gatekeeper::Read(const std::string& certificate) const {
  ASSIGN_OR_RETURN(Certificate read, ReadOurs(certificate));
  // Revocation is looked up at each call and never kept in known_, so it holds from the next call
  // on.
  {
    const absl::MutexLock lock(&mutex_);
    if (revoked_.contains(Sha256(read.public_key))) {
      return absl::PermissionDeniedError(
          absl::StrCat(identity::ToText(read.holder), " was removed from the cluster"));
    }
  }
  if (authority_->Today() > read.until) {
    return absl::UnauthenticatedError(absl::StrCat(
        "the certificate of ", identity::ToText(read.holder), " has expired on ",
        absl::FormatTime("%Y-%m-%d", read.until, absl::UTCTimeZone()), ", and here it is ",
        absl::FormatTime("%Y-%m-%d", authority_->Today(), absl::UTCTimeZone())));
  }
  return read;
}

std::string Gatekeeper::HolderOf(const std::string& certificate) const {
  if (certificate.empty()) return "";
  const absl::StatusOr<Certificate> shown = ReadOurs(certificate);
  return shown.ok() ? identity::ToText(shown->holder) : "";
}

std::optional<Certificate> Gatekeeper::Caller(const grpc::AuthContext& context) const {
  if (!asks()) return std::nullopt;
  const absl::StatusOr<Certificate> shown = Read(ShownCertificate(context));
  return shown.ok() ? std::optional(*shown) : std::nullopt;
}

void Gatekeeper::Revoke(const std::vector<std::string>& keys) {
  const absl::MutexLock lock(&mutex_);
  revoked_.insert(keys.begin(), keys.end());
}

void Gatekeeper::Admit(const std::string& key) {
  const absl::MutexLock lock(&mutex_);
  revoked_.erase(key);
}

std::string Gatekeeper::Renewed(const Certificate& certificate) const {
  // Renewed in the second half of its time. A worker may then be off for half a year and more
  // without having to join again.
  if (certificate.until - authority_->Today() > Authority::kCertificateLife / 2) return "";
  return authority_->Issue(certificate.holder, certificate.public_key);
}

std::vector<std::string_view> Gatekeeper::Methods() {
  std::vector<std::string_view> methods;
  std::ranges::transform(kRules, std::back_inserter(methods), &Rule::method);
  return methods;
}

std::string ShownCertificate(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> shown =
      context.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  return shown.empty() ? "" : std::string(shown.front().data(), shown.front().size());
}

}  // namespace motzkin::coordinator
