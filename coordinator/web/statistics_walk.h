// Adds up the sealed rows of the jobs that a page shows, as `motzkin stats` does. Sealed rows do
// not change, so what was counted once is kept, and only new rows are read; a thread reads them piece
// by piece and rests in between, because a Raspberry Pi has other things to do.
//
// Thread-safe. Stop() ends the walk within a piece and is idempotent.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "common/base/timed_wait.h"
#include "dataset/reader.h"
#include "dataset/statistics.h"

namespace motzkin::coordinator::web {

class StatisticsWalk {
 public:
  struct Counted {
    int64_t rows = 0;  // of the sealed ones; the statistics are those of the indices below
    dataset::Statistics statistics;
    absl::Status problem;  // of the last try to go on
  };

  // Reads with `conninfo`. `taken_back` returns a number that changes when sealed rows were taken
  // back: what was counted then counts no more.
  StatisticsWalk(std::string conninfo, std::function<int64_t()> taken_back);
  ~StatisticsWalk() { Stop(); }

  // Returns the counts of the job so far, and goes on in the background up to `job.sealed`.
  Counted Of(const dataset::JobDescription& job) ABSL_LOCKS_EXCLUDED(mutex_);
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Walk {
    dataset::JobDescription job;
    Counted counted;
    int64_t taken_back = 0;
    // The time at which it was last asked for, as a count of all questions.
    int64_t asked = 0;
    // A page has asked since the last problem.
    bool retry = false;
  };

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns the UUID of a job with rows to count; empty if there is none.
  std::string Next() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Counts the next piece of the job.
  void Count(const std::string& uuid) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Read(const dataset::JobDescription& job, dataset::IndexRange piece,
                    std::vector<dataset::Row>& rows);

  const std::string conninfo_;
  const std::function<int64_t()> taken_back_;
  dataset::ReadSwitch reading_;
  // The thread alone uses it. It is null while nothing is to be read.
  std::unique_ptr<dataset::Reader> reader_;
  absl::Mutex mutex_;
  std::map<std::string, Walk> walks_ ABSL_GUARDED_BY(mutex_);  // By UUID.
  int64_t questions_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  Notification stopping_;
  std::jthread thread_;  // Last, so it is joined before what it uses goes away.
};

}  // namespace motzkin::coordinator::web
