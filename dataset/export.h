// Writes the sealed prefix of a job as a dataset: data files for train, valid and test, a card
// (README.md) with plots, export.json and SHA256SUMS.
//
// The same job, range and options give the same bytes, however much more was computed since. Memory
// does not grow with the number of rows. The directory gets its name when everything is in it.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "dataset/baselines.h"
#include "dataset/export_options.h"
#include "dataset/reader.h"
#include "dataset/selection.h"
#include "dataset/shard_writer.h"
#include "dataset/statistics.h"

namespace motzkin::dataset {

// What an export came to.
struct ExportReport {
  JobDescription job;
  IndexRange range;
  v1::Answers answers = v1::ANSWERS_UNSPECIFIED;  // that the labels follow
  Statistics all;                                 // of the range
  Statistics exported;
  ExclusionCounts excluded{};
  int64_t ln_abs_rewritten = 0;  // integrals in which ln|u| became ln u
  int64_t ln_abs_kept = 0;       // ... in which it stayed: the other form does not verify
  BaselineScores baselines;
  std::map<int, std::string> engines;
  std::vector<WrittenFile> files;  // of data
};

// Writes to `directory`, which must not exist or be empty. `progress` counts rows, of both passes
// when labels are balanced.
//
// Errors: those of Reader, Selection, StagingDirectory and files; OUT_OF_RANGE (the range is not
// within the sealed prefix); INVALID_ARGUMENT (options that contradict each other);
// FAILED_PRECONDITION (nothing is sealed yet, or no row is left); what `progress` returned. Nothing
// is left behind then.
absl::StatusOr<ExportReport> Export(Reader& reader, const std::string& job,
                                    const std::filesystem::path& directory,
                                    const ExportOptions& options, const Progress& progress);

}  // namespace motzkin::dataset
