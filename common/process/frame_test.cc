#include "common/process/frame.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <thread>

#include "common/process/unique_fd.h"

namespace motzkin {
namespace {

class FrameTest : public ::testing::Test {
 protected:
  FrameTest() {
    signal(SIGPIPE, SIG_DFL);  // So that a SIGPIPE would kill this test.
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    read_end_.Reset(ends[0]);
    write_end_.Reset(ends[1]);
  }
  void WriteRaw(std::string_view bytes) {
    ASSERT_EQ(write(write_end_.get(), bytes.data(), bytes.size()),
              static_cast<ssize_t>(bytes.size()));
  }
  absl::StatusOr<std::string> Read(absl::Duration patience = absl::Seconds(60)) {
    return ReadFrame(read_end_.get(), Deadline::After(patience));
  }
  absl::Status Write(std::string_view payload, absl::Duration patience = absl::Seconds(60)) {
    return WriteFrame(write_end_.get(), payload, Deadline::After(patience));
  }

  UniqueFd read_end_, write_end_;
};

TEST_F(FrameTest, PayloadsOfAnyBytesComeBackInOrder) {
  const std::string binary("\0\xff\n", 3);
  ASSERT_TRUE(Write("first").ok());
  ASSERT_TRUE(Write(binary).ok());
  EXPECT_EQ(Read().value(), "first");
  EXPECT_EQ(Read().value(), binary);
}

TEST_F(FrameTest, LargestFrameCrossesAPipeThatHoldsLess) {
  const std::string large(kMaxFrameBytes, 'x');
  std::thread writer([&] { EXPECT_TRUE(Write(large).ok()); });
  EXPECT_EQ(Read().value(), large);
  writer.join();
}

TEST_F(FrameTest, EndBetweenFramesIsClean) {
  ASSERT_TRUE(Write("last").ok());
  write_end_.Reset();
  EXPECT_TRUE(Read().ok());
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(FrameTest, EndInsideAFrameIsDataLoss) {
  WriteRaw(
      std::string_view("\0\0\0\x05"
                       "abc",
                       7));
  write_end_.Reset();
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(FrameTest, EndInsideTheLengthIsDataLoss) {
  WriteRaw(std::string_view("\0\0", 2));
  write_end_.Reset();
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(FrameTest, LengthsOutOfRangeAreRefusedOnBothSides) {
  WriteRaw(std::string_view("\0\0\0\0", 4));
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kResourceExhausted);
  WriteRaw("\xff\xff\xff\xff");
  EXPECT_EQ(Read().status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Write("").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Write(std::string(kMaxFrameBytes + 1, 'x')).code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(FrameTest, SilentPeerCostsTheDeadlineAndNoMore) {
  EXPECT_EQ(Read(absl::Milliseconds(10)).status().code(), absl::StatusCode::kDeadlineExceeded);
  WriteRaw(
      std::string_view("\0\0\0\x05"
                       "abc",
                       7));
  EXPECT_EQ(Read(absl::Milliseconds(10)).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(FrameTest, ReaderThatNeverReadsCostsTheWriterItsDeadline) {
  EXPECT_EQ(Write(std::string(1 << 20, 'x'), absl::Milliseconds(10)).code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(FrameTest, WriterLearnsThatTheReaderIsGone) {
  read_end_.Reset();
  EXPECT_EQ(Write("anyone there?").code(), absl::StatusCode::kOutOfRange);
}

TEST_F(FrameTest, InterruptEndsAWait) {
  UniqueFd interrupt(eventfd(1, EFD_CLOEXEC));
  EXPECT_EQ(ReadFrame(read_end_.get(), Deadline::Never(), interrupt.get()).status().code(),
            absl::StatusCode::kAborted);
}

}  // namespace
}  // namespace motzkin
