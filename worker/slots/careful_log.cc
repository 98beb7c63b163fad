#include "worker/slots/careful_log.h"

#include <fmt/format.h>

#include <fstream>

#include "worker/machine/state_dir.h"

namespace motzkin::worker {

CarefulLog::CarefulLog(std::filesystem::path path) : path_(std::move(path)) {
  std::ifstream file(path_);
  Key key;
  int times = 0;
  while (begun_.size() < kEntriesMax && file >> key.first >> key.second >> times) {
    if (key.first.size() == 36 && times > 0) begun_[key] = times;
  }
}

int CarefulLog::Deaths(const Task& task) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = begun_.find({task.job->uuid, task.index});
  return found == begun_.end() ? 0 : found->second;
}

absl::Status CarefulLog::Begin(const Task& task) {
  const absl::MutexLock lock(&mutex_);
  if (begun_.size() >= kEntriesMax) begun_.erase(begun_.begin());
  ++begun_[{task.job->uuid, task.index}];
  absl::Status written = Write();
  if (written.ok()) return written;
  if (--begun_[{task.job->uuid, task.index}] == 0) begun_.erase({task.job->uuid, task.index});
  return absl::UnavailableError(
      fmt::format("cannot note what is begun carefully: {}", std::string(written.message())));
}

void CarefulLog::End(const Task& task, bool settled) {
  const absl::MutexLock lock(&mutex_);
  const auto found = begun_.find({task.job->uuid, task.index});
  if (found == begun_.end()) return;
  if (settled || --found->second == 0) begun_.erase(found);
  // Should it not reach the disk: the function counts as one more death, which a second one of a
  // settled function cannot follow.
  Write().IgnoreError();
}

absl::Status CarefulLog::Write() const {
  std::string lines;
  for (const auto& [key, times] : begun_) {
    lines += fmt::format("{} {} {}\n", key.first, key.second, times);
  }
  return WriteFileAtomically(path_, lines);
}

}  // namespace motzkin::worker
