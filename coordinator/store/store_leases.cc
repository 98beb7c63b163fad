// Grants and ends of leases, many in one statement. See store.h.
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
using postgres::Rows;

std::string TextOf(LeaseEnd why) {
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

// The batches of one call: each once, and where it stands in the call.
class Positions {
 public:
  // False: it is there already.
  bool Add(const BatchKey& key) { return positions_.try_emplace(key, positions_.size()).second; }
  // Of the first two columns.
  size_t Of(const Rows& rows, size_t row) const {
    return positions_.at({rows.Int(row, 0), rows.Int(row, 1)});
  }
  bool empty() const { return positions_.empty(); }
  // $1 jobs, $2 batches.
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

// Locks the batches and fills in what they are. False: none of them was ever leased.
absl::StatusOr<bool> LockBatches(Statements& statements, const std::vector<GrantRequest>& requests,
                                 const Positions& positions, std::vector<LeaseSnapshot>& grants) {
  ASSIGN_OR_RETURN(const Rows rows, statements.Run(queries::kLockBatches, positions.Keys()));
  std::vector<bool> found(requests.size(), false);
  bool leased = false;
  for (size_t row = 0; row < rows.size(); ++row) {
    const size_t position = positions.Of(rows, row);
    const BatchSnapshot& batch = grants[position].batch = BatchOf(rows, row);
    found[position] = true;
    leased = leased || rows.Int(row, 7) > 0;
    if (!batch.closed() && !batch.revoked) continue;
    return absl::FailedPreconditionError(
        fmt::format("{} is {}", NameOf(batch.key), batch.closed() ? "closed" : "revoked"));
  }
  const auto missing = std::find(found.begin(), found.end(), false);
  if (missing == found.end()) return leased;
  return absl::NotFoundError(fmt::format("no {}", NameOf(requests[missing - found.begin()].batch)));
}

// The numbers of the requests' workers.
absl::StatusOr<std::vector<int64_t>> FindWorkers(Statements& statements,
                                                 const std::vector<GrantRequest>& requests) {
  std::map<std::string, int64_t> numbers;
  for (const GrantRequest& request : requests) numbers[request.worker] = 0;
  std::vector<std::string> uuids;
  uuids.reserve(numbers.size());
  for (const auto& [uuid, number] : numbers) uuids.push_back(uuid);
  ASSIGN_OR_RETURN(const Rows rows,
                   statements.Run(queries::kFindWorkers, Params().TextArray(uuids)));
  for (size_t row = 0; row < rows.size(); ++row) {
    if (rows.Text(row, 2) == "removed") {
      return absl::FailedPreconditionError(fmt::format("worker {} was removed", rows.Text(row, 0)));
    }
    numbers[rows.Text(row, 0)] = rows.Int(row, 1);
  }
  std::vector<int64_t> found;
  for (const GrantRequest& request : requests) {
    found.push_back(numbers[request.worker]);
    if (found.back() == 0) return absl::NotFoundError(fmt::format("no worker {}", request.worker));
  }
  return found;
}

// Adds the leases, of which none may be open, and fills in their attempts.
absl::Status AddLeases(Statements& statements, const std::vector<GrantRequest>& requests,
                       const std::vector<int64_t>& workers, const Positions& positions,
                       std::vector<LeaseSnapshot>& grants) {
  std::vector<int64_t> jobs, batches, instances;
  for (size_t i = 0; i < requests.size(); ++i) {
    const GrantRequest& request = requests[i];
    jobs.push_back(request.batch.job);
    batches.push_back(request.batch.batch);
    instances.push_back(std::bit_cast<int64_t>(request.instance));
    grants[i].key.batch = request.batch;
    grants[i].worker = request.worker;
    grants[i].instance = request.instance;
  }
  ASSIGN_OR_RETURN(
      const Rows leases,
      statements.Run(
          queries::kGrantLeases,
          Params().IntArray(jobs).IntArray(batches).IntArray(workers).IntArray(instances)));
  for (size_t row = 0; row < leases.size(); ++row) {
    grants[positions.Of(leases, row)].key.attempt = static_cast<int32_t>(leases.Int(row, 2));
  }
  return absl::OkStatus();
}

// One bit an index, set where its result is stored.
absl::Status AddBitmaps(Statements& statements, std::vector<LeaseSnapshot>& grants) {
  std::vector<LeaseSnapshot*> begun;  // Most are new: nothing is asked about those.
  std::vector<int64_t> jobs, begins, ends;
  for (LeaseSnapshot& grant : grants) {
    const BatchSnapshot& batch = grant.batch;
    grant.done.assign(static_cast<size_t>(batch.end - batch.begin + 7) / 8, '\0');
    if (batch.stored == 0) continue;
    begun.push_back(&grant);
    jobs.push_back(batch.key.job);
    begins.push_back(batch.begin);
    ends.push_back(batch.end);
  }
  if (begun.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Rows rows,
                   statements.Run(queries::kDoneIndices,
                                  Params().IntArray(jobs).IntArray(begins).IntArray(ends)));
  for (size_t row = 0; row < rows.size(); ++row) {
    for (const int64_t offset : rows.IntArray(row, 0)) {
      char& byte = begun[row]->done[offset / 8];
      byte = static_cast<char>(byte | 1 << (offset % 8));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<LeaseSnapshot>> Store::OpenLeases() {
  ASSIGN_OR_RETURN(const Rows rows, impl_->session->Select(queries::kOpenLeases));
  std::vector<LeaseSnapshot> leases;
  for (size_t row = 0; row < rows.size(); ++row) {
    const BatchSnapshot batch = BatchOf(rows, row);
    leases.push_back({.key = {batch.key, static_cast<int32_t>(rows.Int(row, 7))},
                      .worker = rows.Text(row, 8),
                      .instance = std::bit_cast<uint64_t>(rows.Int(row, 9)),
                      .batch = batch});
  }
  return leases;
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
    ASSIGN_OR_RETURN(const bool leased, LockBatches(statements, requests, positions, grants));
    ASSIGN_OR_RETURN(const std::vector<int64_t> workers, FindWorkers(statements, requests));
    if (leased)
      RETURN_IF_ERROR(statements.Change(queries::kEndOpenLeases, positions.Keys()).status());
    RETURN_IF_ERROR(AddLeases(statements, requests, workers, positions, grants));
    return AddBitmaps(statements, grants);
  }));
  return grants;
}

absl::Status Store::EndLeases(const std::vector<EndLease>& endings) {
  if (endings.empty()) return absl::OkStatus();
  std::vector<int64_t> jobs, batches, attempts;
  std::vector<std::string> reasons;
  Positions deaths;
  for (const EndLease& ending : endings) {
    jobs.push_back(ending.lease.batch.job);
    batches.push_back(ending.lease.batch.batch);
    attempts.push_back(ending.lease.attempt);
    reasons.push_back(TextOf(ending.why));
    if (ending.why == LeaseEnd::kDied) deaths.Add(ending.lease.batch);
  }
  const Params params =
      Params().IntArray(jobs).IntArray(batches).IntArray(attempts).TextArray(reasons);
  return impl_->session->Write([&](Statements& statements) -> absl::Status {
    // Several batches will change: in the order of everyone who locks several.
    if (!deaths.empty())
      RETURN_IF_ERROR(statements.Run(queries::kLockBatches, deaths.Keys()).status());
    return statements.Change(queries::kEndLeases, params).status();
  });
}

}  // namespace motzkin::coordinator
