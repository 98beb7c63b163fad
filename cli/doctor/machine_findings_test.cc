#include "cli/doctor/machine_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace motzkin::cli {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int64_t kGiB = 1ll << 30;

TEST(PagesFoundTest, OnlyUntriedSizesAreWarnedOf) {
  for (const int64_t kibibytes : {4, 16, 64}) {
    EXPECT_EQ(PagesFound(kibibytes << 10).health, Health::kGood) << kibibytes;
  }
  EXPECT_EQ(PagesFound(256 << 10).health, Health::kWarning);
}

TEST(MemoryFoundTest, ItHasToHoldAnEngineForEachCore) {
  EXPECT_EQ(MemoryFound(16 * kGiB, 4, kGiB).health, Health::kGood);
  const Finding fewer = MemoryFound(3 * kGiB, 4, kGiB);
  EXPECT_EQ(fewer.health, Health::kWarning);
  EXPECT_THAT(fewer.found, HasSubstr("3 slots"));
  EXPECT_EQ(MemoryFound(kGiB / 2, 4, kGiB).health, Health::kBad);
  EXPECT_EQ(MemoryFound(-1, 4, kGiB).health, Health::kGood) << "unknown";
}

TEST(DiskFoundTest, AFolderThatIsNotThereYetIsMeasuredWhereItWouldBe) {
  const test::TemporaryDirectory directory;
  const Finding finding = DiskFound(directory.path() / "a/b");
  EXPECT_NE(finding.health, Health::kBad) << finding.found;
  EXPECT_THAT(finding.found, AllOf(HasSubstr("GB free for"), HasSubstr("/a/b")));
}

TEST(DiskFoundTest, AFileInItsPlaceAndADiskWithoutRoomAreBad) {
  const test::TemporaryDirectory directory;
  std::ofstream(directory.path() / "file") << "x";
  EXPECT_THAT(DiskFound(directory.path() / "file").found, HasSubstr("is not a directory"));
  EXPECT_EQ(DiskFound(directory.path() / "file").health, Health::kBad);
  // This file system never has room, and only root seems to be allowed to write there.
  const Finding full = DiskFound("/proc");
  EXPECT_EQ(full.health, Health::kBad);
  EXPECT_THAT(full.cure, Not(IsEmpty()));
}

TEST(SandboxFoundTest, ItIsGoodUntilSomethingWouldRaiseIt) {
  const sandbox::Probe basic{.level = sandbox::Level::kBasic, .seccomp = true, .landlock_abi = 4};
  EXPECT_EQ(SandboxFound(basic, "").health, Health::kGood);
  const Finding raised = SandboxFound(basic, "sudo apt install bubblewrap");
  EXPECT_EQ(raised.health, Health::kWarning);
  EXPECT_EQ(raised.cure, "sudo apt install bubblewrap");
  EXPECT_EQ(SandboxFound({.level = sandbox::Level::kWeak, .seccomp = true}, "").health,
            Health::kWarning);
  EXPECT_EQ(SandboxFound({}, "").health, Health::kBad);
}

TEST(EnginesFoundTest, WhatIsMissingComesWithTheIntegratorsOwnAdvice) {
  integrator::v1::Description description;
  description.add_missing("fricas is not installed (apt install fricas)");
  EXPECT_THAT(EnginesFound(description),
              ElementsAre(Field(&Finding::health, Health::kBad),
                          AllOf(Field(&Finding::health, Health::kWarning),
                                Field(&Finding::found, "fricas is not installed"),
                                Field(&Finding::cure, "apt install fricas"))));
  description.add_engines()->set_engine("giac");
  description.mutable_engines(0)->set_version("1.9\x1b[2J");
  EXPECT_EQ(EnginesFound(description)[0].health, Health::kGood);
  EXPECT_EQ(EnginesFound(description)[0].found, "giac 1.9\\x1b[2J");
}

TEST(HeatFoundTest, AHotMachineIsNamedWithItsLimit) {
  EXPECT_EQ(HeatFound({.temperature = 60}, 80).health, Health::kGood);
  const Finding hot = HeatFound({.temperature = 85}, 80);
  EXPECT_EQ(hot.health, Health::kWarning);
  EXPECT_THAT(hot.found, HasSubstr("85 degrees, slots pause above 80"));
  EXPECT_EQ(HeatFound({}, 80).health, Health::kGood);
}

TEST(PowerFoundTest, ABatterySuspendsTheWorker) {
  EXPECT_EQ(PowerFound({}).health, Health::kGood);
  EXPECT_EQ(PowerFound({.on_battery = true}).health, Health::kWarning);
}

TEST(LookAtMachineTest, WithoutAnIntegratorTheRestIsLookedAt) {
  const test::TemporaryDirectory directory;
  const Findings findings = LookAtMachine({.integrator = "/nonexistent",
                                           .state_directory = directory.path(),
                                           .coordinator = "pi:50051"});
  EXPECT_THAT(findings, Contains(AllOf(Field(&Finding::check, "engines"),
                                       Field(&Finding::health, Health::kBad),
                                       Field(&Finding::cure, HasSubstr("motzkin-worker")))));
  EXPECT_THAT(findings, Contains(Field(&Finding::check, "memory")));
}

}  // namespace
}  // namespace motzkin::cli
