#include "common/process/durable_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/temporary_directory.h"

namespace motzkin {
namespace {

using ::testing::HasSubstr;

std::string Content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(DurableFileTest, TheNewContentReplacesTheOldAndNothingElseIsLeft) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "instance";
  ASSERT_TRUE(WriteFileAtomically(path, std::string(1'000, 'a')).ok());
  ASSERT_TRUE(WriteFileAtomically(path, "2\n").ok());
  EXPECT_EQ(Content(path), "2\n");
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
  const std::filesystem::directory_iterator entries(directory.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST(DurableFileTest, AFileThatCannotBeReplacedIsNamedAndKeepsItsContent) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "taken";
  std::filesystem::create_directory(path);
  EXPECT_THAT(WriteFileAtomically(path, "x").message(),
              HasSubstr("cannot replace " + path.string()));
  EXPECT_TRUE(std::filesystem::is_directory(path));
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".new"));
  const std::filesystem::path absent = directory.path() / "absent" / "file";
  EXPECT_THAT(WriteFileAtomically(absent, "x").message(), HasSubstr("absent/file"));
  EXPECT_FALSE(WriteFileAtomically("/dev/full/x", "x").ok());
}

TEST(DurableFileTest, ADiskWithoutRoomKeepsTheOldContentAndGetsNoDraft) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "log";
  ASSERT_TRUE(WriteFileAtomically(path, "old").ok());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{.rlim_cur = 4'096, .rlim_max = before.rlim_max};
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = WriteFileAtomically(path, std::string(5'000, 'n'));
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  EXPECT_THAT(status.message(), HasSubstr("cannot write " + path.string()));
  EXPECT_EQ(Content(path), "old");
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".new"));
}

TEST(DurableFileTest, AnEarlierDraftDecidesNeitherModeNorPlace) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "invite",
                              other = directory.path() / "other";
  std::ofstream(other) << "other";
  std::filesystem::create_symlink(other, path.string() + ".new");
  const mode_t before = umask(077);
  const absl::Status status = WriteFileAtomically(path, "x", 0640);
  umask(before);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(std::filesystem::symlink_status(path).permissions(), std::filesystem::perms(0640));
  EXPECT_EQ(Content(other), "other");
}

// A name alone is one in the working directory, which is synced then.
TEST(DurableFileTest, AnEmptyPathIsTheWorkingDirectory) {
  EXPECT_TRUE(SyncDirectory("").ok());
  EXPECT_THAT(SyncDirectory("/nowhere").message(), HasSubstr("/nowhere"));
}

}  // namespace
}  // namespace motzkin
