#include "worker/machine/machine_watch.h"

namespace motzkin::worker {

MachineWatch::Sight MachineWatch::Look(int slots_busy) {
  Sight sight;
  sight.reading = ReadMachine("/sys");
  sight.reading.minute_of_day = MinuteOfDay();
  sight.reading.in_use = options_.idle_only && presence_.InUse(sight.reading.load, slots_busy);
  sight.decision = policy_.Decide(sight.reading, clock_.Now());
  return sight;
}

}  // namespace motzkin::worker
