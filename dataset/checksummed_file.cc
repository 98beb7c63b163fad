#include "dataset/checksummed_file.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <utility>

#include "common/base/sha256.h"
#include "common/base/status_macros.h"
#include "common/process/unique_fd.h"

namespace motzkin::dataset {
namespace {

// A row has some hundred bytes, too few for a system call.
constexpr size_t kBufferBytes = 1u << 20;

absl::Status WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    // A write may stop early, for instance at a full disk; the next one then gives the error.
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::ErrnoToStatus(errno, "write");
    text.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace

struct ChecksummedFile::Impl {
  absl::Status Named(const absl::Status& status) const {
    return {status.code(), absl::StrCat(path.string(), ": ", status.message())};
  }
  absl::Status Flush() {
    const absl::Status status = WriteAll(fd.get(), buffer);
    buffer.clear();
    return status.ok() ? status : Named(status);
  }

  std::filesystem::path path;
  UniqueFd fd;
  Sha256Hasher sha256;
  std::string buffer;
  int64_t bytes = 0;
};

ChecksummedFile::ChecksummedFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChecksummedFile::ChecksummedFile(ChecksummedFile&&) noexcept = default;
ChecksummedFile& ChecksummedFile::operator=(ChecksummedFile&&) noexcept = default;
ChecksummedFile::~ChecksummedFile() = default;

absl::StatusOr<ChecksummedFile> ChecksummedFile::Create(const std::filesystem::path& path) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->fd = UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  // O_EXCL: two files of one name would mean that the export itself is wrong.
  if (impl->fd.get() < 0) return impl->Named(absl::ErrnoToStatus(errno, "cannot be created"));
  return ChecksummedFile(std::move(impl));
}

absl::Status ChecksummedFile::Append(std::string_view text) {
  impl_->sha256.Update(text);
  impl_->bytes += static_cast<int64_t>(text.size());
  impl_->buffer.append(text);
  return impl_->buffer.size() < kBufferBytes ? absl::OkStatus() : impl_->Flush();
}

absl::StatusOr<FileDigest> ChecksummedFile::Close() {
  RETURN_IF_ERROR(impl_->Flush());
  // The digest is given out only for bytes that are on disk: rows may be dropped on its word.
  if (::fsync(impl_->fd.get()) != 0) return impl_->Named(absl::ErrnoToStatus(errno, "fsync"));
  impl_->fd.Reset();
  return FileDigest{absl::BytesToHexString(impl_->sha256.Digest()), impl_->bytes};
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
