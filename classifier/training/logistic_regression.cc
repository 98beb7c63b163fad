#include "classifier/training/logistic_regression.h"

#include <absl/status/status.h>
#include <linear.h>

#include <algorithm>
#include <cmath>

#include "classifier/model.h"
#include "common/base/check.h"

namespace motzkin::classifier {
namespace {

// A hundredth of liblinear's default. The smaller it is, the less the weights depend on the last
// digits of the library that adds up.
constexpr double kTolerance = 1e-4;

void PrintNothing(const char* /*text*/) {}

struct FreeModel {
  void operator()(model* made) const { free_and_destroy_model(&made); }
};

// Returns a weight in units. The bounds are those of the file; a weight that reached them, of
// 32,768, would decide alone in any case.
int32_t InUnits(double weight) {
  constexpr double kMost = 2'147'483'647;
  return static_cast<int32_t>(std::lround(std::clamp(weight / kWeightUnit, -kMost, kMost)));
}

}  // namespace

struct TrainingSet::Rows {
  std::vector<std::vector<feature_node>> features;
  std::vector<double> labels;
  int64_t positive = 0;
};

TrainingSet::TrainingSet() : rows_(std::make_unique<Rows>()) {}
TrainingSet::~TrainingSet() = default;
TrainingSet::TrainingSet(TrainingSet&& other) noexcept = default;
TrainingSet& TrainingSet::operator=(TrainingSet&& other) noexcept = default;

void TrainingSet::Add(const std::vector<Feature>& features, bool label) {
  // liblinear counts features from 1, takes the constant term as one more, and ends a row with -1.
  std::vector<feature_node> row;
  row.reserve(features.size() + 2);
  for (const Feature& feature : features) {
    row.push_back({static_cast<int>(feature.bucket) + 1, feature.value});
  }
  row.push_back({static_cast<int>(kBuckets) + 1, 1});
  row.push_back({-1, 0});
  rows_->features.push_back(std::move(row));
  rows_->labels.push_back(label ? 1 : -1);
  if (label) ++rows_->positive;
}

int64_t TrainingSet::rows() const { return static_cast<int64_t>(rows_->labels.size()); }

int64_t TrainingSet::positive() const { return rows_->positive; }

absl::StatusOr<std::vector<int32_t>> TrainingSet::Fit() const {
  if (rows() == 0) return absl::InvalidArgumentError("there are no functions to train on");
  if (positive() == 0 || positive() == rows()) {
    return absl::InvalidArgumentError(
        positive() == 0
            ? "no function to train on has an integral, and a model needs both labels"
            : "every function to train on has an integral, and a model needs both labels");
  }
  std::vector<feature_node*> pointers;
  pointers.reserve(rows_->features.size());
  for (std::vector<feature_node>& row : rows_->features) pointers.push_back(row.data());
  const problem data{.l = static_cast<int>(rows()),
                     .n = static_cast<int>(kBuckets) + 1,
                     .y = rows_->labels.data(),
                     .x = pointers.data(),
                     .bias = 1};
  parameter settings{};
  settings.solver_type = L2R_LR;
  settings.eps = kTolerance;
  settings.C = kCost;
  MOTZKIN_CHECK(check_parameter(&data, &settings) == nullptr);
  set_print_string_function(PrintNothing);
  const std::unique_ptr<model, FreeModel> fitted(train(&data, &settings));
  std::vector<int32_t> weights(kBuckets + 1);
  // The weights are for the label that liblinear lists first.
  const double sign = fitted->label[0] == 1 ? 1 : -1;
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = InUnits(sign * fitted->w[i]);
  return weights;
}

}  // namespace motzkin::classifier
