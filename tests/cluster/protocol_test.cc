// Tests workers of another protocol version with real programs. Today's worker speaks one version
// only, so a proxy between it and the coordinator pretends another.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "motzkin/v1/worker_service.grpc.pb.h"
#include "tests/support/mini_cluster.h"

namespace motzkin {
namespace {

using ::testing::HasSubstr;

// Passes streams on and replaces the version in each state.
class VersionProxy final : public v1::WorkerService::Service {
 public:
  VersionProxy(const std::string& coordinator, uint32_t version)
      : version_(version),
        stub_(v1::WorkerService::NewStub(
            grpc::CreateChannel(coordinator, grpc::InsecureChannelCredentials()))) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  grpc::Status Synchronize(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::DesiredState, v1::WorkerState>* worker) override {
    grpc::ClientContext context;
    const auto coordinator = stub_->Synchronize(&context);
    v1::WorkerState state;
    if (!worker->Read(&state)) return grpc::Status::CANCELLED;
    state.set_protocol_version(version_);
    coordinator->Write(state);
    v1::DesiredState desired;
    while (coordinator->Read(&desired)) worker->Write(desired);
    return coordinator->Finish();
  }

 private:
  const uint32_t version_;
  const std::unique_ptr<v1::WorkerService::Stub> stub_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST(ProtocolTest, AWorkerOfAVersionThatIsNotServedEndsWithALineThatSaysWhatToUpdate) {
  test::MiniCluster cluster;
  cluster.UsePlainText();  // Otherwise no proxy could stand in between.
  cluster.StartCoordinator();
  const std::vector<std::pair<uint32_t, std::string>> versions = {
      {0, "protocol version 0 is not served here; update the worker\n"},
      {2, "protocol version 2 is not served here; update the coordinator\n"}};
  for (const auto& [version, words] : versions) {
    const VersionProxy proxy(cluster.address(), version);
    const std::string name = "version-" + std::to_string(version);
    cluster.StartWorker(name, {.connect = proxy.address()});
    EXPECT_EQ(cluster.AwaitWorker(name).code, 5);
    const std::string log = cluster.WorkerLog(name);
    EXPECT_THAT(log, HasSubstr("coordinator " + proxy.address() + ": " + words));
    EXPECT_EQ(log.find("protocol"), log.rfind("protocol")) << log;
  }
  EXPECT_TRUE(cluster.ListWorkers()->empty()) << "and the cluster has no such worker";
}

}  // namespace
}  // namespace motzkin
