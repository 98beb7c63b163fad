#include "dataset/relatives.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/status_macros.h"
#include "common/expression/canonical.h"
#include "common/results/split.h"

namespace motzkin::dataset {

Relatives::Relatives(uint64_t seed, generator::FunctionSampler sampler)
    : seed_(seed), sampler_(std::move(sampler)), pool_(std::make_unique<expression::Pool>()) {}

absl::StatusOr<Relatives> Relatives::Create(const JobDescription& job) {
  ASSIGN_OR_RETURN(generator::FunctionSampler sampler,
                   generator::FunctionSampler::Create(job.spec.generator()));
  return Relatives(job.spec.seed(), std::move(sampler));
}

absl::StatusOr<bool> Relatives::AreTogether(const Row& row) {
  pool_->Clear();
  ASSIGN_OR_RETURN(const generator::GeneratedFunction function,
                   sampler_.Generate(seed_, row.index, *pool_));
  // A row of another function would make the answer meaningless, so this is checked for every row.
  if (function.skeleton_hash != row.skeleton_hash) {
    return absl::DataLossError(
        fmt::format("the stored function {} is not the one that its index makes", row.index));
  }
  if (function.parts_integrand == nullptr) return true;
  // The split is computed as SQL does it, so it is that of the relative's own row, if there is one.
  const uint64_t relative =
      expression::SkeletonHash(expression::Canonical(function.parts_integrand, *pool_));
  return SplitOf(relative) == kSplitNames[static_cast<size_t>(row.split)];
}

}  // namespace motzkin::dataset
