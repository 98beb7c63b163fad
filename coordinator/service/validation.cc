#include "coordinator/service/validation.h"

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "common/base/name.h"
#include "common/base/protocol_version.h"
#include "common/base/status_macros.h"
#include "common/base/uuid.h"
#include "common/job_spec/job_spec.h"

namespace motzkin::coordinator {
namespace {

constexpr int kNameBytesMax = 64;
constexpr int kSentenceBytesMax = 2000;
constexpr int kDigestBytes = 32;  // SHA-256
constexpr int kListMax = 64;
constexpr int kOperatorNameBytesMax = 40;
// A worker is told the specs of its jobs in each state. The longest of deploy/jobs has 500 bytes.
constexpr int kSpecBytesMax = 16'384;
constexpr int kInviteUsesMax = 1'000;
constexpr size_t kInviteIdDigits = 12;
constexpr int64_t kInviteSecondsMax = 30ll * 24 * 3'600;
// Far above any job, and far enough below the end of int64 that sums of indices cannot overflow.
constexpr int64_t kIndexMax = 1'000'000'000'000;
constexpr int64_t kUnixSecondsMax = 253'402'300'799;  // the end of the year 9999

absl::Status Refuse(std::string_view field, std::string_view range) {
  return absl::InvalidArgumentError(fmt::format("{} must be {}", field, range));
}

absl::Status InRange(std::string_view field, int64_t value, int64_t min, int64_t max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} must be {} .. {}, got {}", field, min, max, value));
}

// NaN fails every comparison, so a check for what is out of range would let it pass.
absl::Status Real(std::string_view field, double value, double min, double max) {
  if (std::isfinite(value) && value >= min && value <= max) return absl::OkStatus();
  return Refuse(field, fmt::format("a number in {} .. {}", min, max));
}

absl::Status Uuid(std::string_view field, std::string_view value) {
  return IsUuid(value)
             ? absl::OkStatus()
             : Refuse(field, "a UUID in lower case, such as 6f1c0a52-7d3e-4b8e-9b1a-0c5d2e8f7a41");
}

// Postgres cannot store NUL in a text. protobuf itself refuses strings that are not UTF-8.
absl::Status Text(std::string_view field, std::string_view value, int bytes_max) {
  if (value.size() > static_cast<size_t>(bytes_max)) {
    return Refuse(field, fmt::format("at most {} bytes", bytes_max));
  }
  for (const char c : value) {
    if (c == '\0') return Refuse(field, "without NUL");
  }
  return absl::OkStatus();
}

absl::Status Name(std::string_view field, std::string_view value) {
  if (IsName(value, kNameBytesMax)) return absl::OkStatus();
  return Refuse(field, fmt::format("1 .. {} of letters, digits, '-', '_' and '.'", kNameBytesMax));
}

absl::Status Digest(std::string_view field, const std::string& value) {
  return value.size() == kDigestBytes ? absl::OkStatus()
                                      : Refuse(field, fmt::format("{} bytes", kDigestBytes));
}

absl::Status ValidateHeld(const v1::HeldBatch& held) {
  RETURN_IF_ERROR(Uuid("batches.job_uuid", held.job_uuid()));
  RETURN_IF_ERROR(InRange("batches.batch", held.batch(), 0, kIndexMax));
  RETURN_IF_ERROR(InRange("batches.attempt", held.attempt(), 1, INT32_MAX));
  RETURN_IF_ERROR(Digest("batches.spec_digest", held.spec_digest()));
  RETURN_IF_ERROR(InRange("batches.stored", held.stored(), 0, INT32_MAX));
  RETURN_IF_ERROR(InRange("batches.pending", held.pending(), 0, INT32_MAX));
  RETURN_IF_ERROR(InRange("batches.unstarted_begin", held.unstarted_begin(), 0, kIndexMax));
  return InRange("batches.end_index", held.end_index(), 0, kIndexMax);
}

absl::Status ValidateFailed(const v1::FailedBatch& failed) {
  RETURN_IF_ERROR(Uuid("failed.job_uuid", failed.job_uuid()));
  RETURN_IF_ERROR(InRange("failed.batch", failed.batch(), 0, kIndexMax));
  RETURN_IF_ERROR(InRange("failed.attempt", failed.attempt(), 1, INT32_MAX));
  return Text("failed.reason", failed.reason(), kSentenceBytesMax);
}

// Whichever side is older has to be updated, and the message says which one that is.
absl::Status ValidateProtocol(uint32_t version) {
  const bool previous = version > 0 && version + 1 == kProtocolVersion;
  if (version == kProtocolVersion || previous) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("protocol version {} is not served here; update the {}", version,
                  version > kProtocolVersion ? "coordinator" : "worker"));
}

// The lengths come first, so that an endless list is refused before its elements are checked.
absl::Status ValidateLists(const v1::WorkerState& state) {
  RETURN_IF_ERROR(InRange("the number of batches", state.batches_size(), 0, kBatchesPerWorkerMax));
  RETURN_IF_ERROR(InRange("the number of failed", state.failed_size(), 0, kBatchesPerWorkerMax));
  RETURN_IF_ERROR(InRange("the number of engines", state.engines_size(), 0, kListMax));
  RETURN_IF_ERROR(
      InRange("the number of generator_versions", state.generator_versions_size(), 0, kListMax));
  RETURN_IF_ERROR(
      InRange("the number of canonical_versions", state.canonical_versions_size(), 0, kListMax));
  for (const v1::HeldBatch& held : state.batches()) RETURN_IF_ERROR(ValidateHeld(held));
  for (const v1::FailedBatch& failed : state.failed()) RETURN_IF_ERROR(ValidateFailed(failed));
  for (const v1::EngineVersion& engine : state.engines()) {
    RETURN_IF_ERROR(Name("engines.engine", engine.engine()));
    RETURN_IF_ERROR(Text("engines.version", engine.version(), kNameBytesMax));
    RETURN_IF_ERROR(Real("engines.speed_factor", engine.speed_factor(), 0, 8));
  }
  return absl::OkStatus();
}

// Whether the spec, or a message inside it, has a field that this program does not know.
bool HasUnknownFields(const v1::JobSpec& spec) {
  // DiscardUnknownFields() also goes into the messages inside, and all that it drops makes the spec
  // shorter.
  v1::JobSpec known = spec;
  known.DiscardUnknownFields();
  return known.ByteSizeLong() != spec.ByteSizeLong();
}

// Only the shape is checked here. The worker made the contents storable, and submit_results()
// refuses those that are not.
absl::Status ValidateResult(const v1::Result& result) {
  RETURN_IF_ERROR(InRange("results.index", result.index(), 0, kIndexMax));
  if (!v1::Outcome_IsValid(result.outcome()) || result.outcome() == v1::OUTCOME_UNSPECIFIED) {
    return Refuse("results.outcome", "one of Outcome");
  }
  if (result.integrand().empty()) return Refuse("results.integrand", "set");
  // The schema's check_submitted() has the same bounds, for submissions that do not come through
  // us.
  RETURN_IF_ERROR(Text("results.integrand", result.integrand(), 65'536));
  RETURN_IF_ERROR(Text("results.integral", result.integral(), 65'536));
  RETURN_IF_ERROR(Text("results.engine", result.engine(), kNameBytesMax));
  RETURN_IF_ERROR(InRange("the number of results.steps", result.steps_size(), 0, 32));
  RETURN_IF_ERROR(Real("results.speed_factor", result.speed_factor(), 0, 8));
  return InRange("results.wall_ms", result.wall_ms(), 0, INT64_MAX);
}

}  // namespace

absl::Status Validate(const v1::JoinRequest& request) {
  RETURN_IF_ERROR(Digest("commitment", request.commitment()));
  if (!request.has_applicant()) return absl::OkStatus();
  RETURN_IF_ERROR(Digest("nonce", request.nonce()));
  RETURN_IF_ERROR(Uuid("applicant.worker_uuid", request.applicant().worker_uuid()));
  return Name("applicant.worker_name", request.applicant().worker_name());
}

absl::Status Validate(const v1::RedeemRequest& request) {
  RETURN_IF_ERROR(Text("secret", request.secret(), kNameBytesMax));
  const v1::Applicant& applicant = request.applicant();
  if (applicant.worker_uuid().empty() && applicant.worker_name().empty()) return absl::OkStatus();
  RETURN_IF_ERROR(Uuid("applicant.worker_uuid", applicant.worker_uuid()));
  return Name("applicant.worker_name", applicant.worker_name());
}

absl::Status Validate(const v1::CreateInviteRequest& request) {
  if (!request.operator_name().empty()) {
    RETURN_IF_ERROR(Name("operator_name", request.operator_name()));
    // It goes into a certificate, after the role.
    RETURN_IF_ERROR(Text("operator_name", request.operator_name(), kOperatorNameBytesMax));
  } else if (request.read_only()) {
    return absl::InvalidArgumentError("read_only is for an operator: give a name as well");
  }
  RETURN_IF_ERROR(InRange("uses", request.uses(), 0, kInviteUsesMax));
  if (!request.has_valid_for()) return absl::OkStatus();
  return InRange("valid_for in seconds", request.valid_for().seconds(), 1, kInviteSecondsMax);
}

absl::Status Validate(const v1::CancelInviteRequest& request) {
  const std::string& id = request.id();
  const bool readable =
      id.size() == kInviteIdDigits && std::ranges::all_of(id, [](char c) {
        return absl::ascii_isdigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'f');
      });
  return readable ? absl::OkStatus() : Refuse("id", "12 hexadecimal digits");
}

// The protocol comes first: another version may have other fields, so complaints about them would
// mislead.
absl::Status Validate(const v1::WorkerState& state) {
  RETURN_IF_ERROR(ValidateProtocol(state.protocol_version()));
  RETURN_IF_ERROR(Uuid("worker_uuid", state.worker_uuid()));
  RETURN_IF_ERROR(Name("name", state.name()));
  if (state.instance() == 0) return Refuse("instance", "greater than 0");
  if (state.sequence() == 0) return Refuse("sequence", "greater than 0");
  RETURN_IF_ERROR(InRange("slots", state.slots(), 1, kSlotsMax));
  RETURN_IF_ERROR(InRange("slots_allowed", state.slots_allowed(), 0, state.slots()));
  RETURN_IF_ERROR(InRange("slots_busy", state.slots_busy(), 0, state.slots()));
  RETURN_IF_ERROR(ValidateLists(state));
  RETURN_IF_ERROR(Text("sandbox_level", state.sandbox_level(), kNameBytesMax));
  RETURN_IF_ERROR(Text("build", state.build(), kSentenceBytesMax));
  RETURN_IF_ERROR(Real("load", state.load(), 0, 1e6));
  RETURN_IF_ERROR(Real("temperature", state.temperature(), -100, 1000));
  RETURN_IF_ERROR(Real("functions_per_minute", state.functions_per_minute(), 0, 1e9));
  RETURN_IF_ERROR(Text("reason", state.reason(), kSentenceBytesMax));
  RETURN_IF_ERROR(InRange("rows_waiting", state.rows_waiting(), 0, INT64_MAX));
  RETURN_IF_ERROR(InRange("rows_spooled", state.rows_spooled(), 0, INT64_MAX));
  return Text("results_way", state.results_way(), kNameBytesMax);
}

absl::Status Validate(const v1::Submission& submission) {
  RETURN_IF_ERROR(Uuid("job_uuid", submission.job_uuid()));
  RETURN_IF_ERROR(Digest("spec_digest", submission.spec_digest()));
  RETURN_IF_ERROR(InRange("audit_budget_factor", submission.audit_budget_factor(), 0, 1000));
  // Audits have no lease, hence neither batch nor attempt.
  if (submission.audit_budget_factor() == 0) {
    RETURN_IF_ERROR(InRange("batch", submission.batch(), 0, kIndexMax));
    RETURN_IF_ERROR(InRange("attempt", submission.attempt(), 1, INT32_MAX));
  }
  RETURN_IF_ERROR(Uuid("worker_uuid", submission.worker_uuid()));
  RETURN_IF_ERROR(
      InRange("the number of results", submission.results_size(), 1, kResultsPerSubmissionMax));
  // submit_results() answers with a status for each row, in order. A repeated index would make it
  // ambiguous which of the two rows is stored.
  std::set<int64_t> indices;
  for (const v1::Result& result : submission.results()) {
    RETURN_IF_ERROR(ValidateResult(result));
    if (!indices.insert(result.index()).second) return Refuse("results.index", "distinct");
  }
  return absl::OkStatus();
}

absl::Status Validate(const v1::StartJobRequest& request) {
  RETURN_IF_ERROR(Uuid("request_id", request.request_id()));
  if (!request.has_spec()) return Refuse("spec", "set");
  if (HasUnknownFields(request.spec())) {
    // To leave the field out would silently make another job of it.
    return absl::FailedPreconditionError(
        "the job has a field that this coordinator does not know; update the coordinator");
  }
  RETURN_IF_ERROR(InRange("the length of spec", static_cast<int64_t>(request.spec().ByteSizeLong()),
                          0, kSpecBytesMax));
  return ValidateJobSpec(request.spec());
}

absl::Status Validate(const v1::ControlJobRequest& request) {
  RETURN_IF_ERROR(Name("job", request.job()));
  if (!v1::ControlJobRequest::Verb_IsValid(request.verb()) ||
      request.verb() == v1::ControlJobRequest::VERB_UNSPECIFIED) {
    return Refuse("verb", "PAUSE, RESUME, CANCEL or EXTEND");
  }
  if (request.verb() != v1::ControlJobRequest::VERB_EXTEND) return absl::OkStatus();
  return InRange("target", request.target(), 1, kIndexMax);
}

absl::Status Validate(const v1::ControlWorkerRequest& request) {
  RETURN_IF_ERROR(Name("worker", request.worker()));
  if (request.has_until()) {
    if (request.verb() != v1::ControlWorkerRequest::VERB_SUSPEND) {
      return Refuse("verb", "SUSPEND where there is an `until`");
    }
    RETURN_IF_ERROR(InRange("until", request.until().seconds(), 1, kUnixSecondsMax));
  }
  if (v1::ControlWorkerRequest::Verb_IsValid(request.verb()) &&
      request.verb() != v1::ControlWorkerRequest::VERB_UNSPECIFIED) {
    return absl::OkStatus();
  }
  return Refuse("verb", "SUSPEND, DRAIN, RESUME or REMOVE");
}

absl::Status Validate(const v1::DropArchivedRowsRequest& request) {
  RETURN_IF_ERROR(Uuid("job", request.job()));
  RETURN_IF_ERROR(InRange("rows", request.rows(), 0, kIndexMax));
  RETURN_IF_ERROR(InRange("audited", request.audited(), 0, kIndexMax));
  return Digest("sha256", request.sha256());
}

absl::Status Validate(const v1::VoidRowsRequest& request) {
  RETURN_IF_ERROR(Name("worker", request.worker()));
  return InRange("since.nanos", request.since().nanos(), 0, 999'999'999);
}

absl::Status Validate(const v1::ReportFailedRowsRequest& request) {
  RETURN_IF_ERROR(Name("job", request.job()));
  RETURN_IF_ERROR(InRange("failed", request.failed_size(), 1, 100));
  for (const v1::FailedRows& failed : request.failed()) {
    RETURN_IF_ERROR(Name("failed.worker", failed.worker()));
    RETURN_IF_ERROR(InRange("failed.rows", failed.rows(), 1, kIndexMax));
    RETURN_IF_ERROR(InRange("failed.first_indices", failed.first_indices_size(), 0, 20));
  }
  return absl::OkStatus();
}

absl::Status Validate(const v1::SetPagePasswordRequest& request) {
  const int64_t bytes = static_cast<int64_t>(request.password().size());
  // The two are told apart by a word, so that a variable that is not set removes nothing.
  return request.remove() ? InRange("password's bytes with `remove`", bytes, 0, 0)
                          : InRange("password's bytes", bytes, 8, 1'000);
}

absl::Status Validate(const v1::GetResultRequest& request) {
  RETURN_IF_ERROR(Name("job", request.job()));
  return InRange("index", request.index(), 0, kIndexMax);
}

absl::Status Validate(const v1::ListEventsRequest& request) {
  return InRange("limit", request.limit(), 0, 10'000);
}

absl::Status ValidatePage(int page_size, const std::string& page_token, const std::string& search) {
  RETURN_IF_ERROR(InRange("page_size", page_size, 0, std::numeric_limits<int>::max()));
  RETURN_IF_ERROR(Text("page_token", page_token, kSentenceBytesMax));
  return Text("search", search, kSentenceBytesMax);
}

}  // namespace motzkin::coordinator
