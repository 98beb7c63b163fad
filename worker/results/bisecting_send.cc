#include "worker/results/bisecting_send.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "worker/results/result_row.h"

namespace motzkin::worker {
namespace {

v1::Submission WithoutRows(const v1::Submission& submission) {
  v1::Submission header = submission;
  header.clear_results();
  return header;
}

// Whether the sink said of every row that it is stored or revoked. A coordinator that is newer than
// this worker may say something else, which must not count as stored: the row would be forgotten.
bool AllKnown(const std::vector<v1::RowStatus>& statuses) {
  return std::all_of(statuses.begin(), statuses.end(), [](v1::RowStatus status) {
    return status != v1::ROW_STATUS_UNSPECIFIED && v1::RowStatus_IsValid(status);
  });
}

absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::Submission& part, ResultSink& sink) {
  ASSIGN_OR_RETURN(std::vector<v1::RowStatus> statuses, sink.Submit(part));
  if (AllKnown(statuses)) return statuses;
  return absl::UnavailableError(
      "the answer says of a row what this worker does not understand: update the worker");
}

void Report(const v1::Submission& part, const std::vector<v1::RowStatus>& statuses,
            ResultObserver& observer) {
  v1::Submission stored = WithoutRows(part);
  v1::Submission revoked = stored;
  std::vector<v1::RowStatus> stored_statuses;
  for (int i = 0; i < part.results_size(); ++i) {
    const v1::RowStatus status = statuses[static_cast<size_t>(i)];
    const bool is_revoked = status == v1::ROW_STATUS_REVOKED;
    *(is_revoked ? revoked : stored).add_results() = part.results(i);
    if (!is_revoked) stored_statuses.push_back(status);
  }
  if (stored.results_size() > 0) observer.Acknowledged(stored, stored_statuses);
  if (revoked.results_size() > 0) observer.BatchRevoked(revoked, "the batch was revoked");
}

void Bisect(v1::Submission part, const absl::Status& why, std::vector<v1::Submission>& parts,
            ResultObserver& observer) {
  if (part.results_size() == 1) {
    // A single row is refused: it is the one that was looked for.
    if (IsUnstorableRow(part.results(0))) {
      observer.RowRefused(part, std::string(why.message()));
      return;
    }
    // The function must end with some row, or its batch would never close. The bare row goes on the
    // stack and is sent next.
    *part.mutable_results(0) = UnstorableRow(part.results(0), why);
    parts.push_back(std::move(part));
    return;
  }
  v1::Submission second = WithoutRows(part);
  const int half = part.results_size() / 2;
  for (int i = half; i < part.results_size(); ++i) {
    second.add_results()->Swap(part.mutable_results(i));
  }
  part.mutable_results()->DeleteSubrange(half, part.results_size() - half);
  // The first half is on top, so rows are sent in their order.
  parts.push_back(std::move(second));
  parts.push_back(std::move(part));
}

}  // namespace

absl::Status SendBisecting(v1::Submission& submission, ResultSink& sink, ResultObserver& observer) {
  // `parts` is a stack. Together its parts hold each row that is not dealt with exactly once, so
  // they are what is left whenever an error ends the loop.
  const v1::Submission header = WithoutRows(submission);
  std::vector<v1::Submission> parts{std::move(submission)};
  submission = header;
  while (!parts.empty()) {
    v1::Submission part = std::move(parts.back());
    parts.pop_back();
    const absl::StatusOr<std::vector<v1::RowStatus>> statuses = Submit(part, sink);
    if (statuses.ok()) {
      Report(part, *statuses, observer);
    } else if (absl::IsInvalidArgument(statuses.status())) {
      Bisect(std::move(part), statuses.status(), parts, observer);
    } else if (absl::IsFailedPrecondition(statuses.status())) {
      // The refusal is about the lease, and all parts are of one lease, so the rest is dropped with
      // it.
      observer.BatchRefused(part, std::string(statuses.status().message()));
      return absl::OkStatus();
    } else {
      parts.push_back(std::move(part));
      for (v1::Submission& left : parts) submission.MergeFrom(left);
      return statuses.status();
    }
  }
  return absl::OkStatus();
}

}  // namespace motzkin::worker
