#include "coordinator/postgres_server/postgres_binaries.h"

#include <absl/strings/str_split.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "common/process/child_process.h"

namespace motzkin::coordinator {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLastWordsMax = 600;

// Both are needed: a new cluster is made by the initdb of the version that then serves it.
bool HoldsPostgres(const fs::path& directory) {
  return access((directory / "postgres").c_str(), X_OK) == 0 &&
         access((directory / "initdb").c_str(), X_OK) == 0;
}

// `postgres --version` prints "postgres (PostgreSQL) 15.9 (Debian ...)". Returns 0 if it printed
// something else. The directory's name does not prove the version, so the program is asked.
int MajorVersion(const fs::path& directory) {
  SpawnOptions quiet;
  quiet.error = Stream::kNull;
  absl::StatusOr<ChildProcess> child =
      ChildProcess::Spawn({(directory / "postgres").string(), "--version"}, quiet);
  if (!child.ok()) return 0;
  const absl::StatusOr<std::string> text =
      ReadAll(child->output().get(), 4096, Deadline::After(absl::Seconds(20)));
  constexpr std::string_view kName = "PostgreSQL) ";
  if (!text.ok()) return 0;
  const size_t at = text->find(kName);
  return at == std::string::npos ? 0 : std::atoi(text->c_str() + at + kName.size());
}

// Debian keeps the server's programs out of PATH; other systems have them there.
std::vector<fs::path> Places() {
  std::vector<fs::path> places;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    places.push_back(entry.path() / "bin");
  }
  const char* path = std::getenv("PATH");
  for (const absl::string_view piece :
       absl::StrSplit(path == nullptr ? "" : path, ':', absl::SkipEmpty())) {
    // A relative entry would depend on where the coordinator was started.
    if (piece.front() == '/') places.emplace_back(std::string(piece));
  }
  return places;
}

std::vector<PostgresBinaries> Installed(const std::string& directory) {
  const std::vector<fs::path> places =
      directory.empty() ? Places() : std::vector<fs::path>{directory};
  std::vector<PostgresBinaries> found;
  for (const fs::path& place : places) {
    if (!HoldsPostgres(place)) continue;
    if (const int version = MajorVersion(place); version > 0)
      found.push_back({place.string(), version});
  }
  // Stable, so that of two directories with one version the first place wins.
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.major_version > b.major_version; });
  return found;
}

}  // namespace

int ClusterVersion(const std::string& data_directory) {
  std::ifstream file(data_directory + "/PG_VERSION");
  int version = 0;
  file >> version;
  return version;
}

absl::StatusOr<PostgresBinaries> FindPostgres(const std::string& directory, int wanted) {
  const std::vector<PostgresBinaries> found = Installed(directory);
  if (found.empty()) {
    return absl::NotFoundError(
        fmt::format("no Postgres server in {}: install one (Debian: apt install postgresql), or "
                    "use --postgres URI",
                    directory.empty() ? "/usr/lib/postgresql or PATH" : directory));
  }
  for (const PostgresBinaries& binaries : found) {
    if (wanted == 0 || binaries.major_version == wanted) return binaries;
  }
  return absl::FailedPreconditionError(
      fmt::format("the data was made by Postgres {0}, and only version {1} is installed: apt "
                  "install postgresql-{0} (both can be installed), or move the data to {1} with "
                  "motzkin backup where {0} is, and motzkin restore here",
                  wanted, found.front().major_version));
}

std::string LastWords(const std::string& log) {
  std::ifstream file(log);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  // These programs name the reason for a failure last.
  return text.size() <= kLastWordsMax ? text : text.substr(text.size() - kLastWordsMax);
}

}  // namespace motzkin::coordinator
