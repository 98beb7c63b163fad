#include "coordinator/core/job_state.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace motzkin::coordinator {
namespace {

// Table and index bytes of a typical row, until a job has rows of its own to measure.
constexpr double kRowBytesTypical = 600;
// A rate measured on a few functions may be 0; allocation stays bounded all the same.
constexpr double kSuccessRateMin = 0.01;
constexpr int64_t kUnbounded = std::numeric_limits<int64_t>::max() / 4;

}  // namespace

void JobState::Update(const JobSnapshot& snapshot) {
  const int64_t allocated = snapshot_.progress.allocated_below;
  snapshot_ = snapshot;
  snapshot_.progress.allocated_below = std::max(allocated, snapshot.progress.allocated_below);
  if (snapshot.phase != JobPhase::kRunning) ending = false;
}

double JobState::SuccessRate() const {
  const JobProgress& now = progress();
  return std::max(kSuccessRateMin,
                  static_cast<double>(now.integrated + 1) / static_cast<double>(now.stored + 2));
}

int64_t JobState::Allocatable() const {
  if (!running()) return 0;
  const JobProgress& now = progress();
  const int64_t allocated = now.allocated_below + allocating;
  int64_t left = kUnbounded;
  if (rules().target > 0 && !rules().target_integrated) left = rules().target - allocated;
  if (rules().target > 0 && rules().target_integrated) {
    const double rate = SuccessRate();
    const double expected =
        static_cast<double>(now.integrated) + rate * static_cast<double>(allocated - now.stored);
    left = static_cast<int64_t>(std::ceil((static_cast<double>(rules().target) - expected) / rate));
  }
  if (rules().rows_max > 0) left = std::min(left, rules().rows_max - allocated);
  if (rules().bytes_max > 0) {
    const double row = now.stored > 0 && now.bytes > 0
                           ? static_cast<double>(now.bytes) / static_cast<double>(now.stored)
                           : kRowBytesTypical;
    const double rows = static_cast<double>(rules().bytes_max) / row;
    left = std::min(left, static_cast<int64_t>(std::min(rows, 1e18)) - allocated);
  }
  return std::max<int64_t>(left, 0);
}

int64_t JobState::Remaining() const {
  const JobProgress& now = progress();
  const int64_t open = now.allocated_below + allocating - now.stored;
  const int64_t allocatable = Allocatable();
  return allocatable >= kUnbounded ? -1 : open + allocatable;
}

bool JobState::Finished() const {
  const JobProgress& now = progress();
  if (rules().target > 0) {
    const int64_t reached = rules().target_integrated ? now.sealed_integrated : now.sealed_below;
    if (reached >= rules().target) return true;
  }
  return now.allocated_below > 0 && allocating == 0 && Allocatable() == 0 &&
         now.sealed_below == now.allocated_below;
}

void JobState::AllocatedTo(int64_t end) {
  snapshot_.progress.allocated_below = std::max(snapshot_.progress.allocated_below, end);
}

void JobState::AllocationExhausted() {
  if (rules().target > 0 && !rules().target_integrated) AllocatedTo(rules().target);
}

}  // namespace motzkin::coordinator
