#include "common/job_spec/job_spec.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>

#include "common/base/one_line.h"
#include "common/base/status_macros.h"
#include "common/base/string_view.h"
#include "common/generator/presets.h"

namespace motzkin {
namespace {

constexpr std::string_view kEngines[] = {"giac", "fricas", "sympy"};

struct DefaultStep {
  const char* engine;
  uint32_t budget_ms;
};
// A small first step leaves time for the second engine: docs/engines.md has what each budget solves
// and costs.
constexpr DefaultStep kDefaultLadder[] = {{"giac", 10}, {"fricas", 60}};

constexpr int64_t kDefaultTarget = 1'000'000;  // 0.3 to 1 GB of rows
// 1 GiB: FriCAS starts at 126 MB and grows with the answer.
constexpr int64_t kDefaultEngineMemory = 1ll << 30;
constexpr int32_t kDefaultIntegralBytes = 65'536;  // the largest integral that is stored
constexpr size_t kNameBytesMax = 63;

// The spec may come from a stranger, and its quoted text may be anything.
template <typename... Parts>
absl::Status Invalid(const Parts&... parts) {
  return absl::InvalidArgumentError(OneLine(absl::StrCat(parts...)));
}

absl::Status CheckRange(std::string_view field, int64_t value, Range range) {
  if (value >= range.min && value <= range.max) return absl::OkStatus();
  return Invalid(ToAbsl(field), " must be ", range.min, " .. ", range.max, ", got ", value);
}

// A leaf of FriCAS starts with the address space of its zygote: its heap, of which GCL reserves
// most before it needs it, and its modules: 380 MiB with GCL 2.6, up to 512 MiB with GCL 2.7.
constexpr int64_t kFricasMemoryMin = 512ll << 20;

absl::Status CheckName(std::string_view field, const std::string& name) {
  const auto letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  // Names become parts of file names and shell commands.
  const bool shaped =
      !name.empty() && name.size() <= kNameBytesMax && letter_or_digit(name[0]) &&
      std::all_of(name.begin(), name.end(), [&](char c) { return letter_or_digit(c) || c == '-'; });
  if (shaped) return absl::OkStatus();
  return Invalid(ToAbsl(field),
                 " must be 1 .. 63 of a-z, 0-9 and -, beginning with a letter or digit, got '",
                 name.substr(0, kNameBytesMax), "'");
}

absl::Status CheckEngine(std::string_view field, std::string_view name) {
  if (std::find(std::begin(kEngines), std::end(kEngines), name) != std::end(kEngines)) {
    return absl::OkStatus();
  }
  return Invalid(ToAbsl(field), " must be giac, fricas or sympy, got '", ToAbsl(name.substr(0, 64)),
                 "'");
}

// Whether the text can be written in YAML, SQL and logs without quoting.
bool IsVersion(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  std::string_view(".+~_-").find(c) != std::string_view::npos;
         });
}

absl::Status CheckLadder(const v1::JobSpec& spec) {
  const int64_t steps = spec.ladder_size();
  RETURN_IF_ERROR(CheckRange("the number of steps in ladder", steps, kLadderStepsRange));
  for (const v1::LadderStep& step : spec.ladder()) {
    RETURN_IF_ERROR(CheckEngine("ladder.engine", step.engine()));
    RETURN_IF_ERROR(CheckRange("ladder.budget_ms", step.budget_ms(), kBudgetMsRange));
  }
  for (const auto& [engine, version] : spec.engine_versions()) {
    RETURN_IF_ERROR(CheckEngine("a key of engine_versions", engine));
    if (!IsVersion(version.starts_with(">=") ? version.substr(2) : version)) {
      return Invalid("engine_versions.", engine,
                     " must be 1 .. 63 letters, digits and .+~_-, e.g. 1.3.8 or '>=1.3.8'");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTarget(const v1::JobSpec& spec) {
  RETURN_IF_ERROR(CheckRange("target", spec.target(), kTargetRange));
  RETURN_IF_ERROR(CheckRange("rows_max", spec.rows_max(), {0, INT64_MAX}));
  RETURN_IF_ERROR(CheckRange("bytes_max", spec.bytes_max(), {0, INT64_MAX}));
  // Target 0 means that the job has no end of its own.
  if (spec.target() == 0 && spec.rows_max() == 0 && spec.bytes_max() == 0) {
    return Invalid("a job without target needs rows_max or bytes_max, or it would fill the disk");
  }
  return absl::OkStatus();
}

// Only the generator knows its operators, its ranges and which settings go together.
absl::Status CheckGenerator(const v1::GeneratorSpec& spec) {
  const absl::Status usable = generator::ValidateSpec(spec);
  return usable.ok() ? usable : Invalid("generator.", usable.message());
}

}  // namespace

std::span<const std::string_view> EngineNames() { return kEngines; }

int64_t EngineMemoryMin(std::string_view engine) {
  return engine == "fricas" ? kFricasMemoryMin : kEngineMemoryRange.min;
}

absl::Status CheckEngineMemory(std::string_view setting, std::string_view engine, int64_t memory) {
  RETURN_IF_ERROR(CheckRange(setting, memory, kEngineMemoryRange));
  const int64_t least = EngineMemoryMin(engine);
  if (memory >= least) return absl::OkStatus();
  return Invalid(ToAbsl(setting), " must be at least ", least, " (", least >> 20, " MiB) for ",
                 ToAbsl(engine), ", got ", memory);
}

v1::JobSpec DefaultJob() {
  v1::JobSpec spec;
  // A job without a seed is the same for everyone, so that results can be compared.
  spec.set_seed(1);
  *spec.mutable_generator() = generator::DefaultSpec();
  for (const DefaultStep& step : kDefaultLadder) {
    v1::LadderStep& copy = *spec.add_ladder();
    copy.set_engine(step.engine);
    copy.set_budget_ms(step.budget_ms);
  }
  spec.set_answers(v1::ANSWERS_ELEMENTARY);
  spec.set_target(kDefaultTarget);
  spec.set_engine_memory_bytes(kDefaultEngineMemory);
  spec.set_integral_bytes_max(kDefaultIntegralBytes);
  return spec;
}

absl::StatusOr<v1::JobSpec> JobFromPreset(std::string_view name, v1::Kind kind) {
  ASSIGN_OR_RETURN(const v1::GeneratorSpec preset, generator::Preset(name, kind));
  v1::JobSpec spec = DefaultJob();
  spec.set_name(std::string(name));
  spec.set_preset(std::string(name));
  *spec.mutable_generator() = preset;
  // The reference counted every answer of SymPy, including Ei and erf.
  if (name == "intclass") spec.set_answers(v1::ANSWERS_SPECIAL);
  return spec;
}

absl::Status ValidateJobSpec(const v1::JobSpec& spec) {
  RETURN_IF_ERROR(CheckName("name", spec.name()));
  if (!spec.preset().empty()) RETURN_IF_ERROR(CheckName("preset", spec.preset()));
  RETURN_IF_ERROR(CheckLadder(spec));
  RETURN_IF_ERROR(CheckTarget(spec));
  if (spec.answers() != v1::ANSWERS_ELEMENTARY && spec.answers() != v1::ANSWERS_SPECIAL) {
    return Invalid("answers must be elementary or special");
  }
  for (const v1::LadderStep& step : spec.ladder()) {
    RETURN_IF_ERROR(
        CheckEngineMemory("engine_memory_bytes", step.engine(), spec.engine_memory_bytes()));
  }
  RETURN_IF_ERROR(CheckRange("integral_bytes_max", spec.integral_bytes_max(), kIntegralBytesRange));
  return CheckGenerator(spec.generator());
}

}  // namespace motzkin
