#include "worker/slots/slot_pool.h"

#include <utility>

namespace motzkin::worker {

SlotPool::SlotPool(int slots, const SlotContext& context, const RunnerOptions& options,
                   const IntegratorFactory& factory)
    : queue_(context.queue) {
  for (int number = 0; number < slots; ++number) {
    slots_.push_back(std::make_unique<Slot>(number, context, options, factory));
  }
}

SlotPool::~SlotPool() { Stop(absl::ZeroDuration()); }

void SlotPool::Start() {
  for (const auto& slot : slots_) slot->Start();
}

void SlotPool::SetWanted(std::vector<WantedBatch> wanted) {
  Interrupt(queue_.SetWanted(std::move(wanted)));
}

void SlotPool::SetMode(v1::DesiredMode mode) { Interrupt(queue_.SetMode(mode)); }

void SlotPool::Drop(const WorkId& id) { Interrupt(queue_.Drop(id)); }

void SlotPool::Stop(absl::Duration timeout) {
  // The queue begins nothing from here on. Suspending it after the wait returns the tasks that
  // still run, and since none can begin any more, that list is complete.
  queue_.SetMode(v1::DESIRED_MODE_DRAIN);
  queue_.AwaitIdle(timeout);
  Interrupt(queue_.SetMode(v1::DESIRED_MODE_SUSPEND));
  // This ends the Take() in which idle slots wait. Slot::Stop() would wait for it for ever.
  queue_.Stop();
  for (const auto& slot : slots_) slot->Stop();
}

void SlotPool::Interrupt(const std::vector<RunningTask>& tasks) {
  for (const RunningTask& task : tasks) {
    // The slot may have gone on to another task since the queue named this one. The serial protects
    // that task.
    slots_[static_cast<size_t>(task.slot)]->Interrupt(task.serial);
  }
}

}  // namespace motzkin::worker
