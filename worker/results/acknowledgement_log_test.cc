#include "worker/results/acknowledgement_log.h"

#include <gtest/gtest.h>

#include <iterator>

#include "tests/support/temporary_directory.h"
#include "worker/results/testing/rows.h"

namespace motzkin::worker {
namespace {

std::string Content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(AcknowledgementLogTest, EachRowIsALineThatSaysWhoseRowCounts) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "log";
  v1::Submission submission;
  submission.set_job_uuid(kTestJob);
  submission.set_attempt(3);
  *submission.add_results() = TestRow(7);
  *submission.add_results() = TestRow(8);
  submission.mutable_results(0)->set_canonical_hash(0xab);
  AcknowledgementLog log(path.string());
  log.Append(submission, {v1::ROW_STATUS_STORED, v1::ROW_STATUS_ALREADY_STORED});
  const std::string digest = ContentDigest(TestRow(7));
  EXPECT_EQ(Content(path), std::string(kTestJob) + " 7 3 unsolved 00000000000000ab stored " +
                               digest + "\n" + kTestJob +
                               " 8 3 unsolved 0000000000000000 already " + digest + "\n");
}

// The expected digest comes from: printf 'unsolved\nsin x\n\n12' | sha256sum
TEST(AcknowledgementLogTest, TheDigestIsThatOfTheDocumentedText) {
  v1::Result row = TestRow(1);
  row.set_wall_ms(12);
  EXPECT_EQ(ContentDigest(row), "f17ea1eaf679b017c1d4040aabe4b394538738abc620aaba3c9362626d002f51");
  row.set_integral("x");
  EXPECT_NE(ContentDigest(row), "f17ea1eaf679b017c1d4040aabe4b394538738abc620aaba3c9362626d002f51");
}

}  // namespace
}  // namespace motzkin::worker
