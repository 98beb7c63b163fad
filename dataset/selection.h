// Decides which rows of a job belong into an export, before any balancing.
#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dataset/export_options.h"
#include "dataset/reader.h"
#include "dataset/relatives.h"
#include "dataset/row.h"

namespace motzkin::dataset {

// The reason why a row is left out; if several hold, the first of them.
enum class Exclusion {
  kFailedCheck,   // it came out differently when it was drawn and verified again
  kQuarantined,   // an audit found another row of its worker wrong
  kUnlabelled,    // no label can be trusted
  kUnsure,        // it timed out, and only sure labels were asked for
  kNegative,      // it has no integral, and the format holds pairs only
  kDuplicate,     // its function occurs at an earlier index
  kContaminated,  // it, or its skeleton, is in the file of --decontaminate
  kParted,        // it was made by parts, and its relative belongs to another split
  kUnwritable,    // the format has no words for it
  kUnbalanced,    // --balance leaves it out
};
inline constexpr size_t kExclusions = 10;

struct ExclusionText {
  std::string_view name;  // the key in JSON
  std::string_view why;   // the reason in the card
};
inline constexpr ExclusionText kExclusionTexts[kExclusions] = {
    {"failed_check", "drawn or verified again, it came out differently: its machine erred or lied"},
    {"quarantined", "an audit found another row of its machine wrong"},
    {"unlabelled", "no label can be trusted (partly, refuted, unverified, crashed, ...)"},
    {"unsure", "it timed out: with more time, some such functions have an integral"},
    {"negative", "there is no integral, and the format holds pairs only"},
    {"duplicate", "the function occurs at an earlier index of the job"},
    {"contaminated", "the function or its skeleton is in the file to keep apart from"},
    {"parted", "made by parts, and the relative belongs to another split"},
    {"unwritable", "the format has no words for it"},
    {"unbalanced", "left out to balance the labels"},
};

// The number of rows that were left out, by reason.
using ExclusionCounts = std::array<int64_t, kExclusions>;

// Thread-compatible.
class Selection {
 public:
  // `options` must outlive the selection. FAILED_PRECONDITION: the job is of a kind that was not
  // asked for, its hashes cannot be compared with the functions to leave out, or
  // Relatives::Create() refuses.
  static absl::StatusOr<Selection> Create(const JobDescription& job, const ExportOptions& options);

  // Returns the label under the convention of answers(); nothing if none can be trusted.
  std::optional<bool> Label(const Row& row) const;
  // Returns the reason to leave the row out, or nothing if it belongs into the export as far as the
  // row itself tells. The errors are those of Relatives.
  absl::StatusOr<std::optional<Exclusion>> Decide(const Row& row);

  // The convention that was asked for, or else the job's own. Never unspecified.
  v1::Answers answers() const { return answers_; }

 private:
  Selection(const ExportOptions& options, v1::Answers answers, std::optional<Relatives> relatives);

  const ExportOptions* options_;
  v1::Answers answers_;
  std::optional<Relatives> relatives_;  // only for a job by parts
};

}  // namespace motzkin::dataset
