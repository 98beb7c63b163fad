// Which functions were begun in careful mode and did not end: after the death of this worker, the
// function that killed it.
//
// A careful batch (common word with the coordinator: three instances died on it) is worked on one
// function at a time with nothing else beside it. Before each, Begin() writes it down durably;
// what is still written down when the next process opens the log was running when the last one
// died. One death may have been anything (a power cut, the owner); from the second on the function
// is believed to be the cause (FunctionRunner::Blame).
//
// On disk a line a function, `JOB-UUID INDEX TIMES`, rewritten whole: it holds at most kEntriesMax.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "worker/results/batch.h"

namespace motzkin::worker {

class CarefulLog {
 public:
  // Deaths after which a function is not tried again. `crashed` means twice, here as elsewhere.
  static constexpr int kDeathsToBlame = 2;

  // A file that is missing or damaged is an empty log: its functions are tried again.
  explicit CarefulLog(std::filesystem::path path);

  // Processes of this worker that died on the function.
  int Deaths(const Task& task) const ABSL_LOCKS_EXCLUDED(mutex_);
  // Durable when it returns. An error: do not begin, a death could not be told from the next.
  absl::Status Begin(const Task& task) ABSL_LOCKS_EXCLUDED(mutex_);
  // It ended: with a row (`settled`), or it was interrupted and may be begun again.
  void End(const Task& task, bool settled) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Key = std::pair<std::string, int64_t>;  // Job UUID, index.
  // Far more than functions can kill one worker between two of its births; the lowest go first.
  static constexpr size_t kEntriesMax = 1000;

  absl::Status Write() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::filesystem::path path_;
  mutable absl::Mutex mutex_;
  std::map<Key, int> begun_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace motzkin::worker
