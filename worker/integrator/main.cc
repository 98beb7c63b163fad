// The integrator is the untrusted program that a worker starts once per slot and talks to on its
// standard input and output (integrator.proto). It is not meant for people; `motzkin integrate` is.
//
// integrator [ENGINE...]: warms up these engines, out of giac, fricas and sympy; without any, giac.
//
// Exit codes: 0 the worker closed the pipe, 1 an error, 2 bad usage.
#include <absl/strings/str_cat.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "worker/integrator/engines/fricas.h"
#include "worker/integrator/engines/giac.h"
#include "worker/integrator/engines/sympy.h"
#include "worker/integrator/supervisor.h"
#include "worker/integrator/verifier/verifier_process.h"
#include "worker/sandbox/enter.h"

namespace motzkin::integrator {
namespace {

constexpr const char* kLineZygote = "libmotzkin_line_zygote.so";

// INVALID_ARGUMENT: no engine has that name.
absl::StatusOr<std::unique_ptr<Engine>> MakeEngine(std::string_view name,
                                                   const std::string& line_zygote) {
  if (name == "giac") return MakeGiac();
  if (name == "fricas") return MakeFricas(line_zygote);
  if (name == "sympy") return MakeSympy();
  return absl::InvalidArgumentError(absl::StrCat("no engine is called '", std::string(name),
                                                 "'; there are giac, fricas and sympy"));
}

// `program` is the absolute path of this binary. The library that FriCAS preloads lies beside it.
absl::Status Run(const std::filesystem::path& program, std::vector<std::string_view> names) {
  if (names.empty()) names.push_back("giac");
  const std::string line_zygote = program.parent_path() / kLineZygote;
  // The engines are made before the sandbox closes, because that of FriCAS opens a file that may be
  // out of reach later. They start after it (Supervisor::Serve()), so that everything they run is
  // locked in.
  std::vector<std::unique_ptr<Engine>> engines;
  for (const std::string_view name : names) {
    ASSIGN_OR_RETURN(engines.emplace_back(), MakeEngine(name, line_zygote));
  }
  RETURN_IF_ERROR(sandbox::EnterSandbox(/*readable=*/{line_zygote}));
  VerifierOptions verifier;
  // The process ends in any case.
  verifier.body = [](int in, int out) { RunVerifier(in, out).IgnoreError(); };
  return Supervisor(std::move(engines), std::move(verifier)).Serve(STDIN_FILENO, STDOUT_FILENO);
}

}  // namespace
}  // namespace motzkin::integrator

static int Main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "--version") == 0) {
    printf("integrator %s\n", MOTZKIN_VERSION);
    return 0;
  }
  // The path is taken from argv[0], as bubblewrap shows no /proc/self/exe. The worker starts this
  // program by its absolute path.
  const absl::Status status =
      motzkin::integrator::Run(argv[0], std::vector<std::string_view>(argv + 1, argv + argc));
  if (status.ok()) return 0;
  fprintf(stderr, "integrator: %s\n", std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

int main(int argc, char** argv) {
  const int code = Main(argc, argv);
  fflush(nullptr);
  _exit(code);  // Skips the exit handlers of giac and its libraries.
}
