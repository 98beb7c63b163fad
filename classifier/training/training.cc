#include "classifier/training/training.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include <utility>
#include <vector>

#include "classifier/training/logistic_regression.h"
#include "common/base/sha256.h"
#include "common/base/status_macros.h"
#include "common/expression/canonical.h"
#include "dataset/baselines.h"

namespace motzkin::classifier {
namespace {

// Rows between two calls of `progress`; they take some 0.1 s.
constexpr int64_t kProgressRows = 1'000;

// A row that is scored once the model is there.
struct KeptRow {
  std::vector<Feature> features;
  bool label;
  v1::Outcome outcome;
};

// The rows of valid or test, and the rules that guess their labels.
class HeldOut {
 public:
  // The rules score the rows of test; here they score those of any split.
  void Add(dataset::Row row, bool label, std::vector<Feature> features) {
    if (rows_.size() >= dataset::Baselines::kTestRowsMax) return;
    row.split = dataset::Split::kTest;
    rules_.Add(row, label);
    rows_.push_back({std::move(features), label, row.outcome});
  }

  void AddTrain(const dataset::Row& row, bool label) { rules_.Add(row, label); }

  SplitScores Score(const Model& model) const {
    const dataset::BaselineScores rules = rules_.Score();
    SplitScores scores{.majority = {rules.majority, rules.test_rows},
                       .length = {rules.length, rules.test_rows},
                       .operators = {rules.operators, rules.test_rows},
                       .model = {}};
    for (const KeptRow& row : rows_) {
      scores.model.Add(model.Probability(row.features), row.label, row.outcome);
    }
    return scores;
  }

 private:
  dataset::Baselines rules_;
  std::vector<KeptRow> rows_;
};

Provenance ProvenanceOf(const ExportDescription& description, const TrainingSet& train,
                        Sha256Hasher& rows, const std::string& version) {
  return {.job = description.job,
          .job_uuid = description.job_uuid,
          .spec_digest = description.spec_digest,
          .preset = description.preset,
          .answers = description.answers,
          .balance = description.balance,
          .generator_version = description.generator_version,
          .skeleton_version = description.skeleton_version,
          .canonical_version = expression::kCanonicalVersion,
          .features_version = kFeaturesVersion,
          .motzkin = version,
          .rows_sha256 = absl::BytesToHexString(rows.Digest()),
          .train_rows = train.rows(),
          .train_positive = train.positive()};
}

}  // namespace

absl::StatusOr<Training> Train(const ExportDescription& description, const std::string& version,
                               const TrainingProgress& progress) {
  TrainingSet train;
  HeldOut valid;
  HeldOut test;
  Sha256Hasher hasher;
  int64_t total = 0;
  for (const ExportedFile& file : description.files) total += file.rows;
  int64_t done = 0;
  RETURN_IF_ERROR(ForEachExportedRow(description, [&](const ExportedRow& row) -> absl::Status {
    if (++done % kProgressRows == 0) RETURN_IF_ERROR(progress(done, total));
    std::vector<Feature> features = FeaturesOf(row.canonical);
    if (row.row.split != dataset::Split::kTrain) {
      HeldOut& held_out = row.row.split == dataset::Split::kValid ? valid : test;
      held_out.Add(row.row, row.label, std::move(features));
      return absl::OkStatus();
    }
    train.Add(features, row.label);
    valid.AddTrain(row.row, row.label);
    test.AddTrain(row.row, row.label);
    hasher.Update(absl::StrCat(row.row.integrand, row.label ? "\t1\n" : "\t0\n"));
    return absl::OkStatus();
  }));
  ASSIGN_OR_RETURN(std::vector<int32_t> weights, train.Fit());
  Model model(ProvenanceOf(description, train, hasher, version), std::move(weights));
  const SplitScores valid_scores = valid.Score(model);
  const SplitScores test_scores = test.Score(model);
  return Training{std::move(model), valid_scores, test_scores};
}

}  // namespace motzkin::classifier
