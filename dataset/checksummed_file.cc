#include "dataset/checksummed_file.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "common/base/status_macros.h"
#include "common/process/descriptors.h"

namespace motzkin::dataset {
namespace {

// A row has some hundred bytes, too few for a system call.
constexpr size_t kBufferBytes = 1u << 20;

}  // namespace

absl::Status ChecksummedFile::Named(const absl::Status& status) const {
  return {status.code(), absl::StrCat(path_.string(), ": ", status.message())};
}

absl::Status ChecksummedFile::Flush() {
  const absl::Status status = WriteAll(fd_.get(), buffer_);
  // After a failure a part of the buffer may be in the file. It is dropped all the same, so that no
  // later call writes that part twice.
  buffer_.clear();
  return status.ok() ? status : Named(status);
}

absl::StatusOr<ChecksummedFile> ChecksummedFile::Create(const std::filesystem::path& path) {
  ChecksummedFile file;
  file.path_ = path;
  file.fd_ = UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  // O_EXCL: two files of one name would mean that the export itself is wrong.
  if (!file.fd_.valid()) return file.Named(absl::ErrnoToStatus(errno, "cannot be created"));
  return file;
}

absl::Status ChecksummedFile::Append(std::string_view text) {
  sha256_.Update(text);
  bytes_ += static_cast<int64_t>(text.size());
  buffer_.append(text);
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::StatusOr<FileDigest> ChecksummedFile::Close() {
  RETURN_IF_ERROR(Flush());
  // The digest is given out only for bytes that are on disk: rows may be dropped on its word.
  if (::fsync(fd_.get()) != 0) return Named(absl::ErrnoToStatus(errno, "fsync"));
  fd_.Reset();
  return FileDigest{absl::BytesToHexString(sha256_.Digest()), bytes_};
}

absl::StatusOr<FileDigest> WriteFile(const std::filesystem::path& path, std::string_view text) {
  ASSIGN_OR_RETURN(ChecksummedFile file, ChecksummedFile::Create(path));
  RETURN_IF_ERROR(file.Append(text));
  return file.Close();
}

absl::StatusOr<FileDigest> DigestOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path.string()));
  Sha256Hasher sha256;
  FileDigest digest;
  std::string buffer(kBufferBytes, '\0');
  // The last read() fails at the end of the file and still brings the rest of it.
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
         file.gcount() > 0) {
    const auto got = static_cast<size_t>(file.gcount());
    sha256.Update({buffer.data(), got});
    digest.bytes += static_cast<int64_t>(got);
  }
  if (file.bad()) return absl::DataLossError(absl::StrCat("cannot read ", path.string()));
  digest.sha256 = absl::BytesToHexString(sha256.Digest());
  return digest;
}

}  // namespace motzkin::dataset
