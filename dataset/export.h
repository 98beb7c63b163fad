// Writes the sealed prefix of a job as a dataset: data files for train, valid and test, a card
// (README.md) with plots, export.json and SHA256SUMS.
//
// The same job, range and options give the same bytes, no matter how much was computed in between;
// only the audits of that range may have gone on, and the card counts them.
// Memory does not grow with the number of rows. The directory gets its name when everything is in
// it.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "dataset/baselines.h"
#include "dataset/columns.h"
#include "dataset/export_options.h"
#include "dataset/reader.h"
#include "dataset/selection.h"
#include "dataset/shard_writer.h"
#include "dataset/statistics.h"

namespace motzkin::dataset {

// The result of an export, for its card and for the user.
struct ExportReport {
  JobDescription job;
  IndexRange range;
  v1::Answers answers = v1::ANSWERS_UNSPECIFIED;  // the convention that the labels follow
  Statistics all;                                 // of all rows in the range
  Statistics exported;
  ExclusionCounts excluded{};
  int64_t checked = 0;  // rows that were drawn and verified again; 0 if they were trusted
  FailedByWorker failed;
  int64_t ln_abs_rewritten = 0;  // integrals in which ln|u| became ln u
  int64_t ln_abs_kept = 0;       // integrals in which it stayed, as ln u does not verify
  FlipsByOutcome flips;          // of the audits that have an answer by now
  BaselineScores baselines;
  EngineNames engines;
  std::vector<WrittenFile> files;  // the data files
};

// Writes to `directory`, which must not exist or must be empty. `progress` counts rows; when labels
// are balanced there are two passes over them.
//
// After an error nothing is left behind. The errors are those of Reader, Selection,
// StagingDirectory and files, any error that `progress` returns, and
//   OUT_OF_RANGE         the range is not within the sealed prefix
//   INVALID_ARGUMENT     the options contradict each other
//   FAILED_PRECONDITION  nothing is sealed yet, or no row is left to export
absl::StatusOr<ExportReport> Export(Reader& reader, const std::string& job,
                                    const std::filesystem::path& directory,
                                    const ExportOptions& options, const Progress& progress);

}  // namespace motzkin::dataset
