// The engine SymPy in Debian's Python: imported once and forked per function (sympy_zygote.py). It
// is off by default, because it added nothing after giac and FriCAS, and is kept for parity with
// the reference's labels.
#pragma once

#include <memory>

#include "worker/integrator/engines/engine.h"

namespace motzkin::integrator {

std::unique_ptr<Engine> MakeSympy();

}  // namespace motzkin::integrator
