// integrator: the untrusted program that a worker starts once per slot and speaks to on its
// standard input and output (integrator.proto). Not for people; `motzkin integrate` is.
//
// Exit codes: 0 the worker closed the pipe, 1 an error, 2 bad usage.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <memory>
#include <utility>
#include <vector>

#include "worker/integrator/engines/giac.h"
#include "worker/integrator/supervisor.h"
#include "worker/integrator/verifier/verifier_process.h"
#include "worker/sandbox/enter.h"

namespace motzkin::integrator {
namespace {

absl::Status Run() {
  absl::Status entered = sandbox::EnterSandbox(/*readable=*/{});
  if (!entered.ok()) return entered;
  std::vector<std::unique_ptr<Engine>> engines;
  engines.push_back(MakeGiac());
  VerifierOptions verifier;
  verifier.body = [](int in, int out) { RunVerifier(in, out).IgnoreError(); };  // It just ends.
  return Supervisor(std::move(engines), std::move(verifier)).Serve(STDIN_FILENO, STDOUT_FILENO);
}

}  // namespace
}  // namespace motzkin::integrator

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "--version") == 0) {
    printf("integrator %s\n", MOTZKIN_VERSION);
    return 0;
  }
  if (argc != 1) {
    fprintf(stderr, "integrator takes no arguments: a worker starts it; try `motzkin integrate`\n");
    return 2;
  }
  const absl::Status status = motzkin::integrator::Run();
  if (!status.ok()) fprintf(stderr, "integrator: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
