// Functions made by parts come with a relative: the integral of F*g is F*G minus that of f*G. A
// model that knows one integral knows the other, so a split should not part the two, whichever job
// brought the relative (docs/decisions/0010). The split of a row follows from its own skeleton
// alone; this class says whether the relative has the same split.
//
// Immutable except for its pool. Thread-compatible.
#pragma once

#include <absl/status/statusor.h>

#include <memory>

#include "common/expression/expression.h"
#include "common/generator/function_sampler.h"
#include "dataset/reader.h"
#include "dataset/row.h"

namespace motzkin::dataset {

class Relatives {
 public:
  // FAILED_PRECONDITION: the job was made by another version of the generator or canonical form.
  static absl::StatusOr<Relatives> Create(const JobDescription& job);

  // Whether the relative of the row's function belongs to the same split. Makes the function again
  // from its index, which takes about 0.1 ms. DATA_LOSS: the stored hash is not that of the
  // function.
  absl::StatusOr<bool> AreTogether(const Row& row);

 private:
  Relatives(uint64_t seed, generator::FunctionSampler sampler);

  uint64_t seed_;
  generator::FunctionSampler sampler_;
  std::unique_ptr<expression::Pool> pool_;
};

}  // namespace motzkin::dataset
