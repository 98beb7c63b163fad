#include "classifier/model.h"

#include <cmath>
#include <utility>

#include "common/base/check.h"

namespace motzkin::classifier {

Model::Model(Provenance provenance, std::vector<int32_t> weights)
    : provenance_(std::move(provenance)), weights_(std::move(weights)) {
  MOTZKIN_CHECK(weights_.size() == kBuckets + 1);
}

double Model::Probability(const std::vector<Feature>& features) const {
  double units = weights_.back();
  for (const Feature& feature : features) units += feature.value * weights_[feature.bucket];
  return 1 / (1 + std::exp(-units * kWeightUnit));
}

double Model::Probability(expression::Expr canonical) const {
  return Probability(FeaturesOf(canonical));
}

}  // namespace motzkin::classifier
