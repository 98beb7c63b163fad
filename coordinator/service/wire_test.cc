// Sends bad input over real sockets: spoiled and garbled messages to every method, in any order.
// Each answer must be one line and a code of ours, the tables must stay right, and work must go on.
#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "common/job_spec/job_spec.h"
#include "coordinator/service/testing/coordinator.h"
#include "coordinator/service/testing/message_mutator.h"
#include "coordinator/service/testing/raw_client.h"
#include "coordinator/service/testing/scripted_worker.h"
#include "motzkin/v1/operator_service.grpc.pb.h"
#include "tests/support/mini_postgres.h"
#include "tests/support/only_number.h"
#include "tests/support/seed.h"
#include "tests/support/wait_for.h"

namespace motzkin::coordinator {
namespace {

using google::protobuf::Message;

constexpr char kSynchronize[] = "/motzkin.v1.WorkerService/Synchronize";
constexpr char kSubmit[] = "/motzkin.v1.WorkerService/SubmitResults";
constexpr size_t kWordsMax = 2'500;  // a reason of 2,000 bytes and the words that name the field

// The number of rounds; $WIRE_ROUNDS sets it for a long run.
int Rounds(int usual) {
  const char* const given = std::getenv("WIRE_ROUNDS");
  return given == nullptr ? usual : std::atoi(given);
}

struct Seedling {
  std::string method;
  std::unique_ptr<Message> message;
};

template <typename Request>
Seedling Of(const std::string& verb, Request request) {
  return {"/motzkin.v1.OperatorService/" + verb, std::make_unique<Request>(std::move(request))};
}

class WireTest : public ::testing::Test {
 protected:
  WireTest() : conninfo_(test::MiniPostgres::Shared().NewDatabase()) {
    google::protobuf::SetLogHandler(nullptr);  // The binary does this too.
    LoopOptions options;
    options.interval = absl::Milliseconds(100);
    coordinator_ = std::make_unique<Coordinator>(conninfo_, options);
    client_ = std::make_unique<RawClient>(coordinator_->address());
    start_.set_request_id("11111111-1111-4111-8111-111111111111");
    *start_.mutable_spec() = JobFromPreset("lample-charton").value();
    start_.mutable_spec()->set_name("demo");
    start_.mutable_spec()->set_target(2'000);
    EXPECT_TRUE(client_->Call(Method("StartJob"), start_.SerializeAsString()).ok());
  }

  static std::string Method(const std::string& verb) {
    return "/motzkin.v1.OperatorService/" + verb;
  }

  // Returns a valid request of each verb.
  std::vector<Seedling> Seedlings() const {
    std::vector<Seedling> all;
    all.push_back(Of("StartJob", start_));
    all.push_back(Of("ListJobs", v1::ListJobsRequest()));
    v1::ControlJobRequest extend;
    extend.set_job("demo");
    extend.set_verb(v1::ControlJobRequest::VERB_EXTEND);
    extend.set_target(3'000);
    all.push_back(Of("ControlJob", extend));
    v1::DropArchivedRowsRequest drop;
    drop.set_job("11111111-1111-4111-8111-111111111111");
    drop.set_rows(3);
    drop.set_sha256(std::string(32, 's'));
    all.push_back(Of("DropArchivedRows", drop));
    all.push_back(Of("ListWorkers", v1::ListWorkersRequest()));
    v1::ControlWorkerRequest resume;
    resume.set_worker("worker-7");
    resume.set_verb(v1::ControlWorkerRequest::VERB_RESUME);
    all.push_back(Of("ControlWorker", resume));
    all.push_back(Of("GetStatus", v1::GetStatusRequest()));
    v1::GetResultRequest result;
    result.set_job("demo");
    result.set_index(1);
    all.push_back(Of("GetResult", result));
    v1::ListEventsRequest events;
    events.mutable_since()->set_seconds(1);
    events.set_limit(5);
    all.push_back(Of("ListEvents", events));
    return all;
  }

  // Checks that the call ended with a code of ours and one line. gRPC itself refuses bytes that are
  // not a message.
  static void ExpectGraceful(const grpc::Status& status, bool is_message, const std::string& what) {
    switch (status.error_code()) {
      case grpc::StatusCode::OK:
      case grpc::StatusCode::INVALID_ARGUMENT:
      case grpc::StatusCode::NOT_FOUND:
      case grpc::StatusCode::ALREADY_EXISTS:
      case grpc::StatusCode::FAILED_PRECONDITION:
      case grpc::StatusCode::PERMISSION_DENIED:
        break;
      case grpc::StatusCode::UNAVAILABLE:  // Another stream of the same worker replaced this one.
        EXPECT_NE(status.error_message(), "") << what;
        break;
      default:
        EXPECT_FALSE(is_message) << what << ": " << status.error_code() << " "
                                 << status.error_message();
        return;
    }
    EXPECT_LE(status.error_message().size(), kWordsMax) << what;
    EXPECT_EQ(status.error_message().find('\n'), std::string::npos) << status.error_message();
  }

  // Returns the message, spoiled or garbled, and whether it is a message still.
  std::pair<std::string, bool> Bad(const Message& valid, MessageMutator& mutator) {
    const std::unique_ptr<Message> message(valid.New());
    message->CopyFrom(valid);
    if (mutator.Pick(8) != 0) mutator.Spoil(*message);
    std::string bytes = message->SerializeAsString();
    if (mutator.Pick(4) == 0) bytes = mutator.Garble(std::move(bytes));
    return {bytes, message->ParseFromString(bytes)};
  }

  // Checks that each counter is the number of its rows.
  void ExpectTablesAreRight() {
    const auto sql = test::MustConnect(conninfo_);
    const auto wrong = sql->Execute(
        "SELECT count(*) FROM motzkin.batch b WHERE b.stored <> (SELECT count(*) FROM "
        "motzkin.result r WHERE r.job_id = b.job_id AND r.index >= b.begin_index AND r.index < "
        "b.end_index)");
    ASSERT_TRUE(wrong.ok()) << wrong.status();
    EXPECT_EQ(test::OnlyNumber(*wrong), 0);
  }

  // Checks that a worker that behaves gets work and has it stored.
  void ExpectWorkGoesOn() {
    v1::ControlJobRequest again;
    again.set_job("demo");
    again.set_verb(v1::ControlJobRequest::VERB_RESUME);
    client_->Call(Method("ControlJob"), again.SerializeAsString());  // Someone may have paused it.
    v1::StartJobRequest fresh = start_;
    fresh.set_request_id("22222222-2222-4222-8222-222222222222");
    fresh.mutable_spec()->set_name("fresh");
    ASSERT_TRUE(client_->Call(Method("StartJob"), fresh.SerializeAsString()).ok());
    ScriptedWorker worker(coordinator_->address(), 99);
    worker.Report();
    const v1::DesiredState desired = worker.WaitForBatches();
    ASSERT_GT(desired.batches_size(), 0);
    const auto statuses = worker.Submit(desired, desired.batches(0));
    EXPECT_TRUE(statuses.ok()) << statuses.status();
  }

  const std::string conninfo_;
  const test::Seed seed_;
  v1::StartJobRequest start_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<RawClient> client_;
};

TEST_F(WireTest, SpoiledOrdersAreRefusedInOneLine) {
  MessageMutator mutator(seed_);
  const std::vector<Seedling> seedlings = Seedlings();
  for (int round = Rounds(1'500); round > 0 && !HasFailure(); --round) {
    const Seedling& seedling = seedlings[mutator.Pick(seedlings.size())];
    const auto [bytes, is_message] = Bad(*seedling.message, mutator);
    ExpectGraceful(client_->Call(seedling.method, bytes), is_message, seedling.method);
  }
  ExpectTablesAreRight();
  ExpectWorkGoesOn();
}

TEST_F(WireTest, SpoiledWorkerStatesHurtNoOtherWorker) {
  MessageMutator mutator(seed_);
  ScriptedWorker model(coordinator_->address(), 7);
  model.Report();
  model.WaitForBatches();
  model.Obey();
  for (int round = Rounds(500); round > 0 && !HasFailure(); --round) {
    std::vector<std::string> messages;
    bool are_messages = true;
    v1::WorkerState state = model.state();
    state.set_worker_uuid("00000000-0000-4000-8000-00000000000" + std::to_string(mutator.Pick(5)));
    for (size_t left = 1 + mutator.Pick(5); left > 0; --left) {
      state.set_sequence(1 + mutator.Pick(10));  // Sequences repeat and are out of order.
      state.set_instance(1 + mutator.Pick(3));
      auto [bytes, is_message] = Bad(state, mutator);
      are_messages = are_messages && is_message;
      messages.push_back(std::move(bytes));
    }
    ExpectGraceful(client_->Stream(kSynchronize, messages), are_messages, kSynchronize);
  }
  ExpectTablesAreRight();
  ExpectWorkGoesOn();
}

TEST_F(WireTest, SpoiledSubmissionsStoreNothingWrong) {
  MessageMutator mutator(seed_);
  ScriptedWorker worker(coordinator_->address(), 7);
  worker.Report();
  const v1::DesiredState desired = worker.WaitForBatches();
  v1::SubmitResultsRequest valid;
  *valid.mutable_submission() = worker.SubmissionOf(desired, desired.batches(0));
  for (int round = Rounds(800); round > 0 && !HasFailure(); --round) {
    const auto [bytes, is_message] = Bad(valid, mutator);
    ExpectGraceful(client_->Call(kSubmit, bytes), is_message, kSubmit);
  }
  const auto statuses = worker.Submit(desired, desired.batches(0));
  EXPECT_TRUE(statuses.ok()) << "the truth can still be told: " << statuses.status();
  ExpectTablesAreRight();
  ExpectWorkGoesOn();
}

TEST_F(WireTest, AStreamSpeaksForOneWorker) {
  v1::WorkerState first = ScriptedWorker(coordinator_->address(), 1).state();
  v1::WorkerState second = ScriptedWorker(coordinator_->address(), 2).state();
  first.set_sequence(1);
  second.set_sequence(2);
  const grpc::Status status =
      client_->Stream(kSynchronize, {first.SerializeAsString(), second.SerializeAsString()});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "worker_uuid must be the same in all states of a stream");
}

TEST_F(WireTest, AMessageOfEndlessListsIsRefusedBeforeItIsParsed) {
  std::string dense;
  for (int i = 0; i < 200'000; ++i) dense += std::string("\x4a\x00", 2);  // batches, all empty
  EXPECT_EQ(client_->Stream(kSynchronize, {dense}).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(client_->Call("/motzkin.v1.WorkerService/SubmitResults", dense).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  ExpectWorkGoesOn();
}

TEST_F(WireTest, AMessageThatIsTooLongIsRefused) {
  const std::string huge(5 << 20, 'x');  // gRPC's own bound is 4 MiB; the binary sets 1 MiB.
  EXPECT_EQ(client_->Call(Method("StartJob"), huge).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_FALSE(client_->Stream(kSynchronize, {huge}).ok());
  EXPECT_EQ(client_->Call(Method("NoSuchVerb"), "").error_code(), grpc::StatusCode::UNIMPLEMENTED);
  ExpectWorkGoesOn();
}

}  // namespace
}  // namespace motzkin::coordinator
