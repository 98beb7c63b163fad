#include "coordinator/service/wire_bounds.h"

#include <gtest/gtest.h>

#include <string>

#include "coordinator/service/translate.h"
#include "coordinator/service/validation.h"
#include "motzkin/v1/worker_service.pb.h"

namespace motzkin::coordinator {
namespace {

constexpr char kUuid[] = "7d444840-9dc0-41d1-b245-5ffdce74fad2";

absl::Status Check(const google::protobuf::Message& message) {
  return CheckFields(*message.GetDescriptor(), message.SerializeAsString());
}

v1::WorkerState StateWith(int batches) {
  v1::WorkerState state;
  for (int i = 0; i < batches; ++i) {
    v1::HeldBatch& held = *state.add_batches();
    held.set_job_uuid(kUuid);
    held.set_batch(i + 1);
    held.set_attempt(1);
    held.set_spec_digest(std::string(32, 'x'));
    held.set_stored(1'000);
    held.set_pending(1'000);
    held.set_unstarted_begin(1'000'000'000'000);
    held.set_end_index(1'000'000'000'000);
    v1::FailedBatch& failed = *state.add_failed();
    failed.set_job_uuid(kUuid);
    failed.set_batch(i + 1);
    failed.set_attempt(1);
    failed.set_reason("it failed");
    failed.set_job_failed(true);
  }
  return state;
}

TEST(WireBoundsTest, TheLongestStateThatIsValidPassesBothBounds) {
  const v1::WorkerState state = StateWith(kBatchesPerWorkerMax);
  EXPECT_TRUE(Check(state).ok()) << Check(state);
  EXPECT_LT(state.ByteSizeLong(), static_cast<size_t>(kRequestBytesMax));
}

TEST(WireBoundsTest, TheLongestDesiredStateFitsIntoAnAnswer) {
  JobDirectory jobs;
  Desired desired;
  for (int64_t id = 1; id <= 64; ++id) {
    JobRecord job;
    job.id = id;
    job.uuid = kUuid + std::to_string(id);
    job.spec.set_preset(std::string(16'384, 'x'));
    jobs.Put(job);
  }
  for (int64_t i = 0; i < 1'024; ++i) {
    desired.batches.push_back({.lease = {{i % 64 + 1, i}, 1'000'000},
                               .begin = 1'000'000'000'000,
                               .end = 1'000'000'004'096,
                               .done = std::string(512, 'x')});
    desired.audits.push_back({.key = {i % 64 + 1, i}, .candidate = std::string(65'536, 'x')});
  }
  const v1::DesiredState proto = ToProto(desired, jobs);
  EXPECT_EQ(proto.batches_size(), 1'024);
  EXPECT_GE(proto.audits_size(), 16);
  EXPECT_LT(proto.ByteSizeLong(), static_cast<size_t>(kAnswerBytesMax) * 3 / 4);
}

TEST(WireBoundsTest, EmptyMessagesInAListAreCounted) {
  v1::WorkerState state;
  for (int i = 0; i < kFieldsMax; ++i) state.add_batches();
  EXPECT_TRUE(Check(state).ok());
  state.add_batches();
  EXPECT_EQ(Check(state).code(), absl::StatusCode::kResourceExhausted);
}

TEST(WireBoundsTest, FieldsInMessagesInsideAreCounted) {
  v1::SubmitResultsRequest request;
  v1::Result& result = *request.mutable_submission()->add_results();
  for (int i = 0; i < kFieldsMax / 2; ++i) result.add_steps()->set_cpu_us(1);
  EXPECT_EQ(Check(request).code(), absl::StatusCode::kResourceExhausted);
}

TEST(WireBoundsTest, UnknownFieldsAreCountedAndTextsAreNotTakenForMessages) {
  std::string unknown;
  for (int i = 0; i <= kFieldsMax; ++i) unknown += std::string("\xa3\x06\xa4\x06", 4);  // groups
  EXPECT_EQ(CheckFields(*v1::WorkerState::descriptor(), unknown).code(),
            absl::StatusCode::kResourceExhausted);
  v1::WorkerState state;
  state.set_reason(unknown);
  EXPECT_TRUE(CheckFields(*v1::WorkerState::descriptor(), state.SerializePartialAsString()).ok());
}

TEST(WireBoundsTest, NonsenseIsLeftToTheParser) {
  for (const std::string& bytes : {std::string("\xff\xff\xff"),
                                   std::string("\x4a\xff\xff\xff\xff\x0f"), std::string("\x07")}) {
    EXPECT_TRUE(CheckFields(*v1::WorkerState::descriptor(), bytes).ok());
    EXPECT_FALSE(v1::WorkerState().ParseFromString(bytes));
  }
}

}  // namespace
}  // namespace motzkin::coordinator
