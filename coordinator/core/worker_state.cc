#include "coordinator/core/worker_state.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

namespace motzkin::coordinator {
namespace {

// A common desktop core does this with giac and its default budgets. The number only weighs workers
// against each other until they have measured themselves.
constexpr double kFunctionsPerMinuteOfASlot = 900;
// A worker that has shown nothing yet weighs no more than this many slots.
constexpr double kSlotsUnproven = 4;

// Reads from the worker's own sentence which policy holds its slots back.
WorkerCondition ConditionOfPolicy(const std::string& reason) {
  if (absl::StartsWithIgnoreCase(reason, "hot")) return WorkerCondition::kHot;
  if (absl::StartsWithIgnoreCase(reason, "on battery")) return WorkerCondition::kOnBattery;
  return WorkerCondition::kSuspended;
}

}  // namespace

bool WorkerState::Grantable() const {
  return presence == Presence::kPresent && control == WorkerControl::kRun && !report.draining &&
         report.slots_allowed > 0;
}

bool WorkerState::Suspended() const {
  // A silent worker may have its slots back by now, so its last word for them does not count.
  return control == WorkerControl::kSuspend ||
         (presence == Presence::kPresent && report.slots_allowed == 0);
}

double WorkerState::Speed() const {
  const double claimed = report.functions_per_minute > 0
                             ? report.functions_per_minute
                             : kFunctionsPerMinuteOfASlot * std::max(report.slots, 1);
  // A peer that claims a million cores would take the others' share of a job's end.
  return std::min(claimed,
                  std::max(kSlotsUnproven * kFunctionsPerMinuteOfASlot, 2 * delivery.PerMinute()));
}

WorkerView WorkerState::View(BootTime now) const {
  using enum WorkerCondition;
  const absl::Duration silence = now - heard;
  const auto say = [&](WorkerCondition condition, std::string reason) {
    return WorkerView{condition, std::move(reason), silence, static_cast<int>(leases_.size())};
  };
  // The first that applies is shown. Absence comes first, because all else is what the worker said
  // before it.
  if (presence != Presence::kPresent) {
    if (report.draining) return say(kAway, "stopped; everything it held was given back");
    if (presence == Presence::kExpected || heard == BootTime()) {
      return say(kAway, "not heard since the coordinator started");
    }
    return say(kAway, absl::StrCat("nothing heard for ", absl::ToInt64Seconds(silence), " s"));
  }
  if (report.draining) {
    return say(kDraining, report.reason.empty() ? "it is stopping" : report.reason);
  }
  if (control == WorkerControl::kDrain) return say(kDraining, control_reason);
  if (control == WorkerControl::kSuspend) return say(kSuspended, control_reason);
  if (control == WorkerControl::kRemoved) return say(kAway, "removed from the cluster");
  if (leases_.empty() && report.slots_allowed > 0) return say(kIdle, "there is no work for it");
  if (report.slots_allowed == 0 || report.slots_allowed < report.slots) {
    return say(ConditionOfPolicy(report.reason), report.reason);
  }
  return say(kWorking,
             absl::StrCat("holds ", leases_.size(), leases_.size() == 1 ? " batch" : " batches"));
}

}  // namespace motzkin::coordinator
