// How fast this machine is: engines are timed at start on a small fixed set of integrals, so that a
// budget of reference milliseconds means the same work on a slow machine.
//
// The reference is the machine that the constants in calibration.cc were measured on; a factor of 2
// means that this machine needs twice the CPU time.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "worker/function_runner.h"
#include "worker/integrator_process.h"

namespace motzkin::worker {

inline constexpr double kSpeedFactorMin = 1;  // A faster machine gains nothing by a smaller budget.
inline constexpr double kSpeedFactorMax = 8;  // Beyond it a machine is better left out.

struct Calibration {
  // Of each engine that has a reference.
  SpeedFactors factors;
  // What finding out cost the engines: half a second.
  absl::Duration cpu;
};

// The errors of IntegratorProcess::Call.
absl::StatusOr<Calibration> Calibrate(IntegratorProcess& integrator);

// `measured_us` against `reference_us`, clamped.
double SpeedFactorOf(double measured_us, double reference_us);

}  // namespace motzkin::worker
