// motzkin start PRESET | JOB.yaml checks the job here, where file and line are known, and then
// starts it.
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/base/uuid.h"
#include "common/job_spec/job_spec.h"
#include "common/job_spec/job_yaml.h"
#include "common/words/words.h"
#include "common/yaml/scalar.h"
#include "common/yaml/strict_yaml.h"
#include "dataset/option_words.h"

namespace motzkin::cli {
namespace {

struct StartOptions {
  std::string job;  // a preset or a path
  std::string name;
  std::string target;
  std::string seed;
  v1::Kind kind = v1::KIND_UNSPECIFIED;  // for a preset; a file names its kind itself
  bool integrated = false;
  bool print = false;
};

// A name without a slash and without a YAML extension may still be a file. Otherwise it is a
// preset, so that a mistyped preset is reported as one, and a directory does not hide a preset.
bool IsPath(const std::string& job) {
  std::error_code error;
  return absl::StrContains(job, '/') || absl::EndsWith(job, ".yaml") ||
         absl::EndsWith(job, ".yml") ||
         (::access(job.c_str(), R_OK) == 0 && !std::filesystem::is_directory(job, error));
}

absl::StatusOr<v1::JobSpec> LoadJob(const std::string& job, v1::Kind kind) {
  if (!IsPath(job)) return JobFromPreset(job, kind);
  if (kind != v1::KIND_UNSPECIFIED) {
    return absl::InvalidArgumentError("--kind is for presets; a file has generator.kind");
  }
  const absl::StatusOr<std::string> text = yaml::ReadFile(job);
  if (absl::IsInvalidArgument(text.status())) return text.status();
  if (!text.ok()) return absl::NotFoundError(absl::StrCat("cannot read ", job));
  return ParseJobYaml(*text, job);
}

absl::StatusOr<v1::JobSpec> SpecOf(const StartOptions& options) {
  ASSIGN_OR_RETURN(v1::JobSpec spec, LoadJob(options.job, options.kind));
  if (!options.name.empty()) spec.set_name(options.name);
  if (!options.seed.empty()) {
    ASSIGN_OR_RETURN(const uint64_t seed, yaml::ParseUnsigned(options.seed));
    spec.set_seed(seed);
  }
  if (!options.target.empty()) {
    ASSIGN_OR_RETURN(const int64_t target, yaml::ParseCount(options.target));
    spec.set_target(target);
  }
  if (options.integrated) spec.set_target_integrated(true);
  // A file was checked as it was read, but the flags may have changed it since. The coordinator
  // checks again; here the message comes before a connection, and for --print as well.
  RETURN_IF_ERROR(ValidateJobSpec(spec));
  return spec;
}

void PrintStarted(const v1::StartJobResponse& response) {
  const v1::Job& job = response.job();
  fmt::print("job {} {}: {} {}\n", job.spec().name(), Word(job.state()),
             job.spec().target() == 0 ? "endless," : Grouped(job.spec().target()),
             job.spec().target_integrated() ? "integrated functions" : "functions");
  if (response.functions_room() > 0) {
    fmt::print("the disk has room for about {} functions\n", Grouped(response.functions_room()));
    if (response.functions_room() < job.spec().target()) {
      fmt::print(stderr,
                 "motzkin: that is less than the target; nothing more is granted when the disk "
                 "is nearly full\n");
    }
  }
  fmt::print("see it with: motzkin watch {}\n", job.spec().name());
}

absl::StatusOr<int> RunStart(const Globals& globals, const StartOptions& options) {
  ASSIGN_OR_RETURN(const v1::JobSpec spec, SpecOf(options));
  if (options.print) {
    fmt::print("{}", JobToYaml(spec));
    return kExitOk;
  }
  v1::StartJobRequest request;
  request.set_request_id(NewUuid());
  *request.mutable_spec() = spec;
  OperatorClient client(globals.coordinator);
  absl::StatusOr<v1::StartJobResponse> response = client.Start(request);
  if (absl::IsAlreadyExists(response.status())) {
    return absl::AlreadyExistsError(
        absl::StrCat("there is a job named ", spec.name(),
                     " already: give this one another --name, or resume that one"));
  }
  RETURN_IF_ERROR(response.status());
  if (globals.json) {
    Json json = ToJson(response->job());
    json["functions_room"] = response->functions_room();
    PrintJson(json);
  } else {
    PrintStarted(*response);
  }
  return kExitOk;
}

}  // namespace

void AddStart(const VerbContext& context) {
  const auto [verb, options] =
      AddVerb(context, "start", "start a job from a preset or a file", RunStart);
  verb.add_option("JOB", options.job,
                  "a preset (intclass, lample-charton, lample-charton-paper, hebisch) or JOB.yaml")
      ->required();
  verb.add_option("--name", options.name, "name of the job; default: the preset's or the file's");
  verb.add_option("--target", options.target, "functions wanted, e.g. 1M; 0 is endless");
  verb.add_flag("--integrated", options.integrated, "the target counts integrated functions");
  verb.add_option("--seed", options.seed, "0 .. 2^64-1; default 1");
  verb.add_option("--kind", options.kind, "kind of a preset: forward, backward or by_parts")
      ->transform(CLI::CheckedTransformer(dataset::kKinds));
  verb.add_flag("--print", options.print, "print the full job as YAML and start nothing");
}

}  // namespace motzkin::cli
