#include "coordinator/core/batch_state.h"

#include <algorithm>

namespace motzkin::coordinator {
namespace {

// Whether the batch's function number `i` was stored when it was granted.
bool IsDone(const Lease& lease, int64_t i) {
  const auto bit = static_cast<size_t>(i);
  return bit / 8 < lease.done.size() &&
         ((static_cast<unsigned char>(lease.done[bit / 8]) >> (bit % 8)) & 1) != 0;
}

}  // namespace

int64_t BatchState::Remaining() const {
  // Either count may be behind the other: the store lacks rows that are on their way, and the
  // holder does not hear of rows that earlier holders send late.
  const int64_t finished = lease_.has_value() ? std::max(stored, lease_->finished) : stored;
  return std::max<int64_t>(size() - finished, 0);
}

int64_t BatchState::Unstarted() const {
  // A batch that was recalled or released leaves its holder anyway.
  if (!lease_.has_value() || !lease_->seen_held || lease_->phase != LeasePhase::kLive) return 0;
  return std::max<int64_t>(std::min(lease_->end, end) - lease_->unstarted_begin, 0);
}

bool BatchState::Begun() const {
  if (!lease_.has_value() || !lease_->seen_held) return false;
  // The rows of earlier holders are not this one's work, and must not bring it a share of the blame
  // for a death. After a restart of ours the bitmap is not known, and their rows count.
  int64_t first_open = 0;
  while (first_open < size() && IsDone(*lease_, first_open)) ++first_open;
  int64_t done = 0;
  for (int64_t i = 0; i < size(); ++i) done += IsDone(*lease_, i);
  return lease_->unstarted_begin > begin + first_open || lease_->finished > done;
}

int64_t BatchState::Update(const BatchSnapshot& snapshot) {
  const int32_t known_deaths = deaths;
  const int64_t known = stored;
  BatchSnapshot::operator=(snapshot);
  deaths = std::max(deaths, known_deaths);  // The store may not have heard of the last ones yet.
  stale = false;
  // A split or `motzkin void` may have taken rows away.
  const int64_t came = std::max<int64_t>(stored - known, 0);
  if (came > 0 && lease_.has_value()) lease_->stalled = absl::ZeroDuration();
  return came;
}

void BatchState::Update(const HeldReport& held) {
  lease_->seen_held = true;
  lease_->restored = false;
  // The report may have been under way while the batch was split, so it may speak of indices that
  // are another batch's by now.
  lease_->finished = std::clamp<int64_t>(held.stored + held.pending, 0, size());
  lease_->unstarted_begin = std::clamp(held.unstarted_begin, begin, end);
  lease_->reported_end = held.end;
  // Nothing is left to trim: the holder began it all before it heard of the shorter range.
  if (lease_->unstarted_begin >= end) lease_->end = end;
}

void BatchState::CutAt(int64_t at) {
  end = at;
  if (lease_.has_value()) {
    lease_->end = std::min(lease_->end, at);
    lease_->unstarted_begin = std::min(lease_->unstarted_begin, at);
    lease_->splitting = false;
  }
}

}  // namespace motzkin::coordinator
