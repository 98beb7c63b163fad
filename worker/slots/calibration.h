// How fast this machine is: engines are timed at start, and again and again while it works
// (speed_gauge.h), on a small fixed set of integrals, so that a budget of reference milliseconds
// means the same work on a slow machine.
//
// The reference is the machine that the constants in calibration.cc were measured on; a factor of 2
// means that this machine needs twice the CPU time.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <map>
#include <string>

#include "worker/machine/speed_gauge.h"
#include "worker/slots/integrator_process.h"

namespace motzkin::worker {

struct Calibration {
  // Of each engine that has a reference.
  SpeedFactors factors;
  // What finding out cost the engines: half a second.
  absl::Duration cpu;
};

// The least of three rounds: at start nothing else of ours runs. The errors of
// IntegratorProcess::Call.
absl::StatusOr<Calibration> Calibrate(IntegratorProcess& integrator);

struct SpeedRound {
  // What each engine that has a reference needed against it, not clamped.
  std::map<std::string, double> ratios;
  absl::Duration cpu;
};

// One round, 70 ms of CPU with giac and FriCAS. The errors of IntegratorProcess::Call.
absl::StatusOr<SpeedRound> MeasureSpeed(IntegratorProcess& integrator);

// `measured_us` against `reference_us`, clamped.
double SpeedFactorOf(double measured_us, double reference_us);

}  // namespace motzkin::worker
