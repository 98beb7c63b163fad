#include "worker/integrator/engines/giac_calls.h"

// giac's headers need these macros of its build.
#include <giac/config.h>
#include <giac/giac.h>
#include <gmp.h>
#include <stdlib.h>

#include <exception>

namespace motzkin::integrator {
namespace {

void (*on_out_of_memory)() = nullptr;

// GMP aborts when it gets no memory. These functions end the leaf with an exit code of its own.
void* Allocate(size_t size) {
  void* memory = malloc(size);
  if (memory == nullptr) on_out_of_memory();
  return memory;
}

void* Reallocate(void* old, size_t, size_t size) {
  void* memory = realloc(old, size);
  if (memory == nullptr) on_out_of_memory();
  return memory;
}

void Free(void* memory, size_t) { free(memory); }

// The zygote has one context for its whole life. Leaves are copies, so no function sees the
// settings of another one.
giac::context& Context() {
  static giac::context context;
  return context;
}

GiacAnswer Integrate(const std::string& function) {
  giac::context& context = Context();
  const giac::gen integrand(function, &context);
  // A parse error does not throw: the result is undef, or a string with the complaint.
  if (giac::is_undef(integrand) || integrand.type == giac::_STRNG)
    return {true, "giac cannot read it"};
  const giac::gen variable(giac::identificateur("x"));
  const giac::gen integral = giac::_integrate(giac::makesequence(integrand, variable), &context);
  return {integral.type == giac::_STRNG, integral.print(&context)};
}

}  // namespace

void InitializeGiac(void (*out_of_memory)()) {
  on_out_of_memory = out_of_memory;
  mp_set_memory_functions(Allocate, Reallocate, Free);
  giac::threads_allowed = false;  // A fork copies only the thread that forks.
  giac::complex_mode(false, &Context());
  giac::angle_radian(true, &Context());
  // Each integral fills tables and caches that the leaves then share.
  for (const char* function : {"1/(x^3+1)", "sin(x)^2*exp(x)", "sqrt(x^2+1)", "x*ln(x)",
                               "exp(-x^2)", "1/(x*sqrt(x+1))", "atan(x)*x", "tan(x)+cosh(x)"}) {
    IntegrateWithGiac(function);
  }
}

std::string GiacLibraryVersion() { return VERSION; }

GiacAnswer IntegrateWithGiac(std::string_view function) {
  try {
    return Integrate(std::string(function));
    // giac and its libraries report in this way what they cannot do.
  } catch (const std::exception& e) {
    return {true, e.what()};
  }
}

}  // namespace motzkin::integrator
