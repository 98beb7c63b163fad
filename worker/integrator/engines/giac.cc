#include "worker/integrator/engines/giac.h"

#include <unistd.h>

#include <string>
#include <utility>

#include "worker/integrator/engines/giac_calls.h"
#include "worker/integrator/engines/zygote_engine.h"
#include "worker/integrator/zygote_server.h"

namespace motzkin::integrator {
namespace {

// The first byte of a leaf's output.
constexpr char kAnswer = 'A';
constexpr char kError = 'E';

std::string WarmUp() {
  InitializeGiac([] { _exit(kLeafOutOfMemory); });
  const std::string library = GiacLibraryVersion();
  // The package's version is more exact, but only if it is that of the library in use.
  const std::string package = MOTZKIN_GIAC_PACKAGE_VERSION;
  return package.starts_with(library) ? package : library;
}

std::string Answer(std::string_view function) {
  const GiacAnswer answer = IntegrateWithGiac(function);
  // Texts alone would not do: a complaint of giac may read like an answer.
  return (answer.is_error ? kError : kAnswer) + answer.text;
}

void Interpret(std::string output, EngineReply& reply) {
  if (output.empty() || (output[0] != kAnswer && output[0] != kError)) {
    reply.end = EngineEnd::kCrashed;
    reply.message = "the answer is garbled";
    return;
  }
  const bool error = output[0] == kError;
  output.erase(0, 1);
  // giac leaves "integrate(" in an answer for a part that it could not integrate.
  TakeText(!error, std::move(output), {"integrate", "int", "undef", "infinity"}, reply);
}

}  // namespace

std::unique_ptr<Engine> MakeGiac() {
  ZygoteEngineSpec spec;
  spec.name = "giac";
  spec.format = expression::Format::kGiac;
  spec.launch = [] {
    return Zygote::Fork([](const ZygotePipes& pipes) {
      ZygoteHooks hooks;
      hooks.warm_up = WarmUp;
      hooks.answer = Answer;
      ServeZygote(pipes, hooks);
    });
  };
  spec.interpret = Interpret;
  return std::make_unique<ZygoteEngine>(std::move(spec));
}

}  // namespace motzkin::integrator
