#include "classifier/training/export_model.h"

#include <utility>

#include "classifier/model.h"
#include "common/expression/canonical.h"
#include "common/expression/parser.h"

namespace motzkin::classifier {

void ExportModel::Add(const dataset::Row& row, bool label) {
  const bool wanted = row.split == dataset::Split::kTrain
                          ? train_.rows() < kTrainRowsMax
                          : row.split == dataset::Split::kTest && test_.size() < kTestRowsMax;
  if (!wanted) return;
  pool_.Clear();
  // A row whose integrand cannot be read is a fault of the database, of which exports tell by other
  // means.
  const absl::StatusOr<expression::Expr> integrand = expression::ParsePrefix(row.integrand, pool_);
  if (!integrand.ok()) return;
  const expression::Expr canonical = expression::Canonical(*integrand, pool_);
  if (canonical->op() == expression::Op::kUndefined) return;
  std::vector<Feature> features = FeaturesOf(canonical);
  if (row.split == dataset::Split::kTrain) {
    train_.Add(features, label);
  } else {
    test_.push_back({std::move(features), label});
  }
}

std::optional<dataset::ModelScore> ExportModel::Score() const {
  absl::StatusOr<std::vector<int32_t>> weights = train_.Fit();
  if (!weights.ok() || test_.empty()) return std::nullopt;
  const Model model(Provenance(), *std::move(weights));
  dataset::ModelScore score{.train_rows = train_.rows(),
                            .test_rows = static_cast<int64_t>(test_.size())};
  for (const TestRow& row : test_) {
    if ((model.Probability(row.features) >= 0.5) == row.label) ++score.right;
  }
  return score;
}

}  // namespace motzkin::classifier
