#include <fmt/format.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {
namespace {

using postgres::Params;
using postgres::Row;
using postgres::Rows;

constexpr int64_t kBatchSizeMax = 1'000'000;

absl::StatusOr<BatchSnapshot> LockBatch(Statements& statements, const BatchKey& key) {
  ASSIGN_OR_RETURN(
      const Rows rows,
      statements.Run(queries::kLockBatches, Params().IntArray({key.job}).IntArray({key.batch})));
  if (rows.empty()) return absl::NotFoundError(fmt::format("no {}", NameOf(key)));
  return BatchOf(rows.front());
}

// Returns the ends of batches with these sizes, the first of which begins at `begin`. None goes
// beyond `target`, unless that is 0.
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

BatchSnapshot BatchOf(const Row& row) {
  return {.key = {row.Int("job_id"), row.Int("batch")},
          .begin = row.Int("begin_index"),
          .end = row.Int("end_index"),
          .stored = row.Int("stored"),
          .deaths = row.Int32("deaths"),
          .revoked = row.Bool("revoked")};
}

absl::StatusOr<std::vector<BatchSnapshot>> Store::AllocateBatches(
    int64_t job_id, const std::vector<int64_t>& sizes) {
  RETURN_IF_ERROR(CheckSizes(sizes));
  std::vector<BatchSnapshot> batches;
  if (sizes.empty()) return batches;
  RETURN_IF_ERROR(impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows locked, LockJob(statements, job_id));
    const Row job = locked.front();
    const std::string& name = job.Text("name");
    if (job.Text("state") != "running") {
      return absl::FailedPreconditionError(fmt::format("job {} is {}", name, job.Text("state")));
    }
    const int64_t begin = job.Int("allocated_below");
    // A target of integrated functions does not say how many indices it takes: the rules decide how
    // far ahead to allocate.
    const int64_t target = job.Bool("target_integrated") ? 0 : job.Int("target");
    const std::vector<int64_t> ends = EndsOf(sizes, begin, target);
    if (ends.empty()) return absl::OutOfRangeError(fmt::format("job {} is wholly allocated", name));
    // The partitions are there before any row can come, so no submission has to make one.
    const Params range = Params().Int(job_id).Int(begin).Int(ends.back());
    RETURN_IF_ERROR(statements.Do(queries::kEnsurePartitions, range));
    ASSIGN_OR_RETURN(
        const Rows rows,
        statements.Run(queries::kAllocateBatches, Params().Int(job_id).Int(begin).IntArray(ends)));
    batches = rows.Map(BatchOf);
    return absl::OkStatus();
  }));
  return batches;
}

absl::StatusOr<std::vector<BatchSnapshot>> Store::OpenBatches(int64_t job_id) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kOpenBatches, Params().Int(job_id)));
  return rows.Map(BatchOf);
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
    tail = BatchOf(rows.front());
    return absl::OkStatus();
  }));
  return tail;
}

absl::StatusOr<int64_t> Store::Seal(int64_t job_id, int64_t rows_max, const AuditShares& audits) {
  int64_t sealed = 0;
  RETURN_IF_ERROR(impl_->session->WriteMuch([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows batches,
                     statements.Run(queries::kSealableBatches, Params().Int(job_id)));
    if (batches.empty()) return absl::OkStatus();
    const int64_t begin = batches.front().Int("sealed_below");
    int64_t end = begin;
    for (const Row batch : batches) {
      const bool next = batch.Int("begin_index") == end && batch.Bool("closed");
      // The first batch is taken whole however large it is, or sealing would stop there for good.
      if (!next || (end > begin && batch.Int("end_index") - begin > rows_max)) break;
      end = batch.Int("end_index");
    }
    if (end == begin) return absl::OkStatus();
    // One transaction does it all: an index that was sealed without its duplicates and its audit
    // would never get them.
    const Params range = Params().Int(job_id).Int(begin).Int(end);
    RETURN_IF_ERROR(statements.Do(queries::kSealFunctions, range));
    ASSIGN_OR_RETURN(const Rows duplicates, statements.Run(queries::kSealDuplicates, range));
    RETURN_IF_ERROR(statements.Do(queries::kSealAudits,
                                  Params(range).Int(audits.negatives).Int(audits.integrals)));
    RETURN_IF_ERROR(statements.Do(queries::kSealTotals, Params(range).Int(duplicates.affected())));
    sealed = end - begin;
    return absl::OkStatus();
  }));
  return sealed;
}

absl::StatusOr<std::vector<AuditSnapshot>> Store::OpenAudits(int of_each_job) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kOpenAudits, Params().Int(of_each_job)));
  return rows.Map([](const Row& row) {
    return AuditSnapshot{.key = {row.Int("job_id"), row.Int("index")},
                         .first_worker = row.Text("first_worker_uuid"),
                         .integrated = row.Bool("integrated")};
  });
}

}  // namespace motzkin::coordinator
