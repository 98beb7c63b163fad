// Trains a model on the split train of an export, and scores it on valid and test beside the rules
// that know no mathematics (dataset/baselines.h).
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "classifier/model.h"
#include "classifier/training/exported_rows.h"
#include "classifier/training/scores.h"

namespace motzkin::classifier {

// The scores of the rules and of the model on the rows of one split.
struct SplitScores {
  Hits majority;
  Hits length;
  Hits operators;
  ModelScores model;
};

struct Training {
  Model model;
  SplitScores valid;
  SplitScores test;
};

// Called now and then with the rows that were read and those that export.json lists. A status that
// is not OK ends the training.
using TrainingProgress = std::function<absl::Status(int64_t done, int64_t total)>;

// Takes some 0.8 kB of memory for each row. Only the first Baselines::kTestRowsMax rows of valid
// and of test are scored. `version` is that of the program, for the model's provenance.
//
// The same export gives the same model, byte for byte.
//
// Errors: those of exported_rows.h and of `progress`, and
//   INVALID_ARGUMENT  train has no rows, or all have the same label
absl::StatusOr<Training> Train(const ExportDescription& description, const std::string& version,
                               const TrainingProgress& progress);

}  // namespace motzkin::classifier
