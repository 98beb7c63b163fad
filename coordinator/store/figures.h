// Finds what operators look at and no decision depends on: single results, speeds and sizes.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/store/records.h"

namespace motzkin::coordinator {

class Session;

// A figure that is costly to find and may be a minute old. Thread-safe.
class Remembered {
 public:
  absl::StatusOr<int64_t> Get(int64_t key, const std::function<absl::StatusOr<int64_t>()>& find);
  void Forget(int64_t key);

 private:
  absl::Mutex mutex_;
  absl::flat_hash_map<int64_t, std::pair<BootTime, int64_t>> known_ ABSL_GUARDED_BY(mutex_);
};

// Reads through the store's session, so a call fails like a call of Store. Thread-safe.
class Figures {
 public:
  explicit Figures(Session& session) : session_(session) {}

  // Returns the latest `n` <= 100 integrated results of one job or of all, newest first. It reads a
  // small table and scans nothing.
  absl::StatusOr<std::vector<LatestResult>> LatestIntegrated(int n,
                                                             std::optional<int64_t> job_id = {});
  absl::StatusOr<StoredResult> GetResult(int64_t job_id, int64_t index);
  // Returns the mean over the last `minutes` whole minutes by worker UUID, without the workers that
  // stored nothing.
  absl::StatusOr<std::map<std::string, Throughput>> WorkerThroughput(int minutes = 5);
  // Returns the table and index bytes of the job's results. The answer may be a minute old.
  absl::StatusOr<int64_t> JobBytes(int64_t job_id);
  // Returns the bytes of the whole database. The answer may be a minute old.
  absl::StatusOr<int64_t> DatabaseBytes();
  // Tells how often audits found a label of the job wrong. NOT_FOUND: there is no such job.
  absl::StatusOr<LabelFlips> Flips(int64_t job_id);

  // Makes the next JobBytes() of the job ask the database.
  void ForgetBytes(int64_t job_id) { bytes_.Forget(job_id); }

 private:
  Session& session_;
  Remembered bytes_;
};

}  // namespace motzkin::coordinator
