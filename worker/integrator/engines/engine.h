// A computer algebra system behind one interface. The supervisor never runs one in its own process:
// an engine is a warm process (zygote) that forks a leaf for every function. A leaf's output is a
// string of bytes that the supervisor bounds and hands to the verifier, and never parses.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "common/expression/printer.h"

namespace motzkin::integrator {

struct EngineLimits {
  // CPU time of the leaf, which is killed when it is used up.
  absl::Duration cpu = absl::Milliseconds(100);
  int64_t memory_bytes = 1ll << 30;
  // The size of the answer as the engine prints it.
  size_t answer_bytes = 256u << 10;
};

// How a run ended. Switch without a default.
enum class EngineEnd {
  kAnswered,        // `answer` is an antiderivative, according to the engine
  kGaveUp,          // it returned the integral unevaluated, or an error; it would do so again
  kNonelementary,   // it claims that there is no elementary integral
  kTimedOut,        // killed at the CPU budget
  kStalled,         // did not use its budget until the wall backstop, and was killed
  kMemoryExceeded,  // ran into the memory limit
  kCrashed,         // died in another way
  kTooLong,         // the answer exceeded its bound
};

struct EngineReply {
  EngineEnd end = EngineEnd::kCrashed;
  // Infix in the engine's own spelling. It may be any bytes, because the leaf may have been taken
  // over.
  std::string answer;
  // The engine's message, or how it died. It may be any bytes.
  std::string message;
  absl::Duration cpu;  // of the leaf and of forking it; the budget counts the leaf alone
  int64_t rss_kb = 0;
};

// Thread-compatible.
class Engine {
 public:
  virtual ~Engine() = default;
  // "giac", "fricas" or "sympy".
  virtual std::string_view name() const = 0;
  // The exact version, such as "1.9.0.35"; known after Start().
  virtual const std::string& version() const = 0;
  // The notation in which it takes the integrand.
  virtual expression::Format format() const = 0;
  // Warms the engine up, also after it was lost. An error is a sentence that begins with the
  // engine's name and says why it cannot run here: "fricas is not installed (apt install fricas)".
  virtual absl::Status Start() = 0;
  // Integrates `function`, written in format(), with respect to x in a fresh leaf, and starts the
  // engine first if need be. Takes at most 20 x limits.cpu + 2 s of wall time, and fifty times that
  // on a machine that leaves it no CPU. No process is left behind.
  virtual EngineReply Run(std::string_view function, const EngineLimits& limits) = 0;
};

}  // namespace motzkin::integrator
