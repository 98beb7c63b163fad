#include "worker/stream/submission_parts.h"

#include <gtest/gtest.h>

#include <string>

namespace motzkin::worker {
namespace {

v1::Submission With(int rows, size_t bytes) {
  v1::Submission submission;
  submission.set_job_uuid("7d444840-9dc0-41d1-b245-5ffdce74fad2");
  submission.set_attempt(3);
  for (int i = 0; i < rows; ++i) {
    v1::Result& row = *submission.add_results();
    row.set_index(i);
    row.set_integrand(std::string(bytes, 'x'));
    row.set_integral(std::string(bytes, 'x'));
  }
  return submission;
}

TEST(SubmissionPartsTest, AFlushOfUsualRowsIsOnePart) {
  EXPECT_EQ(PartsOf(With(256, 500)).size(), 1u);
}

TEST(SubmissionPartsTest, AFlushOfTheLongestRowsHasPartsThatTheCoordinatorTakes) {
  const v1::Submission whole = With(256, 65'536);
  const std::vector<v1::Submission> parts = PartsOf(whole);
  v1::Submission joined = parts.front();
  joined.clear_results();
  for (const v1::Submission& part : parts) {
    EXPECT_LE(part.ByteSizeLong(), size_t{1} << 20);
    EXPECT_GT(part.results_size(), 0);
    EXPECT_EQ(part.attempt(), 3);
    for (const v1::Result& row : part.results()) *joined.add_results() = row;
  }
  EXPECT_GT(parts.size(), 60u);
  EXPECT_EQ(joined.SerializeAsString(), whole.SerializeAsString());
}

TEST(SubmissionPartsTest, ARowThatIsLongerThanAPartIsAlone) {
  const std::vector<v1::Submission> parts = PartsOf(With(3, 1'000), 1'500);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[1].results(0).index(), 1);
}

}  // namespace
}  // namespace motzkin::worker
