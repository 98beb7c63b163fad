// The fixture of the tests of what docs/sandbox.md promises: a real hostile integrator in a real
// sandbox, with bubblewrap and without.
//
// Each of these programs is run four times (CMakeLists.txt): as the user of the tests and as
// `nobody`, and on a kernel as it is and as if it had no Landlock (variants.cc).
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "worker/sandbox/level.h"
#include "worker/slots/integrator_process.h"
#include "worker/testing/hostile_engine.h"

namespace motzkin::worker {

using integrator::testing::Misdeed;
using sandbox::Level;

// The engines of hostile_integrator, by how far their leaves are locked in.
inline constexpr const char* kLeaf = "hostile";
inline constexpr const char* kReader = "reader";
inline constexpr const char* kZygote = "zygote";
inline constexpr const char* kSupervisor = "supervisor";

// The parameter is kFull or the level that there is without bubblewrap.
class SandboxTest : public ::testing::TestWithParam<Level> {
 protected:
  void SetUp() override;

  static std::unique_ptr<IntegratorProcess> Start(const std::string& binary,
                                                  std::vector<std::string> engines);
  // Has a leaf of `engine` do its misdeed. Returns the names of the calls that were not refused.
  std::string Commit(const std::string& engine, Misdeed misdeed, int64_t argument = 0);
  integrator::v1::Integration Ask(const std::string& engine, Misdeed misdeed, int64_t argument = 0);

  std::unique_ptr<IntegratorProcess> integrator_;
};

// The level of an integrator without bubblewrap on this kernel.
Level BareLevel();

#define MOTZKIN_IN_BOTH_SANDBOXES(name)                              \
  INSTANTIATE_TEST_SUITE_P(                                          \
      Sandboxes, name, ::testing::Values(BareLevel(), Level::kFull), \
      [](const auto& level) { return std::string(sandbox::LevelName(level.param)); })

}  // namespace motzkin::worker
