#include "dataset/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/expression/canonical.h"
#include "common/words/words.h"

namespace motzkin::dataset {
namespace {

absl::Status CheckKind(const JobDescription& job, const ExportOptions& options) {
  if (std::find(options.kinds.begin(), options.kinds.end(), job.kind) != options.kinds.end()) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      fmt::format("job {} is of kind {}, whose rows teach a model the generator rather than "
                  "integration: say --kinds {} if you want them",
                  job.name, Word(job.kind), Word(job.kind)));
}

// The functions of the file are hashed by this program, those of the job by the one that made it.
// Hashes of different versions would never meet, and contaminated rows would stay.
absl::Status CheckCanonicalVersion(const JobDescription& job) {
  if (job.spec.generator().canonical_version() == expression::kCanonicalVersion) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(fmt::format(
      "job {} has hashes of canonical form {}, this program has version {}: the file "
      "to keep apart from cannot be compared with it",
      job.name, job.spec.generator().canonical_version(), expression::kCanonicalVersion));
}

}  // namespace

Selection::Selection(const ExportOptions& options, v1::Answers answers,
                     std::optional<Relatives> relatives)
    : options_(&options), answers_(answers), relatives_(std::move(relatives)) {}

absl::StatusOr<Selection> Selection::Create(const JobDescription& job,
                                            const ExportOptions& options) {
  // Other kinds are asked for by name, because their functions are distributed differently: a model
  // may learn the generator from them.
  RETURN_IF_ERROR(CheckKind(job, options));
  if (options.decontaminate.has_value()) RETURN_IF_ERROR(CheckCanonicalVersion(job));
  std::optional<Relatives> relatives;
  if (job.kind == v1::KIND_BY_PARTS) {
    ASSIGN_OR_RETURN(relatives, Relatives::Create(job));
  }
  // The convention only decides which stored answers count, so it can be chosen anew for every
  // export.
  const bool own = options.answers == v1::ANSWERS_UNSPECIFIED;
  return Selection(options, own ? job.answers : options.answers, std::move(relatives));
}

std::optional<bool> Selection::Label(const Row& row) const {
  return LabelOf(row.outcome, row.answer_class, answers_);
}

absl::StatusOr<std::optional<Exclusion>> Selection::Decide(const Row& row) {
  if (!row.sound) return Exclusion::kFailedCheck;
  if (row.quarantined) return Exclusion::kQuarantined;
  const std::optional<bool> label = Label(row);
  if (!label.has_value()) return Exclusion::kUnlabelled;
  if (options_->labels == Labels::kSure && row.outcome == v1::OUTCOME_TIMED_OUT) {
    return Exclusion::kUnsure;
  }
  if (!*label && !options_->format->holds_negatives) return Exclusion::kNegative;
  // The first occurrence stays, which may lie outside the range of this export.
  if (row.duplicate_of.has_value()) return Exclusion::kDuplicate;
  if (options_->decontaminate.has_value()) {
    const FunctionSet& set = *options_->decontaminate;
    if (set.canonical_hashes.contains(row.canonical_hash) ||
        set.skeleton_hashes.contains(row.skeleton_hash)) {
      return Exclusion::kContaminated;
    }
  }
  // The dearest check comes last, because it makes the function again.
  if (relatives_.has_value()) {
    ASSIGN_OR_RETURN(const bool together, relatives_->AreTogether(row));
    if (!together) return Exclusion::kParted;
  }
  return std::nullopt;
}

}  // namespace motzkin::dataset
