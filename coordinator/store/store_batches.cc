#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <tuple>

#include "common/base/status_macros.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {
namespace {

using postgres::Params;
using postgres::Rows;

constexpr int64_t kBatchSizeMax = 1'000'000;

Params KeyOf(int64_t job_id, int64_t batch) { return Params().Int(job_id).Int(batch); }

std::string NameOf(int64_t job_id, int64_t batch) {
  return fmt::format("batch {} of job {}", batch, job_id);
}

std::string_view TextOf(LeaseEnd why) {
  switch (why) {
    case LeaseEnd::kDone:
      return "done";
    case LeaseEnd::kLost:
      return "lost";
    case LeaseEnd::kReturned:
      return "returned";
    case LeaseEnd::kDied:
      return "died";
    case LeaseEnd::kRevoked:
      return "revoked";
  }
  return "";
}

absl::StatusOr<BatchRecord> LockBatch(Statements& statements, int64_t job_id, int64_t batch) {
  ASSIGN_OR_RETURN(const Rows rows, statements.Run("lock_batch", KeyOf(job_id, batch)));
  if (rows.empty()) return absl::NotFoundError(fmt::format("no {}", NameOf(job_id, batch)));
  return BatchOf(rows, 0);
}

// One bit an index, set where its result is stored.
absl::StatusOr<std::string> DoneBitmap(Statements& statements, const BatchRecord& batch) {
  std::string bitmap(static_cast<size_t>(batch.end_index - batch.begin_index + 7) / 8, '\0');
  if (batch.stored == 0) return bitmap;
  ASSIGN_OR_RETURN(
      const Rows rows,
      statements.Run("done_indices",
                     Params().Int(batch.job_id).Int(batch.begin_index).Int(batch.end_index)));
  for (const int64_t offset : rows.IntArray(0, 0))
    bitmap[offset / 8] |= static_cast<char>(1 << (offset % 8));
  return bitmap;
}

absl::StatusOr<int64_t> FindWorker(Statements& statements, const std::string& uuid) {
  ASSIGN_OR_RETURN(const Rows worker, statements.Run("find_worker", Params().Text(uuid)));
  if (worker.empty()) return absl::NotFoundError(fmt::format("no worker {}", uuid));
  if (worker.Text(0, 1) == "removed")
    return absl::FailedPreconditionError(fmt::format("worker {} was removed", uuid));
  return worker.Int(0, 0);
}

absl::StatusOr<Grant> GrantOne(Statements& statements, const GrantRequest& request) {
  Grant grant;
  ASSIGN_OR_RETURN(grant.batch, LockBatch(statements, request.job_id, request.batch));
  if (grant.batch.closed() || grant.batch.revoked) {
    return absl::FailedPreconditionError(fmt::format("{} is {}",
                                                     NameOf(request.job_id, request.batch),
                                                     grant.batch.closed() ? "closed" : "revoked"));
  }
  ASSIGN_OR_RETURN(const int64_t worker, FindWorker(statements, request.worker_uuid));
  RETURN_IF_ERROR(
      statements.Change("end_open_lease", KeyOf(request.job_id, request.batch).Text("lost"))
          .status());
  ASSIGN_OR_RETURN(
      const Rows lease,
      statements.Run("grant_lease", KeyOf(request.job_id, request.batch)
                                        .Int(worker)
                                        .Int(std::bit_cast<int64_t>(request.instance))));
  grant.lease = {.job_id = request.job_id,
                 .batch = request.batch,
                 .attempt = static_cast<int32_t>(lease.Int(0, 0)),
                 .worker_uuid = request.worker_uuid,
                 .instance = request.instance};
  ASSIGN_OR_RETURN(grant.done, DoneBitmap(statements, grant.batch));
  return grant;
}

}  // namespace

BatchRecord BatchOf(const Rows& rows, size_t row) {
  return {.job_id = rows.Int(row, 0),
          .batch = rows.Int(row, 1),
          .begin_index = rows.Int(row, 2),
          .end_index = rows.Int(row, 3),
          .stored = rows.Int(row, 4),
          .deaths = static_cast<int32_t>(rows.Int(row, 5)),
          .revoked = rows.Bool(row, 6)};
}

absl::StatusOr<BatchRecord> Store::AllocateBatch(int64_t job_id, int64_t size) {
  if (size < 1 || size > kBatchSizeMax) {
    return absl::InvalidArgumentError(
        fmt::format("a batch has 1 to {} functions, not {}", kBatchSizeMax, size));
  }
  BatchRecord batch;
  RETURN_IF_ERROR(impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows job, statements.Run("lock_job", Params().Int(job_id)));
    if (job.empty()) return absl::NotFoundError(fmt::format("no job {}", job_id));
    if (job.Text(0, 0) != "running") {
      return absl::FailedPreconditionError(
          fmt::format("job {} is {}", job.Text(0, 5), job.Text(0, 0)));
    }
    const int64_t begin = job.Int(0, 3);
    int64_t end = begin + size;
    const bool counts_functions = job.Int(0, 1) > 0 && !job.Bool(0, 2);
    if (counts_functions) end = std::min(end, job.Int(0, 1));
    if (end <= begin)
      return absl::OutOfRangeError(fmt::format("job {} is wholly allocated", job.Text(0, 5)));
    const Params range = Params().Int(job_id).Int(begin).Int(end);
    RETURN_IF_ERROR(statements.Run("ensure_partitions", range).status());
    ASSIGN_OR_RETURN(const Rows rows, statements.Run("allocate_batch", range));
    batch = BatchOf(rows, 0);
    return absl::OkStatus();
  }));
  return batch;
}

absl::StatusOr<std::vector<BatchRecord>> Store::OpenBatches(int64_t job_id) {
  ASSIGN_OR_RETURN(const Rows rows, impl_->session->Select("open_batches", Params().Int(job_id)));
  std::vector<BatchRecord> batches;
  for (size_t row = 0; row < rows.size(); ++row) batches.push_back(BatchOf(rows, row));
  return batches;
}

absl::StatusOr<std::vector<OpenLease>> Store::OpenLeases() {
  ASSIGN_OR_RETURN(const Rows rows, impl_->session->Select("open_leases"));
  std::vector<OpenLease> leases;
  for (size_t row = 0; row < rows.size(); ++row) {
    const BatchRecord batch = BatchOf(rows, row);
    leases.push_back({.lease = {.job_id = batch.job_id,
                                .batch = batch.batch,
                                .attempt = static_cast<int32_t>(rows.Int(row, 7)),
                                .worker_uuid = rows.Text(row, 8),
                                .instance = std::bit_cast<uint64_t>(rows.Int(row, 9))},
                      .batch = batch});
  }
  return leases;
}

absl::StatusOr<std::vector<Grant>> Store::GrantLeases(const std::vector<GrantRequest>& requests) {
  std::vector<const GrantRequest*> in_order;  // Of the locks; callers may ask in any.
  for (const GrantRequest& request : requests) in_order.push_back(&request);
  std::sort(in_order.begin(), in_order.end(), [](const GrantRequest* a, const GrantRequest* b) {
    return std::tie(a->job_id, a->batch) < std::tie(b->job_id, b->batch);
  });
  std::vector<Grant> grants(requests.size());
  RETURN_IF_ERROR(impl_->session->Write([&](Statements& statements) -> absl::Status {
    for (const GrantRequest* request : in_order) {
      ASSIGN_OR_RETURN(grants[request - requests.data()], GrantOne(statements, *request));
    }
    return absl::OkStatus();
  }));
  return grants;
}

absl::Status Store::EndLease(const LeaseRecord& lease, LeaseEnd why) {
  return impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(
        const int64_t ended,
        statements.Change("end_lease",
                          KeyOf(lease.job_id, lease.batch).Int(lease.attempt).Text(TextOf(why))));
    if (ended == 0 || why != LeaseEnd::kDied) return absl::OkStatus();
    return statements.Change("count_death", KeyOf(lease.job_id, lease.batch)).status();
  });
}

absl::StatusOr<BatchRecord> Store::SplitBatch(int64_t job_id, int64_t batch, int64_t at) {
  BatchRecord tail;
  RETURN_IF_ERROR(impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const BatchRecord whole, LockBatch(statements, job_id, batch));
    if (at <= whole.begin_index || at >= whole.end_index) {
      return absl::InvalidArgumentError(fmt::format("{} holds {} to {}: it cannot be split at {}",
                                                    NameOf(job_id, batch), whole.begin_index,
                                                    whole.end_index - 1, at));
    }
    ASSIGN_OR_RETURN(const Rows rows, statements.Run("split_batch", KeyOf(job_id, batch).Int(at)));
    tail = BatchOf(rows, 0);
    return absl::OkStatus();
  }));
  return tail;
}

absl::StatusOr<int64_t> Store::Seal(int64_t job_id, int64_t rows_max) {
  int64_t sealed = 0;
  RETURN_IF_ERROR(impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows batches, statements.Run("sealable_batches", Params().Int(job_id)));
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
    RETURN_IF_ERROR(statements.Change("seal_functions", range).status());
    ASSIGN_OR_RETURN(const int64_t duplicates, statements.Change("seal_duplicates", range));
    RETURN_IF_ERROR(statements.Change("seal_audits", range).status());
    RETURN_IF_ERROR(statements.Change("seal_totals", Params(range).Int(duplicates)).status());
    sealed = end - begin;
    return absl::OkStatus();
  }));
  return sealed;
}

}  // namespace motzkin::coordinator
