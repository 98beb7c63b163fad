#include "coordinator/service/validation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "common/base/protocol_version.h"
#include "common/job_spec/job_spec.h"

namespace motzkin::coordinator {
namespace {

v1::WorkerState GoodState() {
  v1::WorkerState state;
  state.set_protocol_version(kProtocolVersion);
  state.set_worker_uuid("00000000-0000-4000-8000-000000000001");
  state.set_name("attic-pc.local");
  state.set_instance(1);
  state.set_sequence(1);
  state.set_slots(4);
  state.set_slots_allowed(4);
  v1::HeldBatch& held = *state.add_batches();
  held.set_job_uuid("00000000-0000-4000-8000-000000000002");
  held.set_attempt(1);
  held.set_spec_digest(std::string(32, 'd'));
  return state;
}

std::string Complaint(const std::function<void(v1::WorkerState&)>& spoil) {
  v1::WorkerState state = GoodState();
  spoil(state);
  return std::string(Validate(state).message());
}

TEST(ValidationTest, AGoodStatePasses) { EXPECT_TRUE(Validate(GoodState()).ok()); }

TEST(ValidationTest, EveryFieldOfAStateHasItsRange) {
  EXPECT_EQ(Complaint([](v1::WorkerState& s) { s.set_slots(5000); }),
            "slots must be 1 .. 4096, got 5000");
  EXPECT_EQ(Complaint([](v1::WorkerState& s) { s.set_slots_allowed(5); }),
            "slots_allowed must be 0 .. 4, got 5");
  EXPECT_EQ(Complaint([](v1::WorkerState& s) { s.set_instance(0); }),
            "instance must be greater than 0");
  EXPECT_EQ(Complaint([](v1::WorkerState& s) { s.set_name("a b"); }),
            "name must be 1 .. 64 of letters, digits, '-', '_' and '.'");
  EXPECT_EQ(Complaint([](v1::WorkerState& s) {
              s.set_functions_per_minute(std::numeric_limits<double>::quiet_NaN());
            }),
            "functions_per_minute must be a number in 0 .. 1000000000");
  EXPECT_EQ(Complaint([](v1::WorkerState& s) { s.mutable_batches(0)->set_spec_digest("short"); }),
            "batches.spec_digest must be 32 bytes");
  EXPECT_EQ(Complaint([](v1::WorkerState& s) { s.mutable_batches(0)->set_stored(-1); }),
            "batches.stored must be 0 .. 2147483647, got -1");
  EXPECT_EQ(Complaint([](v1::WorkerState& s) {
              for (int i = 0; i < kBatchesPerWorkerMax; ++i) s.add_batches();
            }),
            "the number of batches must be 0 .. 4096, got 4097");
}

TEST(ValidationTest, OnlyThisProtocolAndTheOneBeforeAreServed) {
  EXPECT_EQ(Complaint([](v1::WorkerState& s) { s.set_protocol_version(kProtocolVersion + 6); }),
            "protocol version 7 is not served here; update the coordinator");
  EXPECT_EQ(Complaint([](v1::WorkerState& s) { s.set_protocol_version(0); }),
            "protocol version 0 is not served here; update the worker");
}

TEST(ValidationTest, ASubmissionNeedsDistinctIndicesAndOutcomes) {
  v1::Submission submission;
  submission.set_job_uuid("00000000-0000-4000-8000-000000000002");
  submission.set_worker_uuid("00000000-0000-4000-8000-000000000001");
  submission.set_spec_digest(std::string(32, 'd'));
  submission.set_attempt(1);
  EXPECT_EQ(Validate(submission).message(), "the number of results must be 1 .. 256, got 0");
  for (int i = 0; i < 2; ++i) {
    v1::Result& result = *submission.add_results();
    result.set_outcome(v1::OUTCOME_UNSOLVED);
    result.set_integrand("x");
  }
  EXPECT_EQ(Validate(submission).message(), "results.index must be distinct");
  submission.mutable_results(1)->set_index(1);
  EXPECT_TRUE(Validate(submission).ok());
  submission.mutable_results(1)->set_outcome(v1::OUTCOME_UNSPECIFIED);
  EXPECT_EQ(Validate(submission).message(), "results.outcome must be one of Outcome");
}

// If an older coordinator ignored a field of a newer `motzkin start`, the job would silently be
// another one.
TEST(ValidationTest, AJobWithAFieldOfALaterVersionIsRefused) {
  v1::StartJobRequest request;
  request.set_request_id("11111111-1111-4111-8111-111111111111");
  *request.mutable_spec() = JobFromPreset("lample-charton").value();
  EXPECT_TRUE(Validate(request).ok()) << Validate(request);
  v1::LadderStep& step = *request.mutable_spec()->mutable_ladder(1);
  step.GetReflection()->MutableUnknownFields(&step)->AddVarint(49, 500);
  EXPECT_EQ(Validate(request).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Validate(request).message(),
            "the job has a field that this coordinator does not know; update the coordinator");
}

TEST(ValidationTest, APasswordIsLongEnoughOrTakenAwayByName) {
  v1::SetPagePasswordRequest request;
  EXPECT_EQ(Validate(request).message(), "password's bytes must be 8 .. 1000, got 0");
  request.set_remove(true);
  EXPECT_TRUE(Validate(request).ok()) << Validate(request);
  request.set_password("12345678");
  EXPECT_FALSE(Validate(request).ok()) << "it is not clear what is meant";
  request.set_remove(false);
  EXPECT_TRUE(Validate(request).ok()) << Validate(request);
  request.set_password(std::string(1'001, 'x'));
  EXPECT_FALSE(Validate(request).ok());
}

}  // namespace
}  // namespace motzkin::coordinator
