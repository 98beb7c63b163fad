#include "worker/integrator/engines/zygote_engine.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <signal.h>
#include <string.h>

#include <utility>

#include "common/base/status_macros.h"

namespace motzkin::integrator {
namespace {

// A zygote that is not warm in time gets as much time again, five times in all, if it used a
// thousandth of a processor: then it is slow or starved. One that blocks uses none.
constexpr int kWarmUpPeriodsMax = 5;
constexpr int64_t kStarvedShare = 1000;

absl::StatusOr<std::string> AwaitWarm(Zygote& zygote, absl::Duration period) {
  for (int number = 1;; ++number) {
    const absl::Duration before = zygote.Cpu();
    absl::StatusOr<std::string> version = zygote.AwaitReady(Deadline::After(period));
    if (!absl::IsDeadlineExceeded(version.status()) || number == kWarmUpPeriodsMax ||
        zygote.Cpu() - before < period / kStarvedShare) {
      return version;
    }
  }
}

// A leaf that dies this close to its memory limit has died of it: libraries abort when they are
// refused memory.
constexpr double kNearMemoryLimit = 0.8;

bool NearLimit(const LeafRun& run, const EngineLimits& limits) {
  return static_cast<double>(run.rss_kb) * 1024 >=
         kNearMemoryLimit * static_cast<double>(limits.memory_bytes);
}

// Describes the end of a leaf that died or exited without a whole answer.
void DescribeDeath(const LeafRun& run, const EngineLimits& limits, EngineReply& reply) {
  const bool refused = run.end == LeafEnd::kExited && run.code == kLeafOutOfMemory;
  if (refused || NearLimit(run, limits)) {
    reply.end = EngineEnd::kMemoryExceeded;
    reply.message = absl::StrCat("memory limit of ", limits.memory_bytes >> 20, " MiB");
  } else if (run.end == LeafEnd::kSignalled) {
    reply.end = EngineEnd::kCrashed;
    reply.message = absl::StrCat("signal ", run.code, " (", strsignal(run.code), ")");
  } else {
    reply.end = EngineEnd::kCrashed;
    reply.message = absl::StrCat("exit code ", run.code);
  }
}

bool IsWordCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
}

}  // namespace

absl::Status ZygoteEngine::Start() {
  zygote_.reset();
  ASSIGN_OR_RETURN(std::unique_ptr<Zygote> zygote, spec_.launch());
  absl::StatusOr<std::string> version = AwaitWarm(*zygote, spec_.warm_up_max);
  // A zygote that is not warm is killed on the way out.
  if (!version.ok()) {
    return absl::Status(version.status().code(),
                        absl::StrCat(spec_.name, " does not start: ", version.status().message()));
  }
  version_ = *std::move(version);
  zygote_ = std::move(zygote);
  return absl::OkStatus();
}

EngineReply ZygoteEngine::Run(std::string_view function, const EngineLimits& limits) {
  EngineReply reply;
  if (zygote_ == nullptr) {
    if (const absl::Status started = Start(); !started.ok()) {
      reply.message = std::string(started.message());
      return reply;
    }
  }
  const std::string request = spec_.request ? spec_.request(function) : std::string(function);
  absl::StatusOr<LeafRun> run = RunLeaf(*zygote_, request, limits);
  if (!run.ok()) {
    // `reply.end` stays kCrashed, for which the ladder tries once more. That run starts a new
    // zygote.
    zygote_.reset();  // Kills the leaf, too.
    reply.message = run.status().ToString();
    return reply;
  }
  // The fork counts as the engine's cost: that of FriCAS takes its zygote more than a millisecond.
  // The budget is counted without it.
  reply.cpu = run->cpu + run->zygote_cpu;
  reply.rss_kb = run->rss_kb;
  switch (run->end) {
    case LeafEnd::kCpuBudget:
      reply.end = EngineEnd::kTimedOut;
      return reply;
    case LeafEnd::kStalled:
      reply.end = EngineEnd::kStalled;
      reply.message = "blocked without using CPU";
      return reply;
    case LeafEnd::kTooLong:
      reply.end = EngineEnd::kTooLong;
      reply.message = absl::StrCat("the answer is longer than ", limits.answer_bytes, " bytes");
      return reply;
    case LeafEnd::kSignalled:
      DescribeDeath(*run, limits, reply);
      return reply;
    case LeafEnd::kExited:
      break;
  }
  if (run->code == 0) {
    spec_.interpret(std::move(run->output), reply);
  } else {
    DescribeDeath(*run, limits, reply);
  }
  return reply;
}

void TakeText(bool is_answer, std::string text, const std::vector<std::string_view>& unevaluated,
              EngineReply& reply) {
  if (is_answer && !HoldsAnyWord(text, unevaluated)) {
    reply.end = EngineEnd::kAnswered;
    reply.answer = std::move(text);
  } else {
    reply.end = EngineEnd::kGaveUp;
    reply.message = std::move(text);
  }
}

bool HoldsAnyWord(std::string_view text, const std::vector<std::string_view>& names) {
  for (const std::string_view name : names) {
    for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
      const size_t end = at + name.size();
      const bool starts = at == 0 || !IsWordCharacter(text[at - 1]);
      if (starts && (end == text.size() || !IsWordCharacter(text[end]))) return true;
    }
  }
  return false;
}

}  // namespace motzkin::integrator
