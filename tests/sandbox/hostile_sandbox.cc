#include "tests/sandbox/hostile_sandbox.h"

#include <utility>

#include "worker/sandbox/landlock.h"

namespace motzkin::worker {

Level BareLevel() { return sandbox::LandlockAbi() > 0 ? Level::kBasic : Level::kWeak; }

void SandboxTest::SetUp() {
  const sandbox::Probe probe = ProbeIntegratorSandbox(MOTZKIN_HOSTILE_INTEGRATOR);
  if (GetParam() == Level::kFull && probe.level != Level::kFull) GTEST_SKIP() << probe.reason;
  integrator_ = Start(MOTZKIN_HOSTILE_INTEGRATOR, {});
  ASSERT_NE(integrator_, nullptr);
}

std::unique_ptr<IntegratorProcess> SandboxTest::Start(const std::string& binary,
                                                      std::vector<std::string> engines) {
  IntegratorOptions options;
  options.binary = binary;
  options.engines = std::move(engines);
  options.sandbox_level = GetParam();
  options.idle_priority = false;  // Tests share the machine with a build.
  auto started = IntegratorProcess::Start(options);
  EXPECT_TRUE(started.ok()) << started.status();
  return started.ok() ? *std::move(started) : nullptr;
}

integrator::v1::Integration SandboxTest::Ask(const std::string& engine, Misdeed misdeed,
                                             int64_t argument) {
  integrator::v1::Request request;
  integrator::v1::Integrate& integrate = *request.mutable_integrate();
  integrate.set_integrand("INT+");
  for (const char digit : std::to_string(argument * integrator::testing::kMisdeedsMax + misdeed)) {
    integrate.mutable_integrand()->append({' ', digit});
  }
  integrator::v1::Step& step = *integrate.add_ladder();
  step.set_engine(engine);
  step.set_budget_us(10'000'000);
  const auto response = integrator_->Call(request, WallMax(request));
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? response->integration() : integrator::v1::Integration();
}

std::string SandboxTest::Commit(const std::string& engine, Misdeed misdeed, int64_t argument) {
  const integrator::v1::Integration integration = Ask(engine, misdeed, argument);
  if (integration.outcome() == v1::OUTCOME_INTEGRATED) return "";
  return integration.steps_size() > 0 ? integration.steps(0).message() : "no answer";
}

}  // namespace motzkin::worker
