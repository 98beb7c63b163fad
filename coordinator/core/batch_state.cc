#include "coordinator/core/batch_state.h"

#include <algorithm>

namespace motzkin::coordinator {

BatchState::BatchState(const BatchSnapshot& snapshot)
    : key(snapshot.key),
      begin(snapshot.begin),
      end(snapshot.end),
      stored(snapshot.stored),
      deaths(snapshot.deaths) {}

int64_t BatchState::Remaining() const {
  const int64_t finished = lease.has_value() ? std::max(stored, lease->finished) : stored;
  return std::max<int64_t>(size() - finished, 0);
}

int64_t BatchState::Unstarted() const {
  if (!lease.has_value() || !lease->seen_held || lease->phase != LeasePhase::kLive) return 0;
  return std::max<int64_t>(std::min(lease->end, end) - lease->unstarted_begin, 0);
}

bool BatchState::Begun() const {
  return lease.has_value() && lease->seen_held &&
         (lease->unstarted_begin > begin || lease->finished > 0);
}

void BatchState::Update(const BatchSnapshot& snapshot) {
  begin = snapshot.begin;
  end = snapshot.end;
  stored = snapshot.stored;
  deaths = std::max(deaths, snapshot.deaths);
  stale = false;
}

void BatchState::Update(const HeldReport& held) {
  lease->seen_held = true;
  lease->restored = false;
  lease->finished = std::clamp<int64_t>(held.stored + held.pending, 0, size());
  lease->unstarted_begin = std::clamp(held.unstarted_begin, begin, end);
  lease->reported_end = held.end;
  // Nothing left to trim: the holder began it all before it heard.
  if (lease->unstarted_begin >= end) lease->end = end;
}

void BatchState::CutAt(int64_t at) {
  end = at;
  if (lease.has_value()) {
    lease->end = std::min(lease->end, at);
    lease->unstarted_begin = std::min(lease->unstarted_begin, at);
    lease->splitting = false;
  }
}

}  // namespace motzkin::coordinator
