// The calls into giac itself. They are in a unit of their own that is compiled as C++17 and
// includes no header of ours, because giac's headers are not valid C++20.
//
// For single-threaded processes only.
#pragma once

#include <string>
#include <string_view>

namespace motzkin::integrator {

struct GiacAnswer {
  bool is_error = false;
  // An antiderivative in giac's spelling, perhaps with unevaluated parts, or giac's complaint.
  std::string text;
};

// Call it once a process. It installs memory functions that call `out_of_memory`, which must not
// return, instead of aborting; it sets giac's options and builds the tables that are worth having
// before a fork.
void InitializeGiac(void (*out_of_memory)());

// Returns a version such as "1.9.0"; the library knows no more.
std::string GiacLibraryVersion();

// Integrates `function` with respect to x. Does not throw.
GiacAnswer IntegrateWithGiac(std::string_view function);

}  // namespace motzkin::integrator
