// Keeps finished rows on disk while they cannot reach Postgres.
//
// The spool is a directory of append-only segment files `<number>.spool`. They are read in order,
// and a segment is deleted once all of its records are acknowledged:
//
//   segment := record*
//   record  := length crc32c payload
//   length  := uint32, little-endian, bytes in `payload`, 37 .. kRecordBytesMax
//   crc32c  := uint32, little-endian, of `payload`
//   payload := cluster UUID (36 bytes of text), one serialized motzkin.v1.Submission (which holds
//              the job's UUID)
//
// Opening cuts a torn tail off: a segment is good up to its first record whose length or checksum
// is wrong. Acknowledgements are not written down. After a restart the front segment is sent again
// from its first record, which is harmless because rows are keyed by (job, index).
//
// Durability: Append() returns after fdatasync(). There is one for each flush, so at most a few a
// second, and only while Postgres is away. A lost spool costs time but no data: nothing in it was
// ever acknowledged, so the coordinator grants those functions again.
//
// Thread-compatible. The result writer owns it.
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

// Four times a record of 256 rows with integrals of 64 kB.
inline constexpr uint32_t kRecordBytesMax = 64u << 20;

struct SpoolOptions {
  // Append() refuses a record that would take the spool beyond this many bytes on disk.
  int64_t bytes_max = 256ll << 20;
  // A segment of this size gets no more records, so that acknowledged rows free their space soon.
  int64_t segment_bytes = 1ll << 20;
  // Append() leaves this many bytes free on the file system.
  int64_t disk_free_min = 256ll << 20;
};

struct SpoolRecord {
  std::string cluster_uuid;
  v1::Submission submission;
};

class ResultSpool {
 public:
  // Creates the directory if it is missing and takes up what an earlier process left in it.
  static absl::StatusOr<std::unique_ptr<ResultSpool>> Open(const std::filesystem::path& directory,
                                                           const SpoolOptions& options);
  ~ResultSpool();
  ResultSpool(const ResultSpool&) = delete;
  ResultSpool& operator=(const ResultSpool&) = delete;

  // RESOURCE_EXHAUSTED: the spool or the disk is full, or the write failed; the record is not in
  // the spool.
  absl::Status Append(const SpoolRecord& record);

  // Returns the oldest record that is not acknowledged; empty if there is none. When a record
  // cannot be read (a bad sector), the rest of its segment is dropped: the functions are granted
  // again.
  std::optional<SpoolRecord> Front();
  // Says that the record of the last Front() is stored. Deletes the segment with its last record.
  void PopFront();

  // Renames the segments of all other clusters to `<number>.spool.other-cluster`. They are not
  // sent, and not deleted either, so that a user can put them back. Returns how many there were.
  int SetAsideOtherClusters(std::string_view cluster_uuid);

  void set_bytes_max(int64_t bytes_max) { options_.bytes_max = bytes_max; }
  int64_t rows() const { return rows_; }
  int64_t bytes() const { return bytes_; }
  bool empty() const { return rows_ == 0; }

 private:
  struct Segment {
    std::filesystem::path path;
    std::string cluster_uuid;
    int64_t bytes = 0;        // good bytes; the next record goes behind them
    int64_t read_offset = 0;  // the first record that is not acknowledged
    int64_t rows = 0;         // rows that are not acknowledged
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
  std::deque<Segment> segments_;  // Oldest first. While write_fd_ is open, it writes the last one.
  int write_fd_ = -1;
  uint64_t next_number_ = 1;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;
  // The size of the record that Front() returned, for PopFront().
  int64_t front_bytes_ = 0;
  int64_t front_rows_ = 0;
};

}  // namespace motzkin::worker
