// The engine FriCAS: the unmodified FRICASsys, made a zygote by line_zygote.c. It takes about 40 MB
// resident a slot.
#pragma once

#include <memory>
#include <string>

#include "worker/integrator/engines/engine.h"

namespace motzkin::integrator {

// Returns the folder that holds bin/FRICASsys; empty if FriCAS is not installed.
std::string FindFricas();

// `line_zygote` is the absolute path of the shared object built from line_zygote.c. It is opened
// here, so call this before entering the sandbox.
std::unique_ptr<Engine> MakeFricas(const std::string& line_zygote);

}  // namespace motzkin::integrator
