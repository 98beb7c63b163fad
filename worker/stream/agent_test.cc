#include "worker/stream/agent.h"

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <vector>

#include "common/base/protocol_version.h"
#include "motzkin/v1/worker_service.grpc.pb.h"
#include "tests/support/wait_for.h"

namespace motzkin::worker {
namespace {

using test::WaitFor;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;

// Answers every state, or does what the test says. It serves one stream at a time.
class FakeCoordinator final : public v1::WorkerService::Service {
 public:
  explicit FakeCoordinator(int port = 0) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("localhost:" + std::to_string(port), grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeCoordinator() override { Kill(); }
  void Kill() {
    stopping_ = true;
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }

  grpc::Status Synchronize(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::DesiredState, v1::WorkerState>* stream) override {
    ++streams_;
    v1::WorkerState state;
    while (stream->Read(&state)) {
      {
        const absl::MutexLock lock(&mutex_);
        states_.push_back(state);
      }
      if (reject_) return {grpc::StatusCode::FAILED_PRECONDITION, reject_message_};
      if (mute_) continue;
      v1::DesiredState desired;
      desired.set_cluster_uuid("11111111-1111-4111-8111-111111111111");
      desired.mutable_state_interval()->set_seconds(1);
      stream->Write(desired);
    }
    half_closed_ = !context->IsCancelled();
    return grpc::Status::OK;
  }

  std::string address() const { return "localhost:" + std::to_string(port_); }
  int port() const { return port_; }
  int streams() const { return streams_; }
  bool half_closed() const { return half_closed_; }
  std::vector<v1::WorkerState> states() const {
    const absl::MutexLock lock(&mutex_);
    return states_;
  }
  void Reject(const std::string& message) {
    reject_message_ = message;
    reject_ = true;
  }
  void Mute() { mute_ = true; }

 private:
  int port_ = 0;
  std::atomic<int> streams_ = 0;
  std::atomic<bool> reject_ = false, mute_ = false, half_closed_ = false, stopping_ = false;
  std::string reject_message_;
  mutable absl::Mutex mutex_;
  std::vector<v1::WorkerState> states_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::Server> server_;
};

class FakeDaemon final : public AgentDelegate {
 public:
  v1::WorkerState CurrentState(uint64_t) override {
    v1::WorkerState state;
    state.set_name("fake");
    state.set_slots_busy(busy_);
    return state;
  }
  void Apply(const v1::DesiredState& desired) override { ++applied_; }
  void Rejected(Rejection rejection, const std::string&) override { rejection_ = rejection; }

  void set_busy(int busy) { busy_ = busy; }
  int applied() const { return applied_; }
  std::optional<Rejection> rejection() const { return rejection_; }

 private:
  std::atomic<int> busy_ = 0, applied_ = 0;
  std::atomic<std::optional<Rejection>> rejection_;
};

class AgentTest : public ::testing::Test {
 protected:
  std::unique_ptr<Agent> Started(const std::string& address) {
    access_ = std::make_unique<joining::CoordinatorAccess>(
        joining::AccessOptions{.address = address, .insecure = true});
    AgentOptions options;
    options.backoff_min = absl::Milliseconds(50);
    options.backoff_max = absl::Milliseconds(200);
    options.first_answer_max = absl::Seconds(5);
    options.silence_max = first_silence_;
    auto agent = std::make_unique<Agent>(options, *access_, daemon_, console_, clock_);
    agent->Start();
    return agent;
  }

  std::unique_ptr<joining::CoordinatorAccess> access_;
  SystemClock clock_;
  Console console_;
  FakeDaemon daemon_;
  absl::Duration first_silence_ = absl::Seconds(30);
};

TEST_F(AgentTest, TheStateIsSentAtOnceAndAgainAtTheCoordinatorsInterval) {
  FakeCoordinator coordinator;
  const auto agent = Started(coordinator.address());
  ASSERT_TRUE(WaitFor([&] { return coordinator.states().size() >= 3; }));
  const auto states = coordinator.states();
  EXPECT_EQ(states[0].protocol_version(), kProtocolVersion);
  EXPECT_EQ(states[0].name(), "fake");
  EXPECT_LT(states[0].sequence(), states[1].sequence());
  EXPECT_TRUE(WaitFor([&] { return daemon_.applied() >= 3; }));
  EXPECT_EQ(coordinator.streams(), 1);
}

TEST_F(AgentTest, ManyChangesBecomeFewMessages) {
  FakeCoordinator coordinator;
  const auto agent = Started(coordinator.address());
  ASSERT_TRUE(WaitFor([&] { return agent->connected(); }));
  const size_t before = coordinator.states().size();
  for (int i = 1; i <= 1000; ++i) {
    daemon_.set_busy(i);
    agent->NotifyChange();
  }
  ASSERT_TRUE(WaitFor([&] { return coordinator.states().back().slots_busy() == 1000; }));
  EXPECT_LE(coordinator.states().size() - before, 5u);
}

TEST_F(AgentTest, ItJoinsWhenACoordinatorAppears) {
  int port = 0;
  {
    port = FakeCoordinator().port();
  }  // The port was free a moment ago, so nothing listens there yet.
  ::testing::internal::CaptureStderr();
  const auto agent = Started("localhost:" + std::to_string(port));
  EXPECT_FALSE(WaitFor([&] { return agent->connected(); }, absl::Milliseconds(300)));
  FakeCoordinator coordinator(port);
  EXPECT_TRUE(WaitFor([&] { return agent->connected(); }));
  agent->Stop(absl::Seconds(5));
  EXPECT_THAT(
      ::testing::internal::GetCapturedStderr(),
      ContainsRegex("coordinator localhost:[0-9]+: cannot connect \\(connection refused\\); "
                    "retrying in [0-9]+ s\n[^\n]* start the coordinator on localhost"));
}

TEST_F(AgentTest, ARestartedCoordinatorIsFoundAgain) {
  auto coordinator = std::make_unique<FakeCoordinator>();
  const int port = coordinator->port();
  const auto agent = Started(coordinator->address());
  ASSERT_TRUE(WaitFor([&] { return agent->connected(); }));
  coordinator.reset();
  ASSERT_TRUE(WaitFor([&] { return !agent->connected(); }));
  FakeCoordinator restarted(port);
  EXPECT_TRUE(WaitFor([&] { return agent->connected(); }));
}

TEST_F(AgentTest, ACoordinatorThatFallsSilentIsLeftForAFreshConnection) {
  FakeCoordinator coordinator;
  first_silence_ = absl::Seconds(2);
  const auto agent = Started(coordinator.address());
  ASSERT_TRUE(WaitFor([&] { return agent->connected(); }));
  coordinator.Mute();
  EXPECT_TRUE(WaitFor([&] { return coordinator.streams() >= 2; }));
  agent->Stop(absl::ZeroDuration());
}

TEST_F(AgentTest, ASupersededWorkerGivesUp) {
  FakeCoordinator coordinator;
  coordinator.Reject("superseded by a newer instance");
  const auto agent = Started(coordinator.address());
  ASSERT_TRUE(WaitFor([&] { return daemon_.rejection().has_value(); }));
  EXPECT_EQ(daemon_.rejection(), Rejection::kSuperseded);
  agent->Stop(absl::Seconds(5));
  EXPECT_EQ(coordinator.streams(), 1);
}

TEST_F(AgentTest, AnUnservedProtocolVersionIsToldApart) {
  FakeCoordinator coordinator;
  coordinator.Reject("protocol version 1 is not served here (2 to 3 are)");
  const auto agent = Started(coordinator.address());
  ASSERT_TRUE(WaitFor([&] { return daemon_.rejection().has_value(); }));
  EXPECT_EQ(daemon_.rejection(), Rejection::kProtocol);
}

TEST_F(AgentTest, AStopSendsALastStateAndClosesPolitely) {
  FakeCoordinator coordinator;
  const auto agent = Started(coordinator.address());
  ASSERT_TRUE(WaitFor([&] { return agent->connected(); }));
  daemon_.set_busy(4711);
  agent->Stop(absl::Seconds(30));
  EXPECT_EQ(coordinator.states().back().slots_busy(), 4711);
  EXPECT_TRUE(WaitFor([&] { return coordinator.half_closed(); }));
}

TEST_F(AgentTest, StopWithoutStartIsHarmless) {
  joining::CoordinatorAccess access({.address = "localhost:1", .insecure = true});
  Agent agent({}, access, daemon_, console_, clock_);
  agent.Stop(absl::Seconds(1));
  agent.Stop(absl::Seconds(1));
}

}  // namespace
}  // namespace motzkin::worker
