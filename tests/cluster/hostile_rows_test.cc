// Sends a hostile engine's output from its leaf through the sandboxed integrator, the worker's
// checks and submit_results() into Postgres. It may only spoil its own function.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/store/testing/store_fixture.h"
#include "worker/results/result_row.h"
#include "worker/slots/integrator_process.h"
#include "worker/testing/hostile_engine.h"

namespace motzkin {
namespace {

namespace pipe = integrator::v1;
using integrator::testing::Misdeed;
using ::testing::Each;

class HostileRowsTest : public coordinator::StoreFixture {
 protected:
  HostileRowsTest() {
    worker::IntegratorOptions options;
    options.binary = MOTZKIN_HOSTILE_INTEGRATOR;
    options.idle_priority = false;  // tests share the machine with a build
    integrator_ = coordinator::Must(worker::IntegratorProcess::Start(options));
  }

  // Returns the row that a worker makes of the misdeed, as function `index`.
  v1::Result RowOfMisdeed(Misdeed misdeed, int64_t index) {
    pipe::Request request;
    request.set_id(static_cast<uint64_t>(misdeed));
    pipe::Integrate& integrate = *request.mutable_integrate();
    integrate.set_integrand("INT+");
    for (const char digit : std::to_string(misdeed)) {
      integrate.mutable_integrand()->append({' ', digit});
    }
    pipe::Step& step = *integrate.add_ladder();
    step.set_engine("hostile");
    step.set_budget_us(5'000'000);
    pipe::Response response =
        coordinator::Must(integrator_->Call(request, worker::WallMax(request)));
    pipe::Integration& integration = *response.mutable_integration();
    // Postgres accepts the names of real engines only.
    integration.mutable_steps(0)->set_engine("giac");
    if (!integration.engine().empty()) integration.set_engine("giac");
    v1::Result row = coordinator::RowOf(index, index);
    row.clear_steps();
    worker::FillFromIntegration(integration, {{"giac", "1.9.0.35"}}, row);
    MakeStorable(row);
    return row;
  }

  std::unique_ptr<worker::IntegratorProcess> integrator_;
};

TEST_F(HostileRowsTest, EachCostsItsOwnFunctionAndTheNextIsStoredAsIntegrated) {
  const coordinator::JobRecord job = NewJob();
  const coordinator::BatchSnapshot batch =
      coordinator::Must(coordinator::AllocateBatch(store(), job.id, 10));
  v1::Submission submission = SubmissionOf(job, GrantBatch(batch, NewWorker()), {});
  int64_t index = 0;
  for (const Misdeed misdeed :
       {Misdeed::kAnswerBinary, Misdeed::kAnswerParentheses, Misdeed::kAnswerTenMegabytes,
        Misdeed::kGiveUpInBinary, Misdeed::kFlood}) {
    *submission.add_results() = RowOfMisdeed(misdeed, index++);
    *submission.add_results() = RowOfMisdeed(Misdeed::kAnswerX, index++);
  }
  EXPECT_THAT(coordinator::Must(Submit(submission)), Each(v1::ROW_STATUS_STORED));

  EXPECT_EQ(Number("SELECT count(*) FROM result"), 10);
  EXPECT_EQ(Number("SELECT count(*) FROM result WHERE index % 2 = 1 AND outcome = 'integrated'"),
            5);
  EXPECT_EQ(Number("SELECT count(*) FROM result WHERE index % 2 = 0 AND outcome = 'unverified'"),
            4);
  EXPECT_EQ(Number("SELECT count(*) FROM result WHERE index = 6 AND outcome = 'unsolved'"), 1);
  EXPECT_EQ(Number("SELECT count(*) FROM result WHERE index % 2 = 0 AND "
                   "octet_length(messages[1]) BETWEEN 1 AND 500"),
            5);
}

}  // namespace
}  // namespace motzkin
