#include "coordinator/service/task_queue.h"

#include <utility>

namespace motzkin::coordinator {

TaskQueue::TaskQueue(int threads, size_t tasks_max) : tasks_max_(tasks_max) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

TaskQueue::~TaskQueue() { Stop(); }

bool TaskQueue::Add(std::function<void()> task) {
  const absl::MutexLock lock(&mutex_);
  if (stopped_ || tasks_.size() >= tasks_max_) return false;
  tasks_.push_back(std::move(task));
  return true;
}

void TaskQueue::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  for (std::jthread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void TaskQueue::Run() {
  for (;;) {
    std::function<void()> task;
    {
      const absl::MutexLock lock(&mutex_);
      const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopped_ || !tasks_.empty();
      };
      // absl tests the condition whenever the mutex is unlocked: Add() and Stop() need no signal.
      mutex_.Await(absl::Condition(&ready));
      // Only an empty queue ends the thread: tasks that were accepted run even after Stop().
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace motzkin::coordinator
