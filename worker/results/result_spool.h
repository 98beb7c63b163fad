// Finished rows on disk, for the time that they cannot reach Postgres.
//
// Append-only segment files `<number>.spool` in one directory, read in order and deleted whole once
// each of their records is acknowledged:
//
//   segment := record*
//   record  := length crc32c payload
//   length  := uint32, little-endian, bytes in `payload`, 37 .. kRecordBytesMax
//   crc32c  := uint32, little-endian, of `payload`
//   payload := cluster UUID (36 bytes of text), one serialized motzkin.v1.Submission (which holds
//              the job's UUID)
//
// Opening cuts a torn tail off: a segment is good up to its first record whose length or checksum
// is wrong. Acknowledgements are not written down: after a restart the front segment is sent again
// from its first record, which is harmless because rows are keyed by (job, index).
//
// Durability: Append returns after fdatasync (one a flush, so at most a few a second, and only
// while Postgres is away). A lost spool costs time, not data: nothing in it was ever acknowledged,
// so the coordinator grants those functions again.
//
// Thread-compatible: the result writer owns it.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "motzkin/v1/job.pb.h"

namespace motzkin::worker {

inline constexpr uint32_t kRecordBytesMax = 64u << 20;  // 256 rows of 64 kB, fourfold.

struct SpoolOptions {
  // Bytes on disk; beyond it Append refuses.
  int64_t bytes_max = 256ll << 20;
  // A new segment is begun past this size, so that acknowledged rows free their space soon.
  int64_t segment_bytes = 1ll << 20;
  // Append refuses below this much free space on the file system.
  int64_t disk_free_min = 256ll << 20;
};

struct SpoolRecord {
  std::string cluster_uuid;
  v1::Submission submission;
};

class ResultSpool {
 public:
  // Creates the directory where it is missing and reads what an earlier process left.
  static absl::StatusOr<std::unique_ptr<ResultSpool>> Open(const std::filesystem::path& directory,
                                                           const SpoolOptions& options);
  ~ResultSpool();
  ResultSpool(const ResultSpool&) = delete;
  ResultSpool& operator=(const ResultSpool&) = delete;

  // RESOURCE_EXHAUSTED: the bound, or the disk, is full; the record is not in the spool.
  absl::Status Append(const SpoolRecord& record);

  // The oldest record that is not acknowledged; empty when there is none. A record that turns out
  // unreadable (a bad sector) is skipped: its functions are granted again.
  std::optional<SpoolRecord> Front();
  // Front() is stored. Deletes its segment after the last record of it.
  void PopFront();

  // Renames the segments of every other cluster to `<number>.spool.other-cluster`: never sent,
  // never deleted. Returns how many.
  int SetAsideOtherClusters(std::string_view cluster_uuid);

  void set_bytes_max(int64_t bytes_max) { options_.bytes_max = bytes_max; }
  int64_t rows() const { return rows_; }
  int64_t bytes() const { return bytes_; }
  bool empty() const { return rows_ == 0; }

 private:
  struct Segment {
    std::filesystem::path path;
    std::string cluster_uuid;
    int64_t bytes = 0;        // Good bytes: where the next record goes.
    int64_t read_offset = 0;  // Of the first record that is not acknowledged.
    int64_t rows = 0;         // Not acknowledged.
  };

  ResultSpool(std::filesystem::path directory, const SpoolOptions& options);
  absl::Status Recover();
  absl::Status RecoverSegment(const std::filesystem::path& path);
  absl::Status CheckRoom(int64_t record_bytes) const;
  absl::Status BeginSegment(const std::string& cluster_uuid);
  absl::Status WriteDurably(std::string_view bytes);
  void EndWriting();
  void RemoveSegment(std::deque<Segment>::iterator at);

  const std::filesystem::path directory_;
  SpoolOptions options_;
  std::deque<Segment> segments_;  // Oldest first; the last one is written while write_fd_ is open.
  int write_fd_ = -1;
  uint64_t next_number_ = 1;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;
  // Of the record that Front() returned, for PopFront().
  int64_t front_bytes_ = 0;
  int64_t front_rows_ = 0;
};

}  // namespace motzkin::worker
