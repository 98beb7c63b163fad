#include <fmt/format.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {
namespace {

using postgres::Params;
using postgres::Rows;

constexpr int64_t kBatchSizeMax = 1'000'000;

absl::StatusOr<BatchSnapshot> LockBatch(Statements& statements, const BatchKey& key) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      statements.Run(queries::kLockBatches, Params().IntArray({key.job}).IntArray({key.batch})));
  if (rows.empty()) return absl::NotFoundError(fmt::format("no {}", NameOf(key)));
  return BatchOf(rows, 0);
}

// Where batches of these sizes end, the first of which begins at `begin`: none beyond `target`, 0
// meaning that there is none.
std::vector<int64_t> EndsOf(const std::vector<int64_t>& sizes, int64_t begin, int64_t target) {
  std::vector<int64_t> ends;
  for (const int64_t size : sizes) {
    if (target > 0 && begin >= target) break;
    begin += size;
    if (target > 0) begin = std::min(begin, target);
    ends.push_back(begin);
  }
  return ends;
}

absl::Status CheckSizes(const std::vector<int64_t>& sizes) {
  for (const int64_t size : sizes) {
    if (size < 1 || size > kBatchSizeMax) {
      return absl::InvalidArgumentError(
          fmt::format("a batch has 1 to {} functions, not {}", kBatchSizeMax, size));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string NameOf(const BatchKey& key) {
  return fmt::format("batch {} of job {}", key.batch, key.job);
}

BatchSnapshot BatchOf(const Rows& rows, size_t row) {
  return {.key = {rows.Int(row, 0), rows.Int(row, 1)},
          .begin = rows.Int(row, 2),
          .end = rows.Int(row, 3),
          .stored = rows.Int(row, 4),
          .deaths = static_cast<int32_t>(rows.Int(row, 5)),
          .revoked = rows.Bool(row, 6)};
}

absl::StatusOr<std::vector<BatchSnapshot>> Store::AllocateBatches(
    int64_t job_id, const std::vector<int64_t>& sizes) {
  RETURN_IF_ERROR(CheckSizes(sizes));
  std::vector<BatchSnapshot> batches;
  if (sizes.empty()) return batches;
  RETURN_IF_ERROR(impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows job, statements.Run(queries::kLockJob, Params().Int(job_id)));
    if (job.empty()) return absl::NotFoundError(fmt::format("no job {}", job_id));
    if (job.Text(0, 0) != "running") {
      return absl::FailedPreconditionError(
          fmt::format("job {} is {}", job.Text(0, 5), job.Text(0, 0)));
    }
    const int64_t begin = job.Int(0, 3);
    const std::vector<int64_t> ends = EndsOf(sizes, begin, job.Bool(0, 2) ? 0 : job.Int(0, 1));
    if (ends.empty())
      return absl::OutOfRangeError(fmt::format("job {} is wholly allocated", job.Text(0, 5)));
    const Params range = Params().Int(job_id).Int(begin).Int(ends.back());
    RETURN_IF_ERROR(statements.Run(queries::kEnsurePartitions, range).status());
    ASSIGN_OR_RETURN(
        const Rows rows,
        statements.Run(queries::kAllocateBatches, Params().Int(job_id).Int(begin).IntArray(ends)));
    for (size_t row = 0; row < rows.size(); ++row) batches.push_back(BatchOf(rows, row));
    return absl::OkStatus();
  }));
  return batches;
}

absl::StatusOr<BatchSnapshot> Store::AllocateBatch(int64_t job_id, int64_t size) {
  ASSIGN_OR_RETURN(const std::vector<BatchSnapshot> batches, AllocateBatches(job_id, {size}));
  return batches.front();
}

absl::StatusOr<std::vector<BatchSnapshot>> Store::OpenBatches(int64_t job_id) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kOpenBatches, Params().Int(job_id)));
  std::vector<BatchSnapshot> batches;
  batches.reserve(rows.size());
  for (size_t row = 0; row < rows.size(); ++row) batches.push_back(BatchOf(rows, row));
  return batches;
}

absl::StatusOr<BatchSnapshot> Store::SplitBatch(const BatchKey& batch, int64_t at) {
  BatchSnapshot tail;
  RETURN_IF_ERROR(impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const BatchSnapshot whole, LockBatch(statements, batch));
    if (at <= whole.begin || at >= whole.end) {
      return absl::InvalidArgumentError(fmt::format("{} holds {} to {}: it cannot be split at {}",
                                                    NameOf(batch), whole.begin, whole.end - 1, at));
    }
    ASSIGN_OR_RETURN(
        const Rows rows,
        statements.Run(queries::kSplitBatch, Params().Int(batch.job).Int(batch.batch).Int(at)));
    tail = BatchOf(rows, 0);
    return absl::OkStatus();
  }));
  return tail;
}

absl::StatusOr<int64_t> Store::Seal(int64_t job_id, int64_t rows_max) {
  int64_t sealed = 0;
  RETURN_IF_ERROR(impl_->session->WriteMuch([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows batches,
                     statements.Run(queries::kSealableBatches, Params().Int(job_id)));
    if (batches.empty()) return absl::OkStatus();
    const int64_t begin = batches.Int(0, 3);
    int64_t end = begin;
    for (size_t row = 0; row < batches.size(); ++row) {
      const bool next = batches.Int(row, 0) == end && batches.Bool(row, 2);
      // One batch is always taken whole, however large.
      if (!next || (end > begin && batches.Int(row, 1) - begin > rows_max)) break;
      end = batches.Int(row, 1);
    }
    if (end == begin) return absl::OkStatus();
    const Params range = Params().Int(job_id).Int(begin).Int(end);
    RETURN_IF_ERROR(statements.Change(queries::kSealFunctions, range).status());
    ASSIGN_OR_RETURN(const int64_t duplicates, statements.Change(queries::kSealDuplicates, range));
    RETURN_IF_ERROR(statements.Change(queries::kSealAudits, range).status());
    RETURN_IF_ERROR(
        statements.Change(queries::kSealTotals, Params(range).Int(duplicates)).status());
    sealed = end - begin;
    return absl::OkStatus();
  }));
  return sealed;
}

}  // namespace motzkin::coordinator
