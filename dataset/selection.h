// Which rows of a job belong into an export, apart from balancing.
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

// Why a row is left out: the first of these that holds.
enum class Exclusion {
  kUnlabelled,    // no label can be trusted
  kNegative,      // it has no integral, and the format holds pairs
  kDuplicate,     // its function occurs at an earlier index
  kContaminated,  // it, or its skeleton, is in the file of --decontaminate
  kParted,        // by parts: its relative belongs to another split
  kUnwritable,    // the format has no words for it
  kUnbalanced,    // left out by --balance
};
inline constexpr size_t kExclusions = 7;

struct ExclusionText {
  std::string_view name;  // in JSON
  std::string_view why;   // for the card
};
inline constexpr ExclusionText kExclusionTexts[kExclusions] = {
    {"unlabelled", "no label can be trusted (partly, refuted, unverified, crashed, ...)"},
    {"negative", "there is no integral, and the format holds pairs only"},
    {"duplicate", "the function occurs at an earlier index of the job"},
    {"contaminated", "the function or its skeleton is in the file to keep apart from"},
    {"parted", "made by parts, and the relative belongs to another split"},
    {"unwritable", "the format has no words for it"},
    {"unbalanced", "left out to balance the labels"},
};

// How many rows were left out, by reason.
using ExclusionCounts = std::array<int64_t, kExclusions>;

// Thread-compatible.
class Selection {
 public:
  // `options` must outlive it. FAILED_PRECONDITION: a kind that was not asked for, or as
  // Relatives::Create.
  static absl::StatusOr<Selection> Create(const JobDescription& job, const ExportOptions& options);

  std::optional<bool> Label(const Row& row) const;
  // Nothing: it belongs in, as far as the row itself says. Errors of Relatives.
  absl::StatusOr<std::optional<Exclusion>> Decide(const Row& row);

  v1::Answers answers() const { return answers_; }

 private:
  Selection(const ExportOptions& options, v1::Answers answers, std::optional<Relatives> relatives);

  const ExportOptions* options_;
  v1::Answers answers_;
  std::optional<Relatives> relatives_;  // of a job by parts
};

}  // namespace motzkin::dataset
