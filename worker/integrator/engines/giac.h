// giac, linked into this binary (GPL-3.0-or-later, and the integrator with it). Its zygote is a
// fork of the supervisor in which giac has been warmed up; 0.5 ms from fork to reaped trivial
// integral.
#pragma once

#include <memory>

#include "worker/integrator/engines/engine.h"

namespace motzkin::integrator {

// Only in a single-threaded process.
std::unique_ptr<Engine> MakeGiac();

}  // namespace motzkin::integrator
