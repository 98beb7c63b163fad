// Says what would raise the sandbox's level on this machine.
//
// Thread-safe.
#pragma once

#include <filesystem>
#include <string>

#include "worker/sandbox/level.h"

namespace motzkin::sandbox {

// Returns what its owner can do, with the command where there is one; empty if the level is full, or
// if nothing is known that helps. `root` is / except in tests.
std::string AdviceOn(const Probe& probe, const std::filesystem::path& root = "/");

}  // namespace motzkin::sandbox
