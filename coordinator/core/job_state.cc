#include "coordinator/core/job_state.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace motzkin::coordinator {
namespace {

// A typical row takes this many bytes in table and indexes. It stands in until a job has rows of
// its own to measure.
constexpr double kRowBytesTypical = 600;
// A rate measured on a few functions may be 0; allocation stays bounded all the same.
constexpr double kSuccessRateMin = 0.01;
// It is far below the largest integer, so that sums of it and counters cannot overflow.
constexpr int64_t kUnbounded = std::numeric_limits<int64_t>::max() / 4;

}  // namespace

void JobState::Update(const JobSnapshot& snapshot) {
  const int64_t allocated = progress.allocated_below;
  JobSnapshot::operator=(snapshot);
  AllocatedTo(allocated);
  // While our order to end the job is under way, the store may still say that it runs: `ending`
  // waits for the answer. Once the job stands still, a later resume lets every machine try again.
  if (snapshot.state == v1::JOB_STATE_RUNNING) return;
  ending = false;
  given_up.clear();
}

double JobState::SuccessRate() const {
  // Laplace's rule of succession, (s + 1) / (n + 2): one half before the first result, and neither
  // 0 nor 1 after a few.
  return std::max(kSuccessRateMin, static_cast<double>(progress.integrated + 1) /
                                       static_cast<double>(progress.stored + 2));
}

int64_t JobState::Allocatable() const {
  if (!running()) return 0;
  const int64_t allocated = progress.allocated_below + allocating;
  int64_t left = kUnbounded;
  if (rules.target > 0 && !rules.target_integrated) left = rules.target - allocated;
  if (rules.target > 0 && rules.target_integrated) {
    const double rate = SuccessRate();
    // Functions without a result yet will be integrated at the rate so far. The rest of the target,
    // divided by the rate, is allocated on top of them.
    const double expected = static_cast<double>(progress.integrated) +
                            rate * static_cast<double>(allocated - progress.stored);
    left = static_cast<int64_t>(std::ceil((static_cast<double>(rules.target) - expected) / rate));
  }
  if (rules.rows_max > 0) left = std::min(left, rules.rows_max - allocated);
  if (rules.bytes_max > 0) {
    const double row =
        progress.stored > 0 && progress.bytes > 0
            ? static_cast<double>(progress.bytes) / static_cast<double>(progress.stored)
            : kRowBytesTypical;
    const double rows = static_cast<double>(rules.bytes_max) / row;
    left = std::min(left, static_cast<int64_t>(std::min(rows, 1e18)) - allocated);
  }
  return std::max<int64_t>(left, 0);
}

int64_t JobState::Remaining() const {
  const int64_t open = progress.allocated_below + allocating - progress.stored;
  const int64_t allocatable = Allocatable();
  return allocatable >= kUnbounded ? -1 : open + allocatable;
}

bool JobState::Finished() const {
  if (rules.target > 0) {
    const int64_t reached =
        rules.target_integrated ? progress.sealed_integrated : progress.sealed_below;
    if (reached >= rules.target) return true;
  }
  // A job that is bounded by rows or bytes ends when all that it may allocate is sealed. A job that
  // has just started has nothing left to seal either, but nothing allocated.
  return progress.allocated_below > 0 && allocating == 0 && Allocatable() == 0 &&
         progress.sealed_below == progress.allocated_below;
}

void JobState::AllocatedTo(int64_t end) {
  progress.allocated_below = std::max(progress.allocated_below, end);
}

void JobState::AllocationExhausted() {
  if (rules.target > 0 && !rules.target_integrated) AllocatedTo(rules.target);
}

}  // namespace motzkin::coordinator
