#include "coordinator/usage_file.h"

#include <absl/strings/str_cat.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <cerrno>
#include <fstream>

namespace motzkin::coordinator {

absl::Status WriteUsageFile(const std::string& directory) {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return absl::ErrnoToStatus(errno, "getrusage");
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  std::ofstream file(absl::StrCat(directory, "/usage.json"));
  file << fmt::format("{{\"cpu_seconds\": {:.3f}}}\n",
                      seconds(usage.ru_utime) + seconds(usage.ru_stime));
  file.close();
  return file ? absl::OkStatus()
              : absl::UnavailableError(absl::StrCat("cannot write ", directory, "/usage.json"));
}

}  // namespace motzkin::coordinator
