#include "worker/integrator/engines/sympy.h"

#include <unistd.h>

#include <string>
#include <utility>

#include "sympy_zygote.h"
#include "worker/integrator/engines/zygote_engine.h"

namespace motzkin::integrator {
namespace {

// Debian's Python. Other Pythons on the path do not see its packages.
constexpr const char* kPython = "/usr/bin/python3";

// The first byte tells whether an answer or a complaint of SymPy follows.
void Interpret(std::string output, EngineReply& reply) {
  const bool answered = !output.empty() && output[0] == 'A';
  if (!output.empty()) output.erase(0, 1);
  TakeText(answered, std::move(output), {"Integral", "nan", "oo", "zoo", "NonElementaryIntegral"},
           reply);
}

}  // namespace

std::unique_ptr<Engine> MakeSympy() {
  ZygoteEngineSpec spec;
  spec.name = "sympy";
  spec.format = expression::Format::kSympy;
  spec.launch = []() -> absl::StatusOr<std::unique_ptr<Zygote>> {
    if (access(kPython, X_OK) != 0) return absl::NotFoundError("python3-sympy is not installed");
    // -I ignores the user's home and the environment; -B writes no byte code.
    return Zygote::Spawn({kPython, "-I", "-B", "-c", std::string(sympy_zygote::kFiles[0].text)}, {},
                         sandbox::LeafFiles::kRead);
  };
  spec.interpret = Interpret;
  return std::make_unique<ZygoteEngine>(std::move(spec));
}

}  // namespace motzkin::integrator
