// Part of Store: grants and ends leases, many in one statement.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "common/base/status_macros.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {
namespace {

using postgres::Params;
using postgres::Row;
using postgres::Rows;

// The names of SQL's lease_end, in the order of LeaseEnd.
constexpr std::string_view kEnds[] = {"done", "lost", "returned", "died", "revoked"};

// The batches of one call, each once, with its position in the call.
class Positions {
 public:
  // Returns false if it is there already.
  bool Add(const BatchKey& key) { return positions_.try_emplace(key, positions_.size()).second; }
  // Returns the position of the batch in the columns job_id and batch.
  size_t Of(const Row& row) const { return positions_.at({row.Int("job_id"), row.Int("batch")}); }
  bool empty() const { return positions_.empty(); }
  // Makes the parameters $1 jobs and $2 batches.
  Params Keys() const {
    std::vector<int64_t> jobs, batches;
    for (const auto& [key, position] : positions_) {
      jobs.push_back(key.job);
      batches.push_back(key.batch);
    }
    return Params().IntArray(jobs).IntArray(batches);
  }

 private:
  std::map<BatchKey, size_t> positions_;
};

// Locks the batches and fills them in. Returns false if none of them was ever leased.
absl::StatusOr<bool> LockBatches(Statements& statements, const std::vector<GrantRequest>& requests,
                                 const Positions& positions, std::vector<LeaseSnapshot>& grants) {
  ASSIGN_OR_RETURN(const Rows rows, statements.Run(queries::kLockBatches, positions.Keys()));
  std::vector<bool> found(requests.size(), false);
  bool leased = false;
  for (const Row row : rows) {
    const size_t position = positions.Of(row);
    const BatchSnapshot& batch = grants[position].batch = BatchOf(row);
    found[position] = true;
    leased = leased || row.Int("attempts") > 0;
    if (!batch.closed() && !batch.revoked) continue;
    return absl::FailedPreconditionError(
        fmt::format("{} is {}", NameOf(batch.key), batch.closed() ? "closed" : "revoked"));
  }
  const auto missing = std::find(found.begin(), found.end(), false);
  if (missing == found.end()) return leased;
  return absl::NotFoundError(fmt::format("no {}", NameOf(requests[missing - found.begin()].batch)));
}

// Refuses workers that are unknown or removed.
absl::Status CheckWorkers(Statements& statements, const std::vector<GrantRequest>& requests) {
  ASSIGN_OR_RETURN(const Rows rows,
                   statements.Run(queries::kUnusableWorkers,
                                  Params().ArraysOf(requests, &GrantRequest::worker)));
  if (rows.empty()) return absl::OkStatus();
  const std::string& uuid = rows.front().Text("uuid");
  if (rows.front().IsNull("control")) return absl::NotFoundError(fmt::format("no worker {}", uuid));
  return absl::FailedPreconditionError(fmt::format("worker {} was removed", uuid));
}

// Adds the leases, of which none may be open, and fills in their attempts.
absl::Status AddLeases(Statements& statements, const std::vector<GrantRequest>& requests,
                       const Positions& positions, std::vector<LeaseSnapshot>& grants) {
  for (size_t i = 0; i < requests.size(); ++i) {
    grants[i].key.batch = requests[i].batch;
    grants[i].worker = requests[i].worker;
    grants[i].instance = requests[i].instance;
  }
  const Params params = Params().ArraysOf(
      requests, [](const GrantRequest& request) { return request.batch.job; },
      [](const GrantRequest& request) { return request.batch.batch; }, &GrantRequest::worker,
      // SQL has no unsigned integers: an instance keeps its bits.
      [](const GrantRequest& request) { return std::bit_cast<int64_t>(request.instance); });
  ASSIGN_OR_RETURN(const Rows leases, statements.Run(queries::kGrantLeases, params));
  for (const Row lease : leases) grants[positions.Of(lease)].key.attempt = lease.Int32("attempt");
  return absl::OkStatus();
}

// Adds one bit an index, which is set if its result is stored.
absl::Status AddBitmaps(Statements& statements, std::vector<LeaseSnapshot>& grants) {
  std::vector<LeaseSnapshot*> begun;  // Most batches are new and need no query.
  std::vector<BatchSnapshot> batches;
  for (LeaseSnapshot& grant : grants) {
    const BatchSnapshot& batch = grant.batch;
    grant.done.assign(static_cast<size_t>(batch.end - batch.begin + 7) / 8, '\0');
    if (batch.stored == 0) continue;
    begun.push_back(&grant);
    batches.push_back(batch);
  }
  if (begun.empty()) return absl::OkStatus();
  const Params ranges = Params().ArraysOf(
      batches, [](const BatchSnapshot& batch) { return batch.key.job; }, &BatchSnapshot::begin,
      &BatchSnapshot::end);
  ASSIGN_OR_RETURN(const Rows rows, statements.Run(queries::kDoneIndices, ranges));
  // The query gives a row for each range, in their order. That holds for ranges without results,
  // too.
  for (size_t i = 0; i < rows.size(); ++i) {
    for (const int64_t offset : rows[i].IntArray("offsets")) {
      char& byte = begun[i]->done[offset / 8];
      byte = static_cast<char>(byte | 1 << (offset % 8));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<LeaseSnapshot>> Store::OpenLeases() {
  ASSIGN_OR_RETURN(const Rows rows, impl_->session->Select(queries::kOpenLeases));
  return rows.Map([](const Row& row) {
    const BatchSnapshot batch = BatchOf(row);
    return LeaseSnapshot{.key = {batch.key, row.Int32("attempt")},
                         .worker = row.Text("worker_uuid"),
                         .instance = std::bit_cast<uint64_t>(row.Int("instance")),
                         .batch = batch};
  });
}

absl::StatusOr<std::vector<LeaseSnapshot>> Store::GrantLeases(
    const std::vector<GrantRequest>& requests) {
  std::vector<LeaseSnapshot> grants(requests.size());
  if (requests.empty()) return grants;
  Positions positions;
  for (const GrantRequest& request : requests) {
    if (positions.Add(request.batch)) continue;
    return absl::InvalidArgumentError(fmt::format("{} is granted twice", NameOf(request.batch)));
  }
  RETURN_IF_ERROR(impl_->session->Write([&](Statements& statements) -> absl::Status {
    // The locks come first and stay until the commit. So the bitmaps show all that submissions have
    // stored, and no row comes between them and the grant.
    ASSIGN_OR_RETURN(const bool leased, LockBatches(statements, requests, positions, grants));
    RETURN_IF_ERROR(CheckWorkers(statements, requests));
    // A grant whose answer was lost left a lease that the rules know nothing of. A batch has one
    // open lease at most (lease_open_idx).
    if (leased) RETURN_IF_ERROR(statements.Do(queries::kEndOpenLeases, positions.Keys()));
    RETURN_IF_ERROR(AddLeases(statements, requests, positions, grants));
    return AddBitmaps(statements, grants);
  }));
  return grants;
}

absl::Status Store::EndLeases(const std::vector<EndLease>& endings) {
  if (endings.empty()) return absl::OkStatus();
  Positions deaths;
  for (const EndLease& ending : endings) {
    if (ending.why == LeaseEnd::kDied) deaths.Add(ending.lease.batch);
  }
  const Params params = Params().ArraysOf(
      endings, [](const EndLease& ending) { return ending.lease.batch.job; },
      [](const EndLease& ending) { return ending.lease.batch.batch; },
      [](const EndLease& ending) { return ending.lease.attempt; },
      [](const EndLease& ending) { return std::string(kEnds[static_cast<size_t>(ending.why)]); });
  return impl_->session->Write([&](Statements& statements) -> absl::Status {
    // Several batches will change, so they are locked in the order in which submissions lock them.
    // Otherwise the two could deadlock.
    if (!deaths.empty()) RETURN_IF_ERROR(statements.Do(queries::kLockBatches, deaths.Keys()));
    return statements.Do(queries::kEndLeases, params);
  });
}

}  // namespace motzkin::coordinator
