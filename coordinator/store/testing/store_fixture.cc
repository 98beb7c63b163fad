#include "coordinator/store/testing/store_fixture.h"

#include <fmt/format.h>

#include "coordinator/store/member_store.h"

namespace motzkin::coordinator {

StoreFixture::StoreFixture()
    : database_(test::MiniPostgres::Shared().NewDatabase()),
      store_(Must(Store::Open(database_))),
      sql_(test::MustConnect(database_)) {
  Must(sql_->Execute("SET search_path = motzkin"));
}

void StoreFixture::Reopen() {
  store_.reset();
  store_ = Must(Store::Open(database_));
}

JobRecord StoreFixture::NewJob(const std::string& name, int64_t target, bool integrated) {
  v1::JobSpec spec;
  spec.set_name(name);
  spec.set_seed(7);
  spec.mutable_generator()->set_version(1);
  spec.mutable_generator()->set_kind(v1::KIND_FORWARD);
  spec.set_answers(v1::ANSWERS_SPECIAL);
  for (const char* engine : {"giac", "fricas"}) spec.add_ladder()->set_engine(engine);
  spec.set_target(target);
  spec.set_target_integrated(integrated);
  const std::string request =
      Must(sql_->Execute("SELECT gen_random_uuid() AS uuid")).front().Text("uuid");
  return Must(store_->CreateJob(spec, request));
}

std::string StoreFixture::NewWorker(int n) {
  WorkerRecord worker;
  worker.uuid = UuidOfWorker(n);
  worker.name = fmt::format("worker-{}", n);
  worker.state = "working";
  worker.slots = 4;
  worker.engines = {{"giac", "1.9.0.35"}, {"fricas", "1.3.8"}};
  EXPECT_TRUE(store_->UpsertWorkers({worker}).ok());
  return worker.uuid;
}

LeaseSnapshot StoreFixture::GrantBatch(const BatchSnapshot& batch, const std::string& worker) {
  return Patiently([&] { return store_->GrantLeases({{batch.key, worker, /*instance=*/1}}); })
      .front();
}

v1::Submission StoreFixture::SubmissionOf(const JobRecord& job, const LeaseSnapshot& grant,
                                          const std::vector<int64_t>& indices) {
  v1::Submission submission;
  submission.set_job_uuid(job.uuid);
  submission.set_spec_digest(job.spec_digest);
  submission.set_generator_version(job.spec.generator().version());
  submission.set_batch(grant.key.batch.batch);
  submission.set_attempt(grant.key.attempt);
  submission.set_worker_uuid(grant.worker);
  for (const int64_t index : indices) *submission.add_results() = RowOf(index, /*function=*/index);
  return submission;
}

absl::StatusOr<std::vector<v1::RowStatus>> StoreFixture::Submit(const v1::Submission& submission) {
  std::unique_ptr<postgres::Connection>& session = workers_[submission.worker_uuid()];
  if (session == nullptr || session->broken()) session = WorkerConnection(submission.worker_uuid());
  return SubmitResults(*session, submission);
}

void StoreFixture::Fill(const JobRecord& job, const LeaseSnapshot& grant) {
  std::vector<int64_t> indices;
  for (int64_t index = grant.batch.begin; index < grant.batch.end; ++index)
    indices.push_back(index);
  for (const v1::RowStatus status : Must(Submit(SubmissionOf(job, grant, indices)))) {
    EXPECT_EQ(status, v1::ROW_STATUS_STORED);
  }
}

std::string StoreFixture::UuidOfWorker(int n) {
  return fmt::format("00000000-0000-4000-8000-{:012}", n);
}

Login StoreFixture::WorkerLogin(const std::string& worker) {
  return Must(MemberStore(*store_).OpenWorkerLogin(worker)).value();
}

std::unique_ptr<postgres::Connection> StoreFixture::WorkerConnection(const std::string& worker) {
  const Login login = WorkerLogin(worker);
  return test::MustConnect(test::MiniPostgres::Shared().As(database_, login.role, login.password));
}

v1::Result RowOf(int64_t index, int64_t function, v1::Outcome outcome) {
  v1::Result row;
  row.set_index(index);
  row.set_outcome(outcome);
  row.set_integrand(fmt::format("add x INT+ {}", function));
  // Spread over the 64 bits as real hashes are.
  row.set_canonical_hash(static_cast<uint64_t>(function) * 0x9e3779b97f4a7c15);
  row.set_skeleton_hash(static_cast<uint64_t>(function / 2) * 0xbf58476d1ce4e5b9);
  row.set_speed_factor(1.5);
  row.set_kind(v1::KIND_FORWARD);
  row.set_wall_ms(12);
  v1::StepResult& step = *row.add_steps();
  step.set_engine("giac");
  step.set_version("1.9.0.35");
  step.set_outcome(outcome);
  step.set_cpu_us(8'000);
  step.set_rss_kb(15'000);
  step.set_verifier_us(120);
  if (outcome == v1::OUTCOME_INTEGRATED) {
    row.set_integral(fmt::format("add div pow x INT+ 2 INT+ 2 mul INT+ {} x", function));
    row.set_engine("giac");
    row.set_answer_class(v1::ANSWER_CLASS_ELEMENTARY);
    row.mutable_verification()->set_verdict(v1::Verification::VERDICT_VERIFIED);
    row.mutable_verification()->set_points_agreed(12);
    row.mutable_verification()->set_precision_bits(128);
  } else {
    step.set_message("gave up");
  }
  return row;
}

}  // namespace motzkin::coordinator
