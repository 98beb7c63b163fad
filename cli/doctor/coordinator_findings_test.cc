#include "cli/doctor/coordinator_findings.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <string>

#include "common/base/program_start.h"
#include "common/base/protocol_version.h"
#include "motzkin/v1/operator_service.grpc.pb.h"
#include "tests/support/temporary_directory.h"

namespace motzkin::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LookAtWayTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { PrepareGrpc(); }

  Findings Look(const std::string& address) const {
    WayQuestions questions;
    questions.coordinator.address = address;
    questions.state_directory = state_.path();
    return LookAtWay(questions);
  }

  test::TemporaryDirectory state_;
};

testing::Matcher<Finding> Is(const std::string& check, Health health) {
  return AllOf(Field(&Finding::check, check), Field(&Finding::health, health));
}

// A server that speaks no TLS.
class PlainServer {
 public:
  PlainServer() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int port_ = 0;
  v1::OperatorService::Service service_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(LookAtWayTest, AnAddressWithoutAPortIsBad) {
  EXPECT_THAT(Look("pi"), ElementsAre(Is("coordinator", Health::kBad)));
}

TEST_F(LookAtWayTest, ANameThatNobodyKnowsEndsTheWay) {
  const Findings findings = Look("raspberrypi.invalid:50051");
  ASSERT_THAT(findings, ElementsAre(Is("host name", Health::kBad)));
  EXPECT_THAT(findings[0].cure, HasSubstr("getent hosts raspberrypi.invalid"));
}

TEST_F(LookAtWayTest, APortWhereNothingListensEndsTheWay) {
  std::string address;
  {
    const PlainServer server;
    address = server.address();
  }  // The port was free a moment ago, so nothing listens there yet.
  const Findings findings = Look(address);
  ASSERT_THAT(findings, ElementsAre(Is("host name", Health::kGood), Is("port", Health::kBad)));
  EXPECT_THAT(findings[1].found, HasSubstr("connection refused"));
  EXPECT_THAT(findings[1].cure, HasSubstr("start the coordinator on 127.0.0.1"));
}

TEST_F(LookAtWayTest, AProgramThatSpeaksNoTlsIsNoCoordinator) {
  const PlainServer server;
  const Findings findings = Look(server.address());
  ASSERT_THAT(findings, ElementsAre(Is("host name", Health::kGood), Is("port", Health::kGood),
                                    Is("TLS", Health::kBad)));
  EXPECT_THAT(findings[2].found, HasSubstr("does not answer as a coordinator"));
}

TEST(ClockFoundTest, AMinuteIsAllowed) {
  v1::HelloResponse hello;
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  EXPECT_EQ(ClockFound(hello, now).health, Health::kWarning) << "an older coordinator";
  hello.mutable_time()->set_seconds(1'700'000'050);
  EXPECT_EQ(ClockFound(hello, now).health, Health::kGood);
  hello.mutable_time()->set_seconds(1'700'000'000 + 3'600);
  EXPECT_EQ(ClockFound(hello, now).health, Health::kWarning);
  EXPECT_EQ(ClockFound(hello, now).found, "1h behind the coordinator's");
  hello.mutable_time()->set_seconds(1'700'000'000 - 90);
  EXPECT_EQ(ClockFound(hello, now).found, "1m30s ahead of the coordinator's");
}

TEST(VersionFoundTest, TheProtocolsDecide) {
  v1::HelloResponse hello;
  hello.set_build("9\x1b[2J");
  hello.set_protocol_version(kProtocolVersion + 1);
  EXPECT_EQ(VersionFound(hello).health, Health::kGood) << "it serves ours too";
  EXPECT_THAT(VersionFound(hello).found, HasSubstr("coordinator 9\\x1b[2J"));
  hello.set_protocol_version(kProtocolVersion + 2);
  EXPECT_EQ(VersionFound(hello).health, Health::kBad);
  EXPECT_EQ(VersionFound(hello).cure, "update this machine");
  hello.set_protocol_version(0);
  EXPECT_EQ(VersionFound(hello).cure, "update the coordinator");
}

TEST(BlockFoundTest, AClusterThatGrantsNothingIsBadForItsReason) {
  v1::GetStatusResponse status;
  EXPECT_THAT(BlockFound(status), IsEmpty());
  status.set_blocked("the disk is full");
  EXPECT_THAT(BlockFound(status), ElementsAre(Is("cluster", Health::kBad)));
  EXPECT_THAT(BlockFound(status)[0].found, HasSubstr("the disk is full"));
}

TEST(WorkerFoundTest, ItSaysHowItIsAndWhereItsResultsGo) {
  v1::GetStatusResponse status;
  EXPECT_THAT(WorkerFound(status, "0a"), IsEmpty());
  v1::Worker& worker = *status.add_workers();
  worker.set_uuid("0a");
  worker.set_name("laptop");
  worker.set_state("suspended");
  worker.set_reason("on battery");
  worker.set_results_way("relay");
  const Findings findings = WorkerFound(status, "0a");
  ASSERT_EQ(findings.size(), 2);
  EXPECT_EQ(findings[0].found, "laptop is suspended: on battery");
  EXPECT_THAT(findings[1].cure, HasSubstr("--advertise-postgres"));
  worker.set_results_way("direct");
  EXPECT_EQ(WorkerFound(status, "0a")[1].health, Health::kGood);
}

}  // namespace
}  // namespace motzkin::cli
