// Passes lines from one descriptor to threads that answer them, and their answers to another
// descriptor: one answer a line, in the order of the lines, each as soon as it and all before it are
// there. So a peer that writes one line and waits gets its answer.
//
// Memory is bounded: no more than kAheadMax lines or kAheadBytesMax bytes are ahead of the oldest line
// that has no answer yet. A peer that writes without ever reading is therefore held up, and must read in
// another thread.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/process/unique_fd.h"

namespace motzkin::cli {

struct InputLine {
  int64_t number = 0;     // from 1
  std::string text = {};   // without the line feed
  bool too_long = false;  // It has more than LinePump::kLineBytesMax bytes, and `text` is cut off.
};

class LinePump {
 public:
  static constexpr size_t kLineBytesMax = 4u << 20;
  static constexpr int64_t kAheadMax = 1000;
  static constexpr size_t kAheadBytesMax = 16u << 20;

  // Both descriptors stay the caller's, and SIGPIPE must be ignored. The error is that of eventfd().
  static absl::StatusOr<std::unique_ptr<LinePump>> Open(int in, int out);

  // Reads until the input ends, the peer that reads the output is gone, or Stop(). Call it once.
  void Read();
  // Waits for lines and takes some that follow each other: at most `lines_max`, and no more than what
  // one of `takers` threads should do. Returns none at the end, and after Stop().
  std::vector<InputLine> Take(size_t takers, size_t lines_max);
  // Takes the answers to the lines of one Take(), whose first has this number. None holds a line feed.
  void Give(int64_t first, const std::vector<std::string>& answers);
  // Ends it early. The first reason counts.
  void Stop(const absl::Status& why);
  bool stopped() const { return stopped_; }

  // Why it ended early; OK if every line has its answer. DATA_LOSS: reading or writing failed.
  absl::Status status() const;

 private:
  LinePump(int in, int out, UniqueFd wake) : in_(in), out_(out), wake_(std::move(wake)) {}

  // Waits until there is input. Returns false if the output is gone or Stop() was called.
  bool AwaitInput();
  // Splits what was read. The rest after the last line feed waits for the next call.
  void Split(std::string_view bytes);
  void EndLine();
  void End();
  bool HasRoom() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopped_ || (ahead_ < kAheadMax && (ahead_bytes_ < kAheadBytesMax || ahead_ == 0));
  }
  bool HasLines() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopped_ || ended_ || !queue_.empty();
  }
  void Write(std::string_view bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StopLocked(const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int in_, out_;
  const UniqueFd wake_;  // Readable after Stop().
  // Only Read() uses these.
  InputLine line_{.number = 1};

  std::atomic<bool> stopped_ = false;
  mutable absl::Mutex mutex_;
  std::deque<InputLine> queue_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t ahead_ ABSL_GUARDED_BY(mutex_) = 0;  // lines that were read and have no answer yet
  size_t ahead_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t next_ ABSL_GUARDED_BY(mutex_) = 1;  // the number of the line whose answer is written next
  struct Answers {
    size_t lines;
    std::string text;
  };
  std::map<int64_t, Answers> ready_ ABSL_GUARDED_BY(mutex_);  // by the first line
  std::map<int64_t, size_t> taken_bytes_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace motzkin::cli
