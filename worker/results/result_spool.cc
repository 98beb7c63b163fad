#include "worker/results/result_spool.h"

#include <absl/status/status.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <boost/endian/conversion.hpp>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "common/base/errno_status.h"
#include "common/base/status_macros.h"
#include "worker/results/crc32c.h"

namespace motzkin::worker {
namespace {

constexpr int64_t kHeaderBytes = 8;
constexpr size_t kUuidBytes = 36;
constexpr std::string_view kSuffix = ".spool";

absl::StatusOr<std::string> Encode(const SpoolRecord& record) {
  if (record.cluster_uuid.size() != kUuidBytes) {
    return absl::InvalidArgumentError("spool: the cluster UUID is not 36 characters");
  }
  const std::string payload = record.cluster_uuid + record.submission.SerializeAsString();
  if (payload.size() > kRecordBytesMax) {
    return absl::InvalidArgumentError(fmt::format("spool: record of {} bytes", payload.size()));
  }
  // Little-endian everywhere, so that a state directory can move to a machine with the other order.
  unsigned char header[kHeaderBytes];
  boost::endian::store_little_u32(header, static_cast<uint32_t>(payload.size()));
  boost::endian::store_little_u32(header + 4, Crc32c(payload));
  return std::string(std::begin(header), std::end(header)) + payload;
}

// Returns the record at `offset` and its size on disk; empty if no whole, sound record is there.
std::optional<std::pair<SpoolRecord, int64_t>> ReadRecord(std::ifstream& file, int64_t offset) {
  unsigned char header[kHeaderBytes];
  file.clear();
  file.seekg(offset);
  if (!file.read(reinterpret_cast<char*>(header), sizeof header)) return std::nullopt;
  const uint32_t length = boost::endian::load_little_u32(header);
  // Checked before anything is allocated: after a torn write these bytes may be anything.
  if (length <= kUuidBytes || length > kRecordBytesMax) return std::nullopt;
  std::string payload(length, '\0');
  if (!file.read(payload.data(), length)) return std::nullopt;
  if (Crc32c(payload) != boost::endian::load_little_u32(header + 4)) return std::nullopt;
  SpoolRecord record;
  record.cluster_uuid = payload.substr(0, kUuidBytes);
  if (!record.submission.ParseFromArray(payload.data() + kUuidBytes,
                                        static_cast<int>(length - kUuidBytes))) {
    return std::nullopt;
  }
  return std::pair(std::move(record), kHeaderBytes + int64_t{length});
}

// Empty for other files, which are left alone: segments that were set aside end in .other-cluster.
std::optional<uint64_t> SegmentNumber(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  // `end` points into `name`, which ends in a NUL, so the rest of it is a C string.
  if (error != std::errc() || std::string_view(end) != kSuffix) return std::nullopt;
  return number;
}

}  // namespace

ResultSpool::ResultSpool(std::filesystem::path directory, const SpoolOptions& options)
    : directory_(std::move(directory)), options_(options) {}

ResultSpool::~ResultSpool() { EndWriting(); }

absl::StatusOr<std::unique_ptr<ResultSpool>> ResultSpool::Open(
    const std::filesystem::path& directory, const SpoolOptions& options) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return absl::UnavailableError(fmt::format("spool {}: {}", directory.string(), error.message()));
  }
  auto spool = std::unique_ptr<ResultSpool>(new ResultSpool(directory, options));
  RETURN_IF_ERROR(spool->Recover());
  return spool;
}

absl::Status ResultSpool::Recover() {
  std::vector<std::pair<uint64_t, std::filesystem::path>> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    if (const auto number = SegmentNumber(entry.path())) found.emplace_back(*number, entry.path());
  }
  if (error) return absl::UnavailableError("spool: " + error.message());
  // The directory lists its files in any order, and records are read in the order of writing.
  std::sort(found.begin(), found.end());
  for (const auto& [number, path] : found) {
    RETURN_IF_ERROR(RecoverSegment(path));
    next_number_ = number + 1;
  }
  return absl::OkStatus();
}

absl::Status ResultSpool::RecoverSegment(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  Segment segment{.path = path, .cluster_uuid = {}};
  while (auto record = ReadRecord(file, segment.bytes)) {
    segment.cluster_uuid = record->first.cluster_uuid;
    segment.rows += record->first.submission.results_size();
    segment.bytes += record->second;
  }
  if (segment.rows == 0) {
    std::error_code ignored;  // An empty file that stays is looked at again at the next start.
    std::filesystem::remove(path, ignored);
    return absl::OkStatus();
  }
  // Everything behind the first bad record goes, sound records too: without a length that can be
  // trusted, the beginning of the next record is not known.
  if (truncate(path.c_str(), segment.bytes) != 0) return ErrnoAt("spool: cannot cut", path);
  rows_ += segment.rows;
  bytes_ += segment.bytes;
  segments_.push_back(std::move(segment));
  return absl::OkStatus();
}

absl::Status ResultSpool::CheckRoom(int64_t record_bytes) const {
  if (bytes_ + record_bytes > options_.bytes_max) {
    return absl::ResourceExhaustedError(fmt::format(
        "spool {} is full: {} of {} bytes", directory_.string(), bytes_, options_.bytes_max));
  }
  // A spool must not be what fills the disk of a user's laptop, so free space is asked for each
  // time and not only at the start.
  struct statvfs disk;
  if (statvfs(directory_.c_str(), &disk) != 0) return ErrnoAt("spool: cannot stat", directory_);
  const int64_t free_bytes =
      static_cast<int64_t>(disk.f_bavail) * static_cast<int64_t>(disk.f_frsize);
  if (free_bytes - record_bytes < options_.disk_free_min) {
    return absl::ResourceExhaustedError(
        fmt::format("spool {}: only {} bytes free on its disk", directory_.string(), free_bytes));
  }
  return absl::OkStatus();
}

absl::Status ResultSpool::BeginSegment(const std::string& cluster_uuid) {
  EndWriting();
  // The directory is not synced. If a power cut takes the new name away, the rows are lost, which
  // costs the time to compute them again and nothing else.
  Segment segment{.path = directory_ / fmt::format("{:012}{}", next_number_, kSuffix),
                  .cluster_uuid = cluster_uuid};
  write_fd_ = open(segment.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (write_fd_ < 0) return ErrnoAt("spool: cannot create", segment.path);
  ++next_number_;
  segments_.push_back(std::move(segment));
  return absl::OkStatus();
}

absl::Status ResultSpool::WriteDurably(std::string_view bytes) {
  const Segment& segment = segments_.back();
  int64_t offset = segment.bytes;
  while (!bytes.empty()) {
    const ssize_t written = pwrite(write_fd_, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ErrnoAt("spool: cannot write", segment.path);
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += written;
  }
  if (fdatasync(write_fd_) != 0) return ErrnoAt("spool: cannot sync", segment.path);
  return absl::OkStatus();
}

void ResultSpool::EndWriting() {
  if (write_fd_ >= 0) close(write_fd_);
  write_fd_ = -1;
}

absl::Status ResultSpool::Append(const SpoolRecord& record) {
  ASSIGN_OR_RETURN(const std::string bytes, Encode(record));
  RETURN_IF_ERROR(CheckRoom(static_cast<int64_t>(bytes.size())));
  const bool fits = write_fd_ >= 0 && segments_.back().bytes < options_.segment_bytes &&
                    segments_.back().cluster_uuid == record.cluster_uuid;
  if (!fits) RETURN_IF_ERROR(BeginSegment(record.cluster_uuid));
  if (absl::Status written = WriteDurably(bytes); !written.ok()) {
    // A part of the record may be on disk. It lies behind the segment's good bytes, where Recover()
    // cuts it off, and the next record begins a new segment. A full disk counts as a full spool.
    // After a failed fdatasync() the kernel may have dropped the pages, so a second one on this
    // file would prove nothing.
    EndWriting();
    if (segments_.back().rows == 0) RemoveSegment(segments_.end() - 1);
    return absl::ResourceExhaustedError(written.message());
  }
  Segment& segment = segments_.back();
  segment.bytes += static_cast<int64_t>(bytes.size());
  segment.rows += record.submission.results_size();
  bytes_ += static_cast<int64_t>(bytes.size());
  rows_ += record.submission.results_size();
  return absl::OkStatus();
}

std::optional<SpoolRecord> ResultSpool::Front() {
  while (!segments_.empty()) {
    Segment& segment = segments_.front();
    std::ifstream file(segment.path, std::ios::binary);
    // PopFront() is told by these two how far to go, and they are kept because reading the record a
    // second time may fail.
    if (auto record = ReadRecord(file, segment.read_offset)) {
      front_bytes_ = record->second;
      front_rows_ = record->first.submission.results_size();
      return std::move(record->first);
    }
    RemoveSegment(segments_.begin());  // The rest of the file cannot be read either.
  }
  return std::nullopt;
}

void ResultSpool::PopFront() {
  if (segments_.empty()) return;
  Segment& segment = segments_.front();
  segment.read_offset += front_bytes_;
  segment.rows -= front_rows_;
  // bytes_ stays as it is: the disk gets the room back only with the whole segment.
  rows_ -= front_rows_;
  front_bytes_ = front_rows_ = 0;
  if (segment.read_offset >= segment.bytes) RemoveSegment(segments_.begin());
}

void ResultSpool::RemoveSegment(std::deque<Segment>::iterator at) {
  // The last segment may be the one that is being written; the next record must not go into a file
  // without a name.
  if (at == segments_.end() - 1) EndWriting();
  const Segment segment = std::move(*at);
  segments_.erase(at);
  rows_ -= segment.rows;
  bytes_ -= segment.bytes;
  // A file that stays is sent again after the next start, which is harmless.
  std::error_code ignored;
  std::filesystem::remove(segment.path, ignored);
}

int ResultSpool::SetAsideOtherClusters(std::string_view cluster_uuid) {
  EndWriting();
  int moved = 0;
  std::deque<Segment> kept;
  for (Segment& segment : segments_) {
    if (segment.cluster_uuid == cluster_uuid) {
      kept.push_back(std::move(segment));
      continue;
    }
    std::error_code ignored;  // If the name stays, the segment is set aside after the next start.
    std::filesystem::rename(segment.path, segment.path.string() + ".other-cluster", ignored);
    rows_ -= segment.rows;
    bytes_ -= segment.bytes;
    ++moved;
  }
  segments_ = std::move(kept);
  return moved;
}

}  // namespace motzkin::worker
