// Remembers the functions that were begun in careful mode and did not end. After a death of this
// worker they are the ones that may have killed it. docs/decisions/0007 says why the worker itself
// keeps this account.
//
// A careful batch is one on which three instances of workers died. Its functions run one at a time,
// with nothing else beside them, and Begin() writes each down before it starts. A function that is
// still written down when the next process opens the log was running when the last one died. One
// death may have any cause (a power cut, the owner); after the second the function is believed to
// be the cause (FunctionRunner::Blame).
//
// On disk each function is a line `JOB-UUID INDEX TIMES`. The file is always rewritten as a whole;
// it has at most kEntriesMax lines.
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
  // After this many deaths a function is not tried again. As everywhere, `crashed` means that it
  // happened twice.
  static constexpr int kDeathsToBlame = 2;

  // A missing file counts as an empty log, and so does a damaged one from the damage on.
  explicit CarefulLog(std::filesystem::path path);

  // Returns how many processes of this worker died on the function.
  int Deaths(const Task& task) const ABSL_LOCKS_EXCLUDED(mutex_);
  // The function is written down when this returns. After an error it must not begin, because a
  // death could then not be attributed to it.
  absl::Status Begin(const Task& task) ABSL_LOCKS_EXCLUDED(mutex_);
  // The function ended, either with a row (`settled`) or because it was interrupted. An interrupted
  // one may begin again.
  void End(const Task& task, bool settled) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Key = std::pair<std::string, int64_t>;  // job UUID and index
  // Each slot has at most one such function in progress, so real logs have a few lines. When the
  // log is full, the lowest key is forgotten.
  static constexpr size_t kEntriesMax = 1000;

  absl::Status Write() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::filesystem::path path_;
  mutable absl::Mutex mutex_;
  std::map<Key, int> begun_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace motzkin::worker
