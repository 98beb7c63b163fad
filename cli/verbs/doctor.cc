// motzkin doctor looks at this machine, and at its way to the coordinator and its database.
#include <fmt/core.h>

#include <algorithm>

#include "cli/doctor/coordinator_findings.h"
#include "cli/doctor/machine_findings.h"
#include "cli/text/json.h"
#include "cli/verbs/verb.h"
#include "worker/machine/state_dir.h"

namespace motzkin::cli {
namespace {

struct DoctorOptions {
  std::string connect;
  std::string state_directory;
  std::string integrator;
};

// In the order of Health.
constexpr const char* kWords[] = {"good", "warning", "bad"};

void Print(const Finding& finding) {
  fmt::print("{:<8} {:<11} {}\n", kWords[static_cast<int>(finding.health)], finding.check,
             finding.found);
  if (!finding.cure.empty()) fmt::print("{:<8} {:<11} {}\n", "", "", "-> " + finding.cure);
  // The next finding may take seconds.
  std::fflush(stdout);
}

absl::StatusOr<int> RunDoctor(const Globals& globals, const DoctorOptions& options) {
  WayQuestions way{.coordinator = globals.coordinator,
                   .state_directory = options.state_directory.empty()
                                          ? worker::DefaultStateDirectory()
                                          : std::filesystem::absolute(options.state_directory)};
  if (way.state_directory.empty()) {
    return absl::InvalidArgumentError(
        "name the worker's state directory with --state-dir; there is no HOME for the default one");
  }
  if (!options.connect.empty()) way.coordinator.address = options.connect;
  const MachineQuestions machine{.integrator = options.integrator,
                                 .state_directory = way.state_directory,
                                 .coordinator = way.coordinator.address};
  bool bad = false;
  Json json = Json::array();
  const auto take = [&](const Findings& findings) {
    for (const Finding& finding : findings) {
      bad = bad || finding.health == Health::kBad;
      if (!globals.json) Print(finding);
      json.push_back({{"check", finding.check},
                      {"health", kWords[static_cast<int>(finding.health)]},
                      {"found", finding.found},
                      {"cure", finding.cure}});
    }
  };
  take(LookAtMachine(machine));
  take(LookAtWay(way));
  if (globals.json) PrintJson(json);
  return bad ? kExitFailure : kExitOk;
}

}  // namespace

void AddDoctor(const VerbContext& context) {
  const auto [verb, options] = AddVerb(
      context, "doctor",
      "look at this machine and its way to the coordinator; says what is wrong and its cure",
      RunDoctor);
  verb.add_option("--connect", options.connect, "HOST:PORT of the coordinator, as for a worker");
  verb.add_option("--state-dir", options.state_directory, "the worker's; default: as for a worker");
  verb.add_option("--integrator", options.integrator,
                  "the integrator binary; default: beside motzkin");
}

}  // namespace motzkin::cli
