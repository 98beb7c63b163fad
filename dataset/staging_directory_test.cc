#include "dataset/staging_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace motzkin::dataset {
namespace {

using ::testing::HasSubstr;

TEST(StagingDirectoryTest, TheNameIsThereOnceAllIs) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path target = directory.path() / "out";
  auto staging = StagingDirectory::Create(target);
  ASSERT_TRUE(staging.ok()) << staging.status();
  ASSERT_TRUE(MakeFolder(staging->path(), "inner").ok());
  std::ofstream(staging->path() / "inner" / "file") << "x";
  EXPECT_FALSE(std::filesystem::exists(target));
  const absl::Status committed = staging->Commit();
  ASSERT_TRUE(committed.ok()) << committed;
  EXPECT_TRUE(std::filesystem::exists(target / "inner" / "file"));
}

// The rename at the end cannot take the place of these, so nothing may be written before.
TEST(StagingDirectoryTest, ALinkToAnEmptyDirectoryIsRefusedAtOnce) {
  const test::TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "empty");
  std::filesystem::create_directory_symlink("empty", directory.path() / "link");
  const absl::Status refused = StagingDirectory::Create(directory.path() / "link").status();
  EXPECT_TRUE(absl::IsAlreadyExists(refused)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("link is a link"));
  EXPECT_TRUE(StagingDirectory::Create(directory.path() / "empty").ok());
}

TEST(StagingDirectoryTest, AnEmptyMountPointIsRefusedAtOnce) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path disk = directory.path() / "disk";
  std::filesystem::create_directory(disk);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, nullptr) != 0) GTEST_SKIP() << "only root can mount";
  const absl::Status refused = StagingDirectory::Create(disk).status();
  EXPECT_THAT(refused.message(), HasSubstr("disk is a mount point"));
  EXPECT_TRUE(StagingDirectory::Create(disk / "new").ok());
  EXPECT_EQ(umount(disk.c_str()), 0);
}

}  // namespace
}  // namespace motzkin::dataset
