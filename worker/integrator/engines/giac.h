// The engine giac, which is linked into this binary (it is GPL-3.0-or-later, and so is the
// integrator). Its zygote is a fork of the supervisor in which giac has been warmed up. A trivial
// integral takes 0.5 ms from fork to reaped leaf.
#pragma once

#include <memory>

#include "worker/integrator/engines/engine.h"

namespace motzkin::integrator {

// Call it in a single-threaded process only.
std::unique_ptr<Engine> MakeGiac();

}  // namespace motzkin::integrator
