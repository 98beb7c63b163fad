// An integrator for tests, with hostile engines and a verifier that can be made to fail. The
// supervisor, the sandbox and the ladder are those that users run.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <memory>
#include <utility>
#include <vector>

#include "common/process/frame.h"
#include "worker/integrator/supervisor.h"
#include "worker/integrator/verifier/verifier_process.h"
#include "worker/sandbox/enter.h"
#include "worker/testing/hostile_engine.h"

namespace motzkin::integrator::testing {
namespace {

void Verify(int in, int out) {
  while (true) {
    const absl::StatusOr<std::string> frame = ReadFrame(in, Deadline::Never());
    v1::VerifyBatch batch;
    if (!frame.ok() || !batch.ParseFromString(*frame)) return;
    v1::JudgementBatch judgements;
    bool lies = false;
    for (const v1::Verify& request : batch.items()) {
      if (request.candidate() == "hang") Misbehave(std::to_string(kBurnIgnoringSigterm));
      if (request.candidate() == "die") Misbehave(std::to_string(kTrap));
      if (request.candidate() == "stop") pause();
      lies = lies || request.candidate() == "lie";
      *judgements.add_judgements() = AnswerVerify(request);
    }
    const std::string answer = lies ? "\xff\xff\xff" : judgements.SerializeAsString();
    if (!WriteFrame(out, answer, Deadline::Never()).ok()) return;
  }
}

absl::Status Run() {
  absl::Status entered = sandbox::EnterSandbox({});
  if (!entered.ok()) return entered;
  std::vector<std::unique_ptr<Engine>> engines;
  engines.push_back(MakeHostileEngine("hostile", Locked::kLeaf));
  engines.push_back(MakeHostileEngine("reader", Locked::kReaderLeaf));
  engines.push_back(MakeHostileEngine("zygote", Locked::kZygote));
  engines.push_back(MakeHostileEngine("supervisor", Locked::kSupervisor));
  VerifierOptions verifier;
  verifier.body = Verify;
  return Supervisor(std::move(engines), std::move(verifier)).Serve(STDIN_FILENO, STDOUT_FILENO);
}

}  // namespace
}  // namespace motzkin::integrator::testing

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "--version") == 0) _exit(0);
  const absl::Status status = motzkin::integrator::testing::Run();
  if (!status.ok()) fprintf(stderr, "hostile_integrator: %s\n", status.ToString().c_str());
  _exit(status.ok() ? 0 : 1);
}
