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

// What holds slots back, in the one word that `worker_status` shows.
std::string WordOfPolicy(const std::string& reason) {
  if (absl::StartsWithIgnoreCase(reason, "hot")) return "hot";
  if (absl::StartsWithIgnoreCase(reason, "on battery")) return "on-battery";
  return "suspended";
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

Mode WorkerState::DesiredMode() const {
  switch (control) {
    case WorkerControl::kRun:
      return Mode::kRun;
    case WorkerControl::kSuspend:
      return Mode::kSuspend;
    case WorkerControl::kDrain:
    case WorkerControl::kRemoved:
      return Mode::kDrain;
  }
  return Mode::kRun;
}

double WorkerState::Speed() const {
  if (report.functions_per_minute > 0) return report.functions_per_minute;
  return kFunctionsPerMinuteOfASlot * std::max(report.slots, 1);
}

WorkerView WorkerState::View(absl::Duration now) const {
  WorkerView view{.silence = now - heard, .batches = static_cast<int>(leases.size())};
  view.grantable = Grantable();
  const auto say = [&view](std::string state, std::string reason) {
    view.state = std::move(state);
    view.reason = std::move(reason);
    return view;
  };
  if (presence != Presence::kPresent) {
    if (report.draining) return say("away", "stopped; everything it held was given back");
    if (presence == Presence::kExpected || heard == absl::ZeroDuration()) {
      return say("away", "not heard since the coordinator started");
    }
    return say("away", absl::StrCat("nothing heard for ", Seconds(view.silence)));
  }
  if (report.draining)
    return say("draining", report.reason.empty() ? "it is stopping" : report.reason);
  if (control == WorkerControl::kDrain && !control_reason.empty())
    return say("draining", control_reason);
  if (control == WorkerControl::kDrain) return say("draining", "by order of its owner");
  if (control == WorkerControl::kSuspend) return say("suspended", "by order of its owner");
  if (control == WorkerControl::kRemoved) return say("away", "removed from the cluster");
  if (report.slots_allowed == 0) return say(WordOfPolicy(report.reason), report.reason);
  if (leases.empty()) return say("idle", "there is no work for it");
  if (report.slots_allowed < report.slots) return say(WordOfPolicy(report.reason), report.reason);
  return say("working",
             absl::StrCat("holds ", view.batches, view.batches == 1 ? " batch" : " batches"));
}

}  // namespace motzkin::coordinator
