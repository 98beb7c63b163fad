// Finds out how fast this machine is. The engines are timed on a small fixed set of integrals, at
// the start and again while the worker runs (speed_gauge.h), so that a budget of reference
// milliseconds means the same work on a slow machine.
//
// The constants in calibration.cc were measured on the reference machine. A factor of 2 means that
// this machine needs twice the CPU time. Thread-safe.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <map>
#include <string>

#include "worker/machine/speed_gauge.h"
#include "worker/slots/integrator_process.h"

namespace motzkin::worker {

struct Calibration {
  // The factors of the engines that have a reference.
  SpeedFactors factors;
  // CPU time that the engines needed for it, about half a second.
  absl::Duration cpu;
};

// Returns the least of three rounds. Call it at the start, when nothing else of ours runs. The
// errors are those of IntegratorProcess::Call().
absl::StatusOr<Calibration> Calibrate(IntegratorProcess& integrator);

struct SpeedRound {
  // For each engine with a reference, its CPU time divided by the reference's. Not clamped. An
  // engine that did not answer everything is left out.
  std::map<std::string, double> ratios;
  absl::Duration cpu;
};

// Measures one round, which takes 70 ms of CPU with giac and FriCAS. The errors are those of
// IntegratorProcess::Call().
absl::StatusOr<SpeedRound> MeasureSpeed(IntegratorProcess& integrator);

// Returns `measured_us` divided by `reference_us`, clamped to the range of speed_gauge.h.
double SpeedFactorOf(double measured_us, double reference_us);

}  // namespace motzkin::worker
