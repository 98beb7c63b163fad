#include "coordinator/core/worker_state.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

namespace motzkin::coordinator {
namespace {

// giac with its default budgets on a common desktop core; only weighs workers against each other
// until they have measured themselves.
constexpr double kFunctionsPerMinuteOfASlot = 900;

std::string Seconds(absl::Duration duration) {
  return absl::StrCat(absl::ToInt64Seconds(duration), " s");
}

// What holds slots back, by the worker's own sentence about it.
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
  return control == WorkerControl::kSuspend ||
         (presence == Presence::kPresent && report.slots_allowed == 0);
}

double WorkerState::Speed() const {
  if (report.functions_per_minute > 0) return report.functions_per_minute;
  return kFunctionsPerMinuteOfASlot * std::max(report.slots, 1);
}

WorkerView WorkerState::View(BootTime now) const {
  using enum WorkerCondition;
  WorkerView view{.silence = now - heard, .batches = static_cast<int>(leases.size())};
  view.grantable = Grantable();
  const auto say = [&view](WorkerCondition condition, std::string reason) {
    view.condition = condition;
    view.reason = std::move(reason);
    return view;
  };
  if (presence != Presence::kPresent) {
    if (report.draining) return say(kAway, "stopped; everything it held was given back");
    if (presence == Presence::kExpected || heard == BootTime()) {
      return say(kAway, "not heard since the coordinator started");
    }
    return say(kAway, absl::StrCat("nothing heard for ", Seconds(view.silence)));
  }
  if (report.draining) {
    return say(kDraining, report.reason.empty() ? "it is stopping" : report.reason);
  }
  if (control == WorkerControl::kDrain) {
    return say(kDraining, control_reason.empty() ? "by order of its owner" : control_reason);
  }
  if (control == WorkerControl::kSuspend) return say(kSuspended, "by order of its owner");
  if (control == WorkerControl::kRemoved) return say(kAway, "removed from the cluster");
  if (leases.empty() && report.slots_allowed > 0) return say(kIdle, "there is no work for it");
  if (report.slots_allowed == 0 || report.slots_allowed < report.slots) {
    return say(ConditionOfPolicy(report.reason), report.reason);
  }
  return say(kWorking,
             absl::StrCat("holds ", view.batches, view.batches == 1 ? " batch" : " batches"));
}

std::string NameOf(WorkerCondition condition) {
  // In the order of WorkerCondition.
  static constexpr const char* kNames[] = {"working",    "idle",     "suspended", "hot",
                                           "on-battery", "draining", "away"};
  return kNames[static_cast<size_t>(condition)];
}

}  // namespace motzkin::coordinator
