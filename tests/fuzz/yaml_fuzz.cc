// The property of files and flags: reading any of them ends with settings in their ranges or with a
// message about what is wrong. A job that was read prints as a file that reads as the same job.
//
// The first byte chooses the reader. The rest is the file, or the flags, one a line.
#include <fcntl.h>
#include <google/protobuf/util/message_differencer.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/base/check.h"
#include "common/base/host_port.h"
#include "common/generator/function_sampler.h"
#include "common/job_spec/job_spec.h"
#include "common/job_spec/job_yaml.h"
#include "coordinator/config.h"
#include "tests/fuzz/fuzz_target.h"
#include "worker/config.h"

namespace motzkin::fuzz {
namespace {

enum class Reader { kJob, kCoordinatorFile, kWorkerFile, kCoordinatorFlags, kWorkerFlags, kCount };

// A file in memory, which all runs reuse.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("input", MFD_CLOEXEC)) { MOTZKIN_CHECK(fd_ >= 0); }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string PathOf(std::string_view text) const {
    MOTZKIN_CHECK(ftruncate(fd_, 0) == 0);
    MOTZKIN_CHECK(pwrite(fd_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    return "/proc/self/fd/" + std::to_string(fd_);
  }

 private:
  const int fd_;
};

void CheckWords(const absl::Status& status) {
  MOTZKIN_CHECK(absl::IsInvalidArgument(status));
  MOTZKIN_CHECK(!status.message().empty());
}

void TryJob(std::string_view text) {
  const absl::StatusOr<v1::JobSpec> job = ParseJobYaml(text, "file.yaml");
  if (!job.ok()) {
    CheckWords(job.status());
    MOTZKIN_CHECK(std::string(job.status().message()).starts_with("file.yaml:"));
    return;
  }
  MOTZKIN_CHECK(ValidateJobSpec(*job).ok());
  MOTZKIN_CHECK(generator::FunctionSampler::Create(job->generator()).ok());
  const absl::StatusOr<v1::JobSpec> again = ParseJobYaml(JobToYaml(*job), "again.yaml");
  MOTZKIN_CHECK(again.ok());
  MOTZKIN_CHECK(google::protobuf::util::MessageDifferencer::Equals(*job, *again));
}

std::vector<const char*> Pointers(const std::vector<std::string>& arguments) {
  std::vector<const char*> pointers;
  pointers.reserve(arguments.size());
  for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
  return pointers;
}

void TryCoordinator(const std::vector<std::string>& arguments) {
  const std::vector<const char*> argv = Pointers(arguments);
  const auto config = coordinator::ParseConfig(static_cast<int>(argv.size()), argv.data());
  if (!config.ok()) return CheckWords(config.status());
  MOTZKIN_CHECK(ParseHostPort(config->listen).has_value());
  MOTZKIN_CHECK(config->data_directory.starts_with("/"));
  MOTZKIN_CHECK(config->buffer >= absl::Seconds(10) && config->buffer <= absl::Hours(24));
  MOTZKIN_CHECK(config->disk_free_bytes_min >= 0 && config->database_bytes_max >= 0);
}

void TryWorker(const std::vector<std::string>& arguments) {
  const std::vector<const char*> argv = Pointers(arguments);
  const auto config = worker::ParseConfig(static_cast<int>(argv.size()), argv.data());
  if (!config.ok()) return CheckWords(config.status());
  MOTZKIN_CHECK(config->has_value());
  MOTZKIN_CHECK((*config)->slots >= 1 && (*config)->slots <= 1024);
  MOTZKIN_CHECK((*config)->state_dir.is_absolute() && (*config)->integrator.is_absolute());
  MOTZKIN_CHECK(!(*config)->connect.empty());
}

// Reads one flag a line, without those that read another file or that print and exit.
std::vector<std::string> FlagsOf(std::string_view text) {
  std::vector<std::string> flags = {"program"};
  while (!text.empty()) {
    const std::string flag(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), flag.size() + 1));
    const bool other = flag.starts_with("--config") || flag.starts_with("--help") ||
                       flag.starts_with("--version") || flag.starts_with("-h");
    if (!other && flag.find('\0') == std::string::npos) flags.push_back(flag);
  }
  return flags;
}

}  // namespace

void Try(std::string_view input) {
  static const MemoryFile file;
  if (input.empty()) return;
  const int reader = static_cast<unsigned char>(input.front()) % static_cast<int>(Reader::kCount);
  input.remove_prefix(1);
  switch (static_cast<Reader>(reader)) {
    case Reader::kJob:
      return TryJob(input);
    case Reader::kCoordinatorFile:
      return TryCoordinator({"coordinator", "--config", file.PathOf(input)});
    case Reader::kWorkerFile:
      return TryWorker({"worker", "--config", file.PathOf(input)});
    case Reader::kCoordinatorFlags:
      return TryCoordinator(FlagsOf(input));
    case Reader::kWorkerFlags:
      return TryWorker(FlagsOf(input));
    case Reader::kCount:
      return;
  }
}

}  // namespace motzkin::fuzz
