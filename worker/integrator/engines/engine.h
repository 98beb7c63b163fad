// A computer algebra system behind one interface. The supervisor never runs one in its own process:
// an engine is a warm process (zygote) that forks a leaf for every function, and what a leaf says
// is bytes to be bounded and handed to the verifier, never to be parsed here.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "common/expression/printer.h"

namespace motzkin::integrator {

struct EngineLimits {
  // CPU time of the leaf; killed at it.
  absl::Duration cpu = absl::Milliseconds(100);
  int64_t memory_bytes = 1ll << 30;
  // Of the answer as the engine prints it.
  size_t answer_bytes = 256u << 10;
};

// How a run ended. Switch without a default.
enum class EngineEnd {
  kAnswered,        // `answer` is an antiderivative, says the engine
  kGaveUp,          // it returned the integral unevaluated, or an error; it would again
  kNonelementary,   // it claims that there is no elementary integral
  kTimedOut,        // killed at the CPU budget
  kStalled,         // did not use its budget until the wall backstop; killed
  kMemoryExceeded,  // ran into the memory limit
  kCrashed,         // died otherwise
  kTooLong,         // the answer passed its bound
};

struct EngineReply {
  EngineEnd end = EngineEnd::kCrashed;
  // Infix, in the engine's own spelling. Any bytes: the leaf may have been taken over.
  std::string answer;
  // The engine's words or how it died. Any bytes.
  std::string message;
  absl::Duration cpu;  // Of the leaf and of forking it; the budget counts the leaf alone.
  int64_t rss_kb = 0;
};

// Thread-compatible.
class Engine {
 public:
  virtual ~Engine() = default;
  // "giac", "fricas", "sympy"
  virtual std::string_view name() const = 0;
  // Exact, e.g. "1.9.0.35"; known after Start().
  virtual const std::string& version() const = 0;
  // How it wants the integrand written.
  virtual expression::Format format() const = 0;
  // Warms it up; again after it was lost. An error is a sentence that begins with the engine's name
  // and says why it cannot run here: "fricas is not installed (apt install fricas)".
  virtual absl::Status Start() = 0;
  // Integrates `function`, written in format(), with respect to x in a fresh leaf. Starts the
  // engine if need be. Takes 20 x limits.cpu + 2 s on the wall at most, fifty times that on a
  // machine that leaves it no CPU. Leaves no process behind.
  virtual EngineReply Run(std::string_view function, const EngineLimits& limits) = 0;
};

}  // namespace motzkin::integrator
