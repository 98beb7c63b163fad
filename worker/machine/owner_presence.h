// Tells whether this machine is in use, for workers that leave it to its owner (idle_only).
//
// logind knows best: its IdleHint is true once no session had input for five minutes (desktops set
// it themselves, by their screen saver). Where there is no logind, a machine counts as in use while
// other programs keep it busy: the load average without our own slots is above 0.5. Then five
// minutes have to pass, as with logind.
//
// Thread-compatible.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "common/base/clock.h"

struct sd_bus;

namespace motzkin::worker {

// Returns logind's IdleHint; empty if no logind answers within a second. Asks the system bus, or
// the one that DBUS_SYSTEM_BUS_ADDRESS names. Keeps its connection, and makes a new one if that broke.
class Logind {
 public:
  Logind();
  ~Logind();
  std::optional<bool> IdleHint();

 private:
  struct Close {
    void operator()(sd_bus* bus) const;
  };
  std::unique_ptr<sd_bus, Close> bus_;
};

class OwnerPresence {
 public:
  // `idle_hint` is Logind::IdleHint(), except in tests. `clock` must outlive this.
  OwnerPresence(std::function<std::optional<bool>()> idle_hint, const Clock& clock)
      : idle_hint_(std::move(idle_hint)), clock_(clock) {}

  // Call it every few seconds. `load` is the load average of the last minute, and `slots_busy` the
  // slots that work.
  bool InUse(double load, int slots_busy);

 private:
  const std::function<std::optional<bool>()> idle_hint_;
  const Clock& clock_;
  // When others last kept the machine busy; empty until the first look, which counts as busy.
  std::optional<BootTime> busy_;
};

}  // namespace motzkin::worker
