#include "worker/machine/owner_presence.h"

#include <systemd/sd-bus.h>

#include <utility>

namespace motzkin::worker {
namespace {

constexpr uint64_t kAnswerMicrosecondsMax = 1'000'000;
constexpr absl::Duration kIdleTime = absl::Minutes(5);  // as logind has it for terminals
// A desktop with nothing to do stays below this; a video does not.
constexpr double kLoadOfOthersMax = 0.5;

}  // namespace

Logind::Logind() = default;
Logind::~Logind() = default;

// The answer to a call is never waited for here, so nothing is lost by not flushing.
void Logind::Close::operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }

std::optional<bool> Logind::IdleHint() {
  if (bus_ == nullptr) {
    sd_bus* opened = nullptr;
    if (sd_bus_open_system(&opened) < 0) return std::nullopt;
    bus_.reset(opened);
    // A worker must not stand still with its policy because logind does.
    sd_bus_set_method_call_timeout(bus_.get(), kAnswerMicrosecondsMax);
  }
  int idle = 0;
  const int done = sd_bus_get_property_trivial(
      bus_.get(), "org.freedesktop.login1", "/org/freedesktop/login1",
      "org.freedesktop.login1.Manager", "IdleHint", nullptr, 'b', &idle);
  if (done >= 0) return idle != 0;
  bus_.reset();  // The bus may have been restarted, and then this connection stays broken.
  return std::nullopt;
}

bool OwnerPresence::InUse(double load, int slots_busy) {
  if (const std::optional<bool> idle = idle_hint_(); idle.has_value()) {
    busy_.reset();  // If logind goes away, the five minutes begin anew.
    return !*idle;
  }
  const BootTime now = clock_.Now();
  if (!busy_.has_value() || load - slots_busy > kLoadOfOthersMax) busy_ = now;
  return now - *busy_ < kIdleTime;
}

}  // namespace motzkin::worker
