// A bounded queue of tasks and the threads that run them. With one thread they run in order.
//
// Thread-safe. Stop() lets the queued tasks run, blocks until they have ended, and is idempotent.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

namespace motzkin::coordinator {

class TaskQueue {
 public:
  TaskQueue(int threads, size_t tasks_max);
  ~TaskQueue();

  // Returns false if the queue is full or stopped: the task will never run then.
  bool Add(std::function<void()> task) ABSL_LOCKS_EXCLUDED(mutex_);
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run();

  const size_t tasks_max_;
  absl::Mutex mutex_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::jthread> threads_;  // Last, so they are joined before what they use goes away.
};

}  // namespace motzkin::coordinator
