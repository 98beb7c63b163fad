// The property of the spool: it can be opened on any files that an earlier process, a power cut or
// a disk left behind. The sound records in front are then read once each, and records that are
// appended come back.
//
// input := split (uint16, little-endian: bytes of the first segment) first-segment second-segment
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "common/base/check.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/temporary_directory.h"
#include "worker/results/result_spool.h"

namespace motzkin::fuzz {
namespace {

using worker::ResultSpool;
using worker::SpoolRecord;

constexpr char kCluster[] = "6f1c0a52-7d3e-4b8e-9b1a-0c5d2e8f7a41";
constexpr worker::SpoolOptions kOptions = {
    .bytes_max = 1 << 20, .segment_bytes = 256, .disk_free_min = 0};

void Write(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<ptrdiff_t>(bytes.size()));
}

SpoolRecord Fresh(int64_t index) {
  SpoolRecord record{.cluster_uuid = kCluster, .submission = {}};
  record.submission.set_batch(7);
  record.submission.add_results()->set_index(index);
  return record;
}

// Reads every record once and checks that the counters agree at every step.
int64_t Drain(ResultSpool& spool) {
  int64_t records = 0;
  while (const auto record = spool.Front()) {
    MOTZKIN_CHECK(record->cluster_uuid.size() == 36);
    MOTZKIN_CHECK(spool.Front().has_value());  // reading changes nothing
    const int64_t before = spool.rows();
    spool.PopFront();
    MOTZKIN_CHECK(spool.rows() == before - record->submission.results_size());
    ++records;
  }
  MOTZKIN_CHECK(spool.empty() && spool.bytes() == 0);
  return records;
}

void TryDirectory(const std::filesystem::path& directory) {
  {
    const auto spool = ResultSpool::Open(directory, kOptions);
    MOTZKIN_CHECK(spool.ok());
    MOTZKIN_CHECK((*spool)->Append(Fresh(1)).ok());
    MOTZKIN_CHECK((*spool)->Append(Fresh(2)).ok());
  }
  const auto spool = ResultSpool::Open(directory, kOptions);
  MOTZKIN_CHECK(spool.ok());
  const int64_t rows = (*spool)->rows();
  MOTZKIN_CHECK(rows >= 2);
  (*spool)->SetAsideOtherClusters(kCluster);
  MOTZKIN_CHECK((*spool)->rows() >= 2 && (*spool)->rows() <= rows);
  MOTZKIN_CHECK((*spool)->Append(Fresh(3)).ok());
  MOTZKIN_CHECK(Drain(**spool) >= 3);
}

}  // namespace

void Try(std::string_view input) {
  static const bool quiet = google::protobuf::SetLogHandler(nullptr) != nullptr;
  static const test::TemporaryDirectory root("/dev/shm");  // in memory, where a sync costs nothing
  static_cast<void>(quiet);
  if (input.size() < 2) return;
  const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(input[i])); };
  const size_t split = std::min(byte(0) | byte(1) << 8, input.size() - 2);
  input.remove_prefix(2);
  const std::filesystem::path directory = root.path() / "spool";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directory(directory);
  Write(directory / "000000000003.spool", input.substr(0, split));
  Write(directory / "000000000004.spool", input.substr(split));
  TryDirectory(directory);
}

}  // namespace motzkin::fuzz
