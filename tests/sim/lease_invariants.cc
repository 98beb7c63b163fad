#include "tests/sim/lease_invariants.h"

#include <absl/strings/str_cat.h>

#include <cstdint>
#include <map>
#include <utility>

namespace motzkin::coordinator {

std::string OverlappingLeases(const Scheduler& scheduler) {
  // Has the end of each batch that should be held now, by (job, begin): no two may overlap. A
  // recalled batch is shown to no worker until its holder has let go.
  std::map<std::pair<int64_t, int64_t>, int64_t> ranges;
  for (const auto& [key, batch] : scheduler.batches()) {
    if (batch.lease() == nullptr) continue;
    if (!ranges.try_emplace({key.job, batch.begin}, batch.end).second) {
      return absl::StrCat("index ", batch.begin, " is leased twice");
    }
  }
  int64_t job = 0;
  int64_t end = 0;
  for (const auto& [begin, range_end] : ranges) {
    if (begin.first == job && begin.second < end) {
      return absl::StrCat("index ", begin.second, " of job ", job, " is leased twice");
    }
    job = begin.first;
    end = range_end;
  }
  return "";
}

std::string UnstoredLease(const Scheduler& scheduler, const ModelStore& store) {
  for (const auto& [key, batch] : scheduler.batches()) {
    if (batch.lease() == nullptr || batch.lease()->phase == LeasePhase::kGranting) continue;
    const auto stored = store.batches().find(key);
    if (stored == store.batches().end() ||
        !stored->second.holders.contains(batch.lease()->worker)) {
      return absl::StrCat("batch ", key.batch, " of job ", key.job,
                          " is desired of a worker whose lease is not durable");
    }
  }
  return "";
}

}  // namespace motzkin::coordinator
