#include "dataset/archive_check.h"

#include <absl/strings/str_cat.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "common/base/hex.h"
#include "common/base/status_macros.h"
#include "dataset/checksummed_file.h"

namespace motzkin::dataset {
namespace {

using Json = nlohmann::json;

constexpr char kAbout[] = "job.json";
constexpr char kChecksums[] = "SHA256SUMS";
constexpr size_t kHexDigits = 64;  // digits of a SHA-256

absl::Status Damaged(const std::filesystem::path& file, std::string_view how) {
  return absl::DataLossError(absl::StrCat(file.string(), " ", std::string(how)));
}

absl::StatusOr<Json> ReadAbout(const std::filesystem::path& directory) {
  std::ifstream file(directory / kAbout);
  if (!file) return absl::NotFoundError(absl::StrCat("no archive in ", directory.string()));
  Json about = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  const bool sound = about.is_object() && about.contains("job") && about["job"].is_string() &&
                     about.contains("uuid") && about["uuid"].is_string() &&
                     about.contains("rows") && about["rows"].is_number_integer();
  if (!sound) return Damaged(directory / kAbout, "does not describe an archive");
  return about;
}

// Returns the number of audits in one file that have their answer.
absl::StatusOr<int64_t> AnsweredIn(const std::filesystem::path& path) {
  std::ifstream file(path);
  int64_t answered = 0;
  for (std::string line; std::getline(file, line);) {
    const Json audit = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!audit.is_object() || !audit.contains("outcome")) return Damaged(path, "holds no audits");
    // Audits of integrals are not among those that measure label flips.
    const auto first = audit.find("first_outcome");
    const bool of_integral = first != audit.end() && *first == "integrated";
    if (!audit["outcome"].is_null() && !of_integral) ++answered;
  }
  return answered;
}

}  // namespace

bool IsArchive(const std::filesystem::path& directory) {
  std::error_code error;
  return std::filesystem::is_regular_file(directory / kAbout, error);
}

absl::StatusOr<ArchiveDescription> DescribeArchive(const std::filesystem::path& directory) {
  ASSIGN_OR_RETURN(const Json about, ReadAbout(directory));
  ArchiveDescription description;
  description.job = about["job"].get<std::string>();
  description.uuid = about["uuid"].get<std::string>();
  description.rows = about["rows"].get<int64_t>();
  // If the folder cannot be read, no audits are counted. The coordinator compares the number with
  // its own before it drops a row.
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory / "audits", error)) {
    ASSIGN_OR_RETURN(const int64_t answered, AnsweredIn(entry.path()));
    description.audited += answered;
  }
  // SHA256SUMS lists the digests of all files, so its own digest stands for the archive as a whole.
  // The job keeps it after its rows are dropped.
  ASSIGN_OR_RETURN(const FileDigest digest, DigestOf(directory / kChecksums));
  description.sha256 = BytesOfHex(digest.sha256);
  return description;
}

absl::Status CheckArchive(const std::filesystem::path& directory) {
  std::ifstream sums(directory / kChecksums);
  std::set<std::string> listed;
  for (std::string line; std::getline(sums, line);) {
    // Between digest and name are two spaces, as sha256sum writes them.
    if (line.size() < kHexDigits + 3) return Damaged(directory / kChecksums, "is damaged");
    const std::string name = line.substr(kHexDigits + 2);
    const absl::StatusOr<FileDigest> digest = DigestOf(directory / name);
    if (!digest.ok() || digest->sha256 != line.substr(0, kHexDigits)) {
      return Damaged(directory / name, "is not as it was written");
    }
    listed.insert(name);
  }
  // An empty list would pass the loop above, and so would a job.json that it does not cover.
  if (listed.count(kAbout) == 0) return Damaged(directory / kChecksums, "does not name job.json");
  return absl::OkStatus();
}

}  // namespace motzkin::dataset
