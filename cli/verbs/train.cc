// motzkin train DIR trains a model of an export that says how likely a function is to have an
// integral.
#include <fmt/core.h>

#include <filesystem>

#include "classifier/model_file.h"
#include "classifier/training/training.h"
#include "classifier/training/training_report.h"
#include "cli/text/json.h"
#include "cli/text/progress_bar.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"

namespace motzkin::cli {
namespace {

struct TrainOptions {
  std::string directory;
  std::string model;
};

// Training a large export takes minutes, so a file that cannot be written is found before.
absl::Status CheckFolder(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::absolute(file, error).parent_path();
  if (std::filesystem::is_directory(folder, error)) return absl::OkStatus();
  return absl::InvalidArgumentError("there is no folder " + folder.string() + " for the model");
}

absl::StatusOr<int> RunTrain(const Globals& globals, const TrainOptions& options) {
  RETURN_IF_ERROR(CheckFolder(options.model));
  ASSIGN_OR_RETURN(const classifier::ExportDescription description,
                   classifier::DescribeExport(options.directory));
  ProgressBar bar("train");
  ASSIGN_OR_RETURN(
      const classifier::Training training,
      classifier::Train(description, MOTZKIN_VERSION,
                        [&](int64_t done, int64_t total) { return bar.Show(done, total); }));
  RETURN_IF_ERROR(classifier::WriteModel(training.model, options.model));
  if (globals.json) {
    PrintJson(classifier::TrainingJson(training));
  } else {
    fmt::print("{}", classifier::TrainingText(training));
  }
  return kExitOk;
}

}  // namespace

void AddTrain(const VerbContext& context) {
  const auto [verb, options] =
      AddVerb(context, "train",
              "train a model on an export that says how likely a function is to have an integral",
              RunTrain);
  verb.add_option("DIR", options.directory, "an export of `motzkin export` in jsonl or csv")
      ->required();
  verb.add_option("--model", options.model, "the file to write; one that is there is replaced")
      ->required();
}

}  // namespace motzkin::cli
