// The calls into giac itself, apart from the rest because its headers are not valid C++20: this
// unit is compiled as C++17 and sees no header of ours.
//
// Single-threaded processes only.
#pragma once

#include <string>
#include <string_view>

namespace motzkin::integrator {

struct GiacAnswer {
  bool is_error = false;
  // An antiderivative in giac's spelling, perhaps with unevaluated parts; or what giac complained
  // of.
  std::string text;
};

// Once a process: memory functions that call `out_of_memory` (which must not return) instead of
// aborting, settings, and tables that are worth building before a fork.
void InitializeGiac(void (*out_of_memory)());

// "1.9.0": as exact as the library knows.
std::string GiacLibraryVersion();

// The integral of `function` with respect to x. Does not throw.
GiacAnswer IntegrateWithGiac(std::string_view function);

}  // namespace motzkin::integrator
