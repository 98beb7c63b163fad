#include "cli/doctor/machine_findings.h"

#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <fmt/format.h>
#include <unistd.h>

#include <system_error>
#include <utility>

#include "cli/access/program_path.h"
#include "common/base/one_line.h"
#include "worker/machine/capacity.h"
#include "worker/sandbox/advice.h"
#include "worker/slots/integrator_process.h"

namespace motzkin::cli {
namespace {

constexpr int64_t kPageBytesMax = 64 << 10;  // the largest of Linux on arm64
// A spool keeps rows while Postgres is away. Below the second value it cannot keep an hour's of a
// fast machine, below the first hardly any.
constexpr int64_t kDiskBytesMin = 64ll << 20;
constexpr int64_t kDiskBytesGood = 1ll << 30;

std::string Gigabytes(int64_t bytes) {
  return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

// Takes the advice out of a sentence of the integrator, such as "fricas is not installed (apt
// install fricas)".
std::pair<std::string, std::string> SplitAdvice(const std::string& sentence) {
  const size_t open = sentence.rfind(" (");
  if (open == std::string::npos || !sentence.ends_with(')')) return {sentence, ""};
  return {sentence.substr(0, open), sentence.substr(open + 2, sentence.size() - open - 3)};
}

// The sandbox is probed with the integrator, so both need its binary.
Findings LookAtIntegrator(const std::string& binary) {
  const absl::StatusOr<std::string> path = ProgramPath("integrator", binary, "--integrator");
  if (!path.ok()) {
    return {{"engines", Health::kBad, OneLine(std::string(path.status().message())),
             "sudo apt install motzkin-worker, or build it"}};
  }
  const sandbox::Probe probe = worker::ProbeIntegratorSandbox(*path);
  Findings findings = {SandboxFound(probe, sandbox::AdviceOn(probe))};
  worker::IntegratorOptions options;
  options.binary = *path;
  options.sandbox_level = probe.level;
  options.idle_priority = false;  // A person waits for the answer.
  const auto started = worker::IntegratorProcess::Start(options);
  if (!started.ok()) {
    findings.push_back({"engines", Health::kBad, OneLine(std::string(started.status().message()))});
    return findings;
  }
  for (Finding& finding : EnginesFound((*started)->description())) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace

Finding PagesFound(int64_t page_bytes) {
  const std::string found = fmt::format("{} KiB", page_bytes >> 10);
  if (page_bytes <= kPageBytesMax) return {"page size", Health::kGood, found};
  return {"page size", Health::kWarning, found,
          "Motzkin was tried with pages of 4 to 64 KiB alone"};
}

Finding MemoryFound(int64_t available, int cores, int64_t engine) {
  if (available < 0) return {"memory", Health::kGood, "the system does not say how much it has"};
  const int slots = worker::DefaultSlots(cores, available, engine);
  const std::string found = fmt::format("{} available for {} slots of up to {}, on {} cores",
                                        Gigabytes(available), slots, Gigabytes(engine), cores);
  if (available < engine) {
    return {"memory", Health::kBad, found,
            "end other programs, or give the job less engine_memory than there is"};
  }
  if (slots == cores) return {"memory", Health::kGood, found};
  return {
      "memory", Health::kWarning, found,
      "some cores stay idle; end other programs, or set engine_memory and slots in worker.yaml"};
}

Finding DiskFound(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::path there = directory;
  while (!std::filesystem::exists(there, error) && there.has_relative_path()) {
    there = there.parent_path();
  }
  const std::string name = directory.string();
  if (!std::filesystem::is_directory(there, error)) {
    return {"disk", Health::kBad, there.string() + " is not a directory",
            "name another --state-dir"};
  }
  if (access(there.c_str(), W_OK | X_OK) != 0) {
    return {"disk", Health::kBad, "this user may not write into " + there.string(),
            "name another --state-dir, or run this as the worker's user"};
  }
  const std::filesystem::space_info space = std::filesystem::space(there, error);
  if (error) return {"disk", Health::kBad, there.string() + ": " + error.message()};
  const auto free = static_cast<int64_t>(space.available);
  const std::string found = fmt::format("{} free for {}", Gigabytes(free), name);
  if (free >= kDiskBytesGood) return {"disk", Health::kGood, found};
  return {"disk", free >= kDiskBytesMin ? Health::kWarning : Health::kBad, found,
          "make room: finished rows wait there while Postgres is away"};
}

Finding SandboxFound(const sandbox::Probe& probe, const std::string& advice) {
  Finding finding{"sandbox", Health::kGood, OneLine(probe.ToString()), advice};
  if (probe.level == sandbox::Level::kWeak || !advice.empty()) finding.health = Health::kWarning;
  if (probe.level == sandbox::Level::kNone) finding.health = Health::kBad;
  return finding;
}

Findings EnginesFound(const integrator::v1::Description& description) {
  Findings findings;
  std::vector<std::string> versions;
  for (const auto& engine : description.engines()) {
    versions.push_back(OneLine(absl::StrCat(engine.engine(), " ", engine.version())));
  }
  if (versions.empty()) {
    findings.push_back({"engines", Health::kBad, "none starts", "sudo apt install fricas"});
  } else {
    findings.push_back({"engines", Health::kGood, absl::StrJoin(versions, ", ")});
  }
  for (const std::string& sentence : description.missing()) {
    auto [found, cure] = SplitAdvice(OneLine(sentence));
    findings.push_back({"engines", Health::kWarning, std::move(found), std::move(cure)});
  }
  return findings;
}

Finding HeatFound(const worker::MachineReading& reading, double limit) {
  if (reading.temperature <= 0) return {"heat", Health::kGood, "this machine shows no temperature"};
  const std::string found =
      fmt::format("{:.0f} degrees, slots pause above {:.0f}", reading.temperature, limit);
  if (reading.temperature <= limit) return {"heat", Health::kGood, found};
  return {"heat", Health::kWarning, found, "cool the machine, or give it fewer slots"};
}

Finding PowerFound(const worker::MachineReading& reading) {
  if (!reading.on_battery) return {"power", Health::kGood, "mains"};
  return {"power", Health::kWarning, "on battery: a worker suspends here",
          "plug it in, or set on_battery: work in worker.yaml"};
}

Findings LookAtMachine(const MachineQuestions& questions) {
  const worker::MachineReading reading = worker::ReadMachine("/sys");
  Findings findings = {
      PagesFound(sysconf(_SC_PAGESIZE)),
      MemoryFound(worker::AvailableMemory(),
                  worker::CoresToUse(worker::UsableCores(), questions.coordinator),
                  worker::IntegratorOptions().engine_memory_bytes),
      DiskFound(questions.state_directory),
      HeatFound(reading, worker::DefaultMaxTemperature()),
      PowerFound(reading),
  };
  for (Finding& finding : LookAtIntegrator(questions.integrator)) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace motzkin::cli
