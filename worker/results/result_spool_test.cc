#include "worker/results/result_spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "tests/support/temporary_directory.h"
#include "worker/results/crc32c.h"
#include "worker/results/testing/rows.h"

namespace motzkin::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Crc32cTest, ChecksumOfTheDigitsIsThePublishedOne) {
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(Crc32c(""), 0u);
}

class ResultSpoolTest : public ::testing::Test {
 protected:
  std::unique_ptr<ResultSpool> Open(const SpoolOptions& options = {}) {
    return ResultSpool::Open(directory_.path(), options).value();
  }
  static SpoolRecord Record(int64_t index, const std::string& cluster = kTestCluster) {
    SpoolRecord record{.cluster_uuid = cluster, .submission = {}};
    record.submission.set_job_uuid(kTestJob);
    *record.submission.add_results() = TestRow(index);
    return record;
  }
  // Empties the spool and returns the indices of all records, in order.
  static std::vector<int64_t> Drain(ResultSpool& spool) {
    std::vector<int64_t> indices;
    while (const auto record = spool.Front()) {
      for (const v1::Result& row : record->submission.results()) indices.push_back(row.index());
      spool.PopFront();
    }
    return indices;
  }
  std::vector<std::filesystem::path> Files() const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      files.push_back(entry.path());
    }
    return files;
  }

  test::TemporaryDirectory directory_;
};

TEST_F(ResultSpoolTest, RecordsComeBackInOrderAndLeaveNoFile) {
  const auto spool = Open();
  for (const int64_t index : {3, 1, 2}) ASSERT_TRUE(spool->Append(Record(index)).ok());
  EXPECT_EQ(spool->rows(), 3);
  EXPECT_THAT(Drain(*spool), ElementsAre(3, 1, 2));
  EXPECT_EQ(spool->rows(), 0);
  EXPECT_EQ(spool->bytes(), 0);
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(ResultSpoolTest, WhatWasAcknowledgedBeforeAppendingMoreDoesNotComeBack) {
  const auto spool = Open();
  ASSERT_TRUE(spool->Append(Record(1)).ok());
  ASSERT_TRUE(spool->Append(Record(2)).ok());
  ASSERT_TRUE(spool->Front().has_value());
  spool->PopFront();
  ASSERT_TRUE(spool->Append(Record(3)).ok());
  EXPECT_THAT(Drain(*spool), ElementsAre(2, 3));
}

TEST_F(ResultSpoolTest, ARestartFindsWhatWasSpooled) {
  ASSERT_TRUE(Open()->Append(Record(1)).ok());
  ASSERT_TRUE(Open()->Append(Record(2)).ok());
  const auto spool = Open();
  EXPECT_EQ(spool->rows(), 2);
  EXPECT_THAT(Drain(*spool), ElementsAre(1, 2));
}

TEST_F(ResultSpoolTest, ATornTailIsCutOffAtEveryLength) {
  {
    const auto spool = Open();
    ASSERT_TRUE(spool->Append(Record(1)).ok());
    ASSERT_TRUE(spool->Append(Record(2)).ok());
  }
  const std::filesystem::path segment = Files().at(0);
  const auto whole = std::filesystem::file_size(segment);
  for (uintmax_t size = whole - 1; size > whole / 2; --size) {
    std::filesystem::resize_file(segment, size);
    const auto spool = Open();
    ASSERT_EQ(spool->rows(), 1) << "cut to " << size << " of " << whole;
    EXPECT_EQ(std::filesystem::file_size(segment), whole / 2) << "the torn part is still there";
  }
  EXPECT_THAT(Drain(*Open()), ElementsAre(1));
}

TEST_F(ResultSpoolTest, AFlippedBitEndsTheSegmentThere) {
  {
    const auto spool = Open();
    for (const int64_t index : {1, 2, 3}) ASSERT_TRUE(spool->Append(Record(index)).ok());
  }
  const std::filesystem::path segment = Files().at(0);
  const auto at = static_cast<std::streamoff>(std::filesystem::file_size(segment) / 2);
  std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(at);
  file.put(byte);
  file.close();
  EXPECT_THAT(Drain(*Open()), ElementsAre(1));
}

TEST_F(ResultSpoolTest, AnotherClustersSpoolIsSetAsideAndNeverComesBack) {
  {
    const auto spool = Open();
    ASSERT_TRUE(spool->Append(Record(1, kOtherCluster)).ok());
    ASSERT_TRUE(spool->Append(Record(2, kTestCluster)).ok());
  }
  const auto spool = Open();
  EXPECT_EQ(spool->SetAsideOtherClusters(kTestCluster), 1);
  EXPECT_THAT(Drain(*spool), ElementsAre(2));
  ASSERT_EQ(Files().size(), 1u);
  EXPECT_EQ(Files()[0].extension(), ".other-cluster");
  EXPECT_EQ(Open()->rows(), 0);
}

TEST_F(ResultSpoolTest, TheBoundRefusesARecordAndFreedSpaceTakesItAgain) {
  SpoolOptions options;
  options.bytes_max = 400;
  options.segment_bytes = 1;  // Each record gets a segment of its own.
  const auto spool = Open(options);
  int64_t taken = 0;
  while (spool->Append(Record(taken)).ok()) ++taken;
  ASSERT_GE(taken, 2);
  EXPECT_TRUE(absl::IsResourceExhausted(spool->Append(Record(99))));
  EXPECT_LE(spool->bytes(), options.bytes_max);
  ASSERT_TRUE(spool->Front().has_value());
  spool->PopFront();
  EXPECT_TRUE(spool->Append(Record(99)).ok());
  EXPECT_EQ(Drain(*spool).back(), 99);
}

TEST_F(ResultSpoolTest, AnAlmostFullDiskIsLeftAlone) {
  SpoolOptions options;
  options.disk_free_min = int64_t{1} << 60;
  EXPECT_TRUE(absl::IsResourceExhausted(Open(options)->Append(Record(1))));
  EXPECT_THAT(Files(), IsEmpty());
}

}  // namespace
}  // namespace motzkin::worker
