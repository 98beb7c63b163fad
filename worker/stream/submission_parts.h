// Cuts submissions to the length that the coordinator takes. Thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "motzkin/v1/job.pb.h"

namespace motzkin::worker {

// Half of what the coordinator takes in one message.
inline constexpr size_t kPartBytesMax = size_t{512} << 10;

// Returns the submission in parts, in order, each with at most `bytes_max` of rows, or with one row
// that is longer. Rows have up to 150 kB, so every part fits.
std::vector<v1::Submission> PartsOf(const v1::Submission& submission,
                                    size_t bytes_max = kPartBytesMax);

}  // namespace motzkin::worker
