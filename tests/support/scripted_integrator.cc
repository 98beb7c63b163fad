// An integrator that follows its arguments, for tests of whole clusters. It has no engine and no
// sandbox, so it can also kill the worker that started it. MiniCluster writes the script that runs
// it.
//
//   scripted_integrator [--has ENGINE=VERSION]... [--kill-worker INTEGRAND] [--die INTEGRAND]
//                       [--solve-from MILLISECONDS] [--message BYTES] -- ARGUMENTS OF THE WORKER
//
// Every function is unsolved. With --solve-from, a step with a smaller budget times out, and one
// with that budget or more solves the function. With --message, every step says that.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <map>
#include <string>

#include "common/process/frame.h"
#include "motzkin/integrator/v1/integrator.pb.h"

namespace motzkin::test {
namespace {

namespace pipe = integrator::v1;

struct Script {
  std::map<std::string, std::string> engines;
  std::string kills_worker;
  std::string dies;
  std::string message;
  int64_t solves_from_us = INT64_MAX;
};

// Stops at "--" and returns the index after it.
int ParseScript(int argc, char** argv, Script& script) {
  int i = 1;
  for (; i + 1 < argc && strcmp(argv[i], "--") != 0; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--has")
      script.engines[value.substr(0, value.find('='))] = value.substr(value.find('=') + 1);
    if (name == "--kill-worker") script.kills_worker = value;
    if (name == "--die") script.dies = value;
    if (name == "--message") script.message = value;
    if (name == "--solve-from") script.solves_from_us = 1000 * std::stoll(value);
  }
  return i + 1;
}

v1::Outcome OutcomeOf(const Script& script, const pipe::Step& step) {
  if (script.solves_from_us == INT64_MAX) return v1::OUTCOME_UNSOLVED;
  return step.budget_us() < script.solves_from_us ? v1::OUTCOME_TIMED_OUT : v1::OUTCOME_INTEGRATED;
}

void Integrate(const Script& script, const pipe::Integrate& asked, pipe::Integration& answer) {
  if (asked.integrand() == script.kills_worker) {
    kill(getppid(), SIGKILL);
    pause();  // dies with the worker
  }
  if (asked.integrand() == script.dies) raise(SIGABRT);
  for (const pipe::Step& step : asked.ladder()) {
    pipe::StepReport& report = *answer.add_steps();
    report.set_engine(step.engine());
    report.set_outcome(OutcomeOf(script, step));
    report.set_cpu_us(1000);
    report.set_message(script.message);
    answer.set_outcome(report.outcome());
    if (report.outcome() != v1::OUTCOME_INTEGRATED) continue;
    answer.set_engine(step.engine());
    answer.set_integral("x");  // The worker does not check it again.
    answer.set_answer_class(v1::ANSWER_CLASS_ELEMENTARY);
    answer.mutable_judgement()->set_verdict(v1::Verification::VERDICT_VERIFIED);
    break;
  }
}

void Answer(const Script& script, const pipe::Request& request, pipe::Response& response) {
  response.set_id(request.id());
  if (request.has_integrate()) {
    Integrate(script, request.integrate(), *response.mutable_integration());
  } else if (request.has_verify()) {
    response.mutable_judgement()->set_verdict(v1::Verification::VERDICT_UNVERIFIED);
  } else {
    for (const auto& [name, version] : script.engines) {
      pipe::EngineDescription& engine = *response.mutable_description()->add_engines();
      engine.set_engine(name);
      engine.set_version(version);
    }
  }
}

int Serve(const Script& script) {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO}) fcntl(fd, F_SETFL, O_NONBLOCK);
  for (;;) {
    const absl::StatusOr<std::string> frame = ReadFrame(STDIN_FILENO, Deadline::Never());
    pipe::Request request;
    if (!frame.ok() || !request.ParseFromString(*frame)) return 0;
    pipe::Response response;
    Answer(script, request, response);
    if (!WriteFrame(STDOUT_FILENO, response.SerializeAsString(), Deadline::Never()).ok()) return 0;
  }
}

}  // namespace
}  // namespace motzkin::test

int main(int argc, char** argv) {
  motzkin::test::Script script;
  const int rest = motzkin::test::ParseScript(argc, argv, script);
  // This is the probe of the sandbox. If we are confined, the worker is out of reach, so we refuse,
  // and the worker runs us without bubblewrap.
  const bool confined = getpid() < 10;
  if (rest < argc && strcmp(argv[rest], "--version") == 0) return confined ? 1 : 0;
  return motzkin::test::Serve(script);
}
