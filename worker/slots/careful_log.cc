#include "worker/slots/careful_log.h"

#include <fmt/format.h>

#include <fstream>

#include "common/process/durable_file.h"

namespace motzkin::worker {

CarefulLog::CarefulLog(std::filesystem::path path) : path_(std::move(path)) {
  std::ifstream file(path_);
  Key key;
  int times = 0;
  // A line that makes no sense ends the reading. Its functions are tried again, which costs one
  // more death of this worker at most.
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
  // The function is not going to begin, so it must not be blamed for a later death.
  if (--begun_[{task.job->uuid, task.index}] == 0) begun_.erase({task.job->uuid, task.index});
  return absl::UnavailableError(
      fmt::format("cannot note what is begun carefully: {}", std::string(written.message())));
}

void CarefulLog::End(const Task& task, bool settled) {
  const absl::MutexLock lock(&mutex_);
  const auto found = begun_.find({task.job->uuid, task.index});
  if (found == begun_.end()) return;
  if (settled || --found->second == 0) begun_.erase(found);
  // If this does not reach the disk, the next process counts one death too many. A settled function
  // is not begun again, so a second one cannot follow.
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
