// Tests the services over real sockets and a real Postgres, with workers that do as the test says.
#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "common/job_spec/job_spec.h"
#include "common/postgres/connection.h"
#include "coordinator/service/testing/coordinator.h"
#include "coordinator/service/testing/scripted_worker.h"
#include "tests/support/mini_postgres.h"
#include "tests/support/wait_for.h"

namespace motzkin::coordinator {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() : conninfo_(test::MiniPostgres::Shared().NewDatabase()) { Restart(); }

  LoopOptions Options() {
    LoopOptions options;
    options.interval = absl::Milliseconds(100);
    if (forget_soon_) options.forget_after = options.forget_interval = absl::ZeroDuration();
    options.disk_guard = [this] { return disk_full_.load() ? "the disk is full" : ""; };
    return options;
  }

  void Restart() {
    operators_.reset();
    coordinator_.reset();
    coordinator_ = std::make_unique<Coordinator>(conninfo_, Options());
    operators_ = v1::OperatorService::NewStub(
        grpc::CreateChannel(address(), grpc::InsecureChannelCredentials()));
  }

  std::string address() const { return coordinator_->address(); }

  template <typename Response, typename Request>
  grpc::Status Call(grpc::Status (v1::OperatorService::Stub::*method)(grpc::ClientContext*,
                                                                      const Request&, Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    return (operators_.get()->*method)(&context, request, &response);
  }

  v1::Job StartJob(const std::string& name, int64_t target, int64_t bytes_max = 0) {
    v1::StartJobRequest request;
    request.set_request_id("11111111-1111-4111-8111-111111111111");
    *request.mutable_spec() = JobFromPreset("lample-charton").value();
    request.mutable_spec()->set_name(name);
    request.mutable_spec()->set_target(target);
    request.mutable_spec()->set_bytes_max(bytes_max);
    v1::StartJobResponse response;
    const grpc::Status status = Call(&v1::OperatorService::Stub::StartJob, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.job();
  }

  v1::Job JobNamed(const std::string& name) {
    v1::ListJobsResponse response;
    const grpc::Status status =
        Call(&v1::OperatorService::Stub::ListJobs, v1::ListJobsRequest(), response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    for (const v1::Job& job : response.jobs()) {
      if (job.spec().name() == name) return job;
    }
    return {};
  }

  grpc::Status Control(const std::string& job, v1::ControlJobRequest::Verb verb) {
    v1::ControlJobRequest request;
    request.set_job(job);
    request.set_verb(verb);
    v1::ControlJobResponse response;
    return Call(&v1::OperatorService::Stub::ControlJob, request, response);
  }

  grpc::Status ControlWorker(const std::string& worker, v1::ControlWorkerRequest::Verb verb) {
    v1::ControlWorkerRequest request;
    request.set_worker(worker);
    request.set_verb(verb);
    v1::ControlWorkerResponse response;
    return Call(&v1::OperatorService::Stub::ControlWorker, request, response);
  }

  std::vector<std::string> Events() {
    v1::ListEventsResponse response;
    EXPECT_TRUE(
        Call(&v1::OperatorService::Stub::ListEvents, v1::ListEventsRequest(), response).ok());
    std::vector<std::string> texts;
    for (const v1::Event& event : response.events()) texts.push_back(event.text());
    return texts;
  }

  bool forget_soon_ = false;
  std::atomic<bool> disk_full_ = false;
  const std::string conninfo_;
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<v1::OperatorService::Stub> operators_;
};

TEST_F(ServiceTest, AJobGoesFromStartToCompleted) {
  StartJob("demo", 100);
  ScriptedWorker worker(address(), 1);
  worker.Report();
  while (JobNamed("demo").stored() < 100) {
    const v1::DesiredState desired = worker.WaitForBatches();
    worker.Obey();
    for (const v1::DesiredBatch& batch : desired.batches()) {
      ASSERT_TRUE(worker.Submit(desired, batch).ok());
    }
    const std::string last = desired.batches().rbegin()->ShortDebugString();
    worker.WaitFor([&](const v1::DesiredState& next) {
      return next.batches().empty() || next.batches().rbegin()->ShortDebugString() != last;
    });
  }
  EXPECT_TRUE(test::WaitFor([&] { return JobNamed("demo").state() == v1::JOB_STATE_COMPLETED; }));
  EXPECT_EQ(JobNamed("demo").sealed_below(), 100);
  // An event is written after what it tells of.
  EXPECT_TRUE(test::WaitFor([&] {
    return ::testing::Value(Events(),
                            ::testing::Contains("job demo completed: 100 functions, 0 integrated"));
  }));
}

TEST_F(ServiceTest, AJobThatFilledItsBytesGetsNoMoreRoomFromBeingExtended) {
  // Twenty rows of typical size; the files of the first ten are larger already.
  StartJob("full", 10, /*bytes_max=*/12'000);
  ScriptedWorker worker(address(), 1);
  worker.Report();
  const v1::DesiredState desired = worker.WaitForBatches();
  worker.Obey();
  for (const v1::DesiredBatch& batch : desired.batches()) {
    ASSERT_TRUE(worker.Submit(desired, batch).ok());
  }
  const auto completed = [&] { return JobNamed("full").state() == v1::JOB_STATE_COMPLETED; };
  ASSERT_TRUE(test::WaitFor(completed));
  v1::ControlJobRequest extend;
  extend.set_job("full");
  extend.set_verb(v1::ControlJobRequest::VERB_EXTEND);
  extend.set_target(1'000);
  v1::ControlJobResponse response;
  const grpc::Status extended = Call(&v1::OperatorService::Stub::ControlJob, extend, response);
  ASSERT_TRUE(extended.ok()) << extended.error_message();
  EXPECT_TRUE(test::WaitFor(completed)) << "it waits for rows that it may not have";
}

TEST_F(ServiceTest, AStateOutOfRangeIsRefusedAndTheFieldNamed) {
  ScriptedWorker worker(address(), 1);
  worker.state().set_slots(0);
  worker.Report();
  const grpc::Status end = worker.End();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(end.error_message(), "slots must be 1 .. 4096, got 0");
}

TEST_F(ServiceTest, TextsOfAWorkerBecomePrintableAtTheInlet) {
  ScriptedWorker worker(address(), 1);
  worker.state().set_reason("hot\njob demo completed\x1b[2J");
  worker.state().set_draining(true);
  worker.state().mutable_engines(0)->set_version("1.9\x1b]0;t\x07");
  worker.Report();
  v1::ListWorkersResponse workers;
  ASSERT_TRUE(test::WaitFor([&] {
    return Call(&v1::OperatorService::Stub::ListWorkers, v1::ListWorkersRequest(), workers).ok() &&
           workers.workers_size() == 1 && workers.workers(0).reason().starts_with("hot");
  })) << "the table may have the worker before the rules have heard it";
  EXPECT_EQ(workers.workers(0).reason(), "hot\\njob demo completed\\x1b[2J");
  EXPECT_EQ(workers.workers(0).engines().at(worker.state().engines(0).engine()),
            "1.9\\x1b]0;t\\x07");
}

TEST_F(ServiceTest, AProtocolOfTheFutureIsNotServed) {
  ScriptedWorker worker(address(), 1);
  worker.state().set_protocol_version(7);
  worker.Report();
  const grpc::Status end = worker.End();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(end.error_message(), "protocol version 7 is not served here; update the coordinator");
}

TEST_F(ServiceTest, AnOlderInstanceIsToldThatItIsSuperseded) {
  ScriptedWorker older(address(), 1, /*instance=*/1);
  older.Report();
  older.WaitFor([](const v1::DesiredState&) { return true; });
  ScriptedWorker newer(address(), 1, /*instance=*/2);
  newer.Report();
  newer.WaitFor([](const v1::DesiredState&) { return true; });
  const grpc::Status end = older.End();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(end.error_message(), HasSubstr("superseded"));
  ScriptedWorker late(address(), 1, /*instance=*/1);
  late.Report();
  EXPECT_EQ(late.End().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(ServiceTest, APausedJobLeavesTheDesiredStateAtOnceAndComesBack) {
  StartJob("demo", 10'000);
  ScriptedWorker worker(address(), 1);
  worker.Report();
  const v1::DesiredState before = worker.WaitForBatches();
  const absl::Time asked = absl::Now();
  ASSERT_TRUE(Control("demo", v1::ControlJobRequest::VERB_PAUSE).ok());
  worker.WaitFor([](const v1::DesiredState& desired) { return desired.batches().empty(); });
  std::cout << "pause reached the worker after " << absl::Now() - asked << "\n";
  EXPECT_THAT(worker.Submit(before, before.batches(0)).value(), Each(v1::ROW_STATUS_REVOKED));
  ASSERT_TRUE(Control("demo", v1::ControlJobRequest::VERB_RESUME).ok());
  worker.WaitForBatches();
}

TEST_F(ServiceTest, AfterACancelNothingIsStored) {
  StartJob("demo", 10'000);
  ScriptedWorker worker(address(), 1);
  worker.Report();
  const v1::DesiredState before = worker.WaitForBatches();
  ASSERT_TRUE(Control("demo", v1::ControlJobRequest::VERB_CANCEL).ok());
  EXPECT_THAT(worker.Submit(before, before.batches(0)).value(), Each(v1::ROW_STATUS_REVOKED));
  EXPECT_EQ(JobNamed("demo").stored(), 0);
  const grpc::Status again = Control("demo", v1::ControlJobRequest::VERB_RESUME);
  EXPECT_EQ(again.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(ServiceTest, AfterARestartAWorkerKeepsWhatItHolds) {
  StartJob("demo", 10'000);
  const auto leases = [](const v1::DesiredState& desired) {
    std::vector<std::string> list;
    for (const v1::DesiredBatch& batch : desired.batches()) {
      list.push_back(absl::StrCat(batch.batch(), "/", batch.attempt()));
    }
    return list;
  };
  auto first = std::make_unique<ScriptedWorker>(address(), 1);
  first->Report();
  const v1::DesiredState before =
      first->WaitFor([](const v1::DesiredState& desired) { return desired.batches_size() == 4; });
  first->Obey();
  const v1::WorkerState held = first->state();
  Restart();
  EXPECT_EQ(first->End().error_code(), grpc::StatusCode::UNAVAILABLE);
  ScriptedWorker again(address(), 1);
  again.state() = held;
  again.Report();
  EXPECT_EQ(leases(again.WaitForBatches()), leases(before));
  EXPECT_TRUE(test::WaitFor([&] {
    return ::testing::Matches(::testing::Contains(HasSubstr("coordinator restarted; 4 batches")))(
        Events());
  }));
}

TEST_F(ServiceTest, ARemovedWorkerIsDisconnectedAndStaysOut) {
  ScriptedWorker worker(address(), 1);
  worker.Report();
  worker.WaitFor([](const v1::DesiredState&) { return true; });
  ASSERT_TRUE(test::WaitFor(
      [&] { return ControlWorker("worker-1", v1::ControlWorkerRequest::VERB_REMOVE).ok(); }));
  EXPECT_EQ(worker.End().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  ScriptedWorker again(address(), 1, /*instance=*/2);
  again.Report();
  EXPECT_EQ(again.End().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  Restart();
  ScriptedWorker later(address(), 1, /*instance=*/3);
  later.Report();
  EXPECT_EQ(later.End().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(ServiceTest, ASuspendedWorkerIsToldSo) {
  ScriptedWorker worker(address(), 1);
  worker.Report();
  worker.WaitFor([](const v1::DesiredState&) { return true; });
  ASSERT_TRUE(test::WaitFor(
      [&] { return ControlWorker("worker-1", v1::ControlWorkerRequest::VERB_SUSPEND).ok(); }));
  const v1::DesiredState desired = worker.WaitFor(
      [](const v1::DesiredState& state) { return state.mode() == v1::DESIRED_MODE_SUSPEND; });
  EXPECT_EQ(desired.reason(), "by order of its owner");
}

TEST_F(ServiceTest, AWorkerThatIsSuspendedForATimeGoesOnByItselfAfterAnyRestart) {
  {
    ScriptedWorker worker(address(), 1);
    worker.Report();
    worker.WaitFor([](const v1::DesiredState&) { return true; });
    v1::ControlWorkerRequest suspend;
    suspend.set_worker("worker-1");
    suspend.set_verb(v1::ControlWorkerRequest::VERB_SUSPEND);
    suspend.mutable_until()->set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(1)));
    ASSERT_TRUE(test::WaitFor([&] {
      v1::ControlWorkerResponse response;
      return Call(&v1::OperatorService::Stub::ControlWorker, suspend, response).ok();
    }));
  }
  Restart();
  ScriptedWorker worker(address(), 1, /*instance=*/2);
  worker.Report();
  const v1::DesiredState desired = worker.WaitFor(
      [](const v1::DesiredState& state) { return state.mode() == v1::DESIRED_MODE_SUSPEND; });
  EXPECT_THAT(desired.reason(), ::testing::HasSubstr("by order of its owner, until 2"));
  auto session = postgres::Connection::Open(conninfo_);
  ASSERT_TRUE((*session)->Execute("UPDATE motzkin.worker SET suspended_until = now()").ok());
  worker.WaitFor(
      [](const v1::DesiredState& state) { return state.mode() == v1::DESIRED_MODE_RUN; });
  EXPECT_TRUE(test::WaitFor([&] {
    return ::testing::Value(Events(),
                            ::testing::Contains("worker worker-1 resumed: its time is over"));
  }));
}

TEST_F(ServiceTest, AnEndIsForSuspensionsAlone) {
  v1::ControlWorkerRequest drain;
  drain.set_worker("worker-1");
  drain.set_verb(v1::ControlWorkerRequest::VERB_DRAIN);
  drain.mutable_until()->set_seconds(2'000'000'000);
  v1::ControlWorkerResponse response;
  EXPECT_EQ(Call(&v1::OperatorService::Stub::ControlWorker, drain, response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServiceTest, AFullDiskStopsGrantsAndSaysWhy) {
  disk_full_ = true;
  Restart();
  StartJob("demo", 100);
  ScriptedWorker worker(address(), 1);
  worker.Report();
  const v1::DesiredState desired = worker.WaitFor([](const v1::DesiredState&) { return true; });
  EXPECT_EQ(desired.reason(), "the disk is full");
  EXPECT_TRUE(
      test::WaitFor([&] { return JobNamed("demo").reason() == "blocked: the disk is full"; }));
  disk_full_ = false;
  worker.WaitForBatches();
}

TEST_F(ServiceTest, AWorkerThatNeverStoredARowIsForgottenAndMayComeBack) {
  forget_soon_ = true;
  Restart();
  StartJob("demo", 100);
  const auto workers = [this] {
    v1::ListWorkersResponse list;
    EXPECT_TRUE(Call(&v1::OperatorService::Stub::ListWorkers, v1::ListWorkersRequest(), list).ok());
    return list.workers_size();
  };
  for (int round = 1; round <= 2; ++round) {
    ScriptedWorker worker(address(), 1, static_cast<uint64_t>(round));
    worker.Report();
    worker.WaitForBatches();
    EXPECT_EQ(workers(), 1);
    worker.state().set_draining(true);
    worker.Report();
    worker.Close();
    EXPECT_TRUE(test::WaitFor([&] { return workers() == 0; }));
  }
  EXPECT_THAT(Events(), Contains(HasSubstr("1 worker without a row forgotten")));
}

TEST_F(ServiceTest, StatusTellsOfWorkersAndJobs) {
  StartJob("demo", 100);
  ScriptedWorker worker(address(), 1);
  worker.Report();
  worker.WaitForBatches();
  v1::GetStatusResponse status;
  ASSERT_TRUE(Call(&v1::OperatorService::Stub::GetStatus, v1::GetStatusRequest(), status).ok());
  ASSERT_EQ(status.workers_size(), 1);
  EXPECT_EQ(status.workers(0).name(), "worker-1");
  EXPECT_EQ(status.workers(0).state(), "working");
  ASSERT_EQ(status.jobs_size(), 1);
  EXPECT_EQ(status.jobs(0).spec().name(), "demo");
  EXPECT_EQ(status.blocked(), "");
}

TEST_F(ServiceTest, ArchivedRowsAreDroppedOnceTheJobIsOver) {
  const std::string uuid = StartJob("demo", 100).uuid();
  ScriptedWorker worker(address(), 1);
  worker.Report();
  const v1::DesiredState desired = worker.WaitForBatches();
  const auto stored = worker.Submit(desired, desired.batches(0));
  ASSERT_TRUE(stored.ok()) << stored.status();
  v1::DropArchivedRowsRequest request;
  const auto rows = static_cast<int64_t>(stored->size());
  request.set_job(uuid);
  request.set_rows(rows);
  request.set_sha256(std::string(32, 's'));
  v1::DropArchivedRowsResponse response;
  const auto drop = [&] {
    return Call(&v1::OperatorService::Stub::DropArchivedRows, request, response);
  };
  EXPECT_THAT(drop().error_message(), HasSubstr("not over"));
  ASSERT_TRUE(Control("demo", v1::ControlJobRequest::VERB_CANCEL).ok());
  request.set_rows(rows + 1);
  EXPECT_THAT(drop().error_message(), HasSubstr("archive it anew"));
  request.set_rows(rows);
  for (int i = 0; i < 2; ++i) {
    const grpc::Status dropped = drop();
    ASSERT_TRUE(dropped.ok()) << dropped.error_message();
    EXPECT_TRUE(response.job().has_archive_time());
    EXPECT_EQ(response.job().stored(), static_cast<int64_t>(stored->size()));
    EXPECT_EQ(response.job().bytes(), 0);
    Restart();
  }
  v1::GetResultRequest which;
  which.set_job("demo");
  v1::GetResultResponse result;
  EXPECT_THAT(Call(&v1::OperatorService::Stub::GetResult, which, result).error_message(),
              HasSubstr("were archived on"));
  EXPECT_TRUE(test::WaitFor([&] {
    const auto events = Events();
    return std::count_if(events.begin(), events.end(), [](const std::string& text) {
             return text.find("job demo archived") != std::string::npos;
           }) == 1;
  }));
}

TEST_F(ServiceTest, UnknownAndMalformedOrdersAreRefused) {
  EXPECT_EQ(Control("nobody", v1::ControlJobRequest::VERB_PAUSE).error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Control("nobody", v1::ControlJobRequest::VERB_UNSPECIFIED).error_message(),
            "verb must be PAUSE, RESUME, CANCEL or EXTEND");
  EXPECT_EQ(ControlWorker("nobody", v1::ControlWorkerRequest::VERB_DRAIN).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

grpc::Status StartSomeJob(const std::string& address) {
  const auto operators = v1::OperatorService::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  v1::StartJobRequest request;
  request.set_request_id("11111111-1111-4111-8111-111111111111");
  *request.mutable_spec() = JobFromPreset("lample-charton").value();
  grpc::ClientContext context;
  v1::StartJobResponse response;
  return operators->StartJob(&context, request, &response);
}

TEST(ServiceWithoutPostgresTest, WorkersKeepTheirBatchesWhilePostgresIsAway) {
  test::MiniPostgres postgres;
  const std::string conninfo = postgres.NewDatabase();
  LoopOptions options;
  options.interval = absl::Milliseconds(100);
  Coordinator coordinator(conninfo, options);
  ASSERT_TRUE(StartSomeJob(coordinator.address()).ok());
  ScriptedWorker worker(coordinator.address(), 1);
  worker.Report();
  const v1::DesiredState before = worker.WaitForBatches();
  worker.Obey();
  postgres.server().Stop();
  worker.state().set_draining(false);
  worker.Report();
  const uint64_t sequence = worker.state().sequence();
  const v1::DesiredState away = worker.WaitFor(
      [&](const v1::DesiredState& desired) { return desired.acknowledged_sequence() >= sequence; });
  EXPECT_GE(away.batches_size(), before.batches_size());
  EXPECT_EQ(worker.Submit(before, before.batches(0)).status().code(),
            absl::StatusCode::kUnavailable);
  postgres.Restart();
  EXPECT_TRUE(test::WaitFor([&] { return worker.Submit(before, before.batches(0)).ok(); }));
}

// Stops the server's processes that answer clients for as long as this object lives.
class StandingStill {
 public:
  StandingStill(test::MiniPostgres& postgres, const std::string& conninfo)
      : pids_({postgres.server().pid()}) {
    const auto sessions =
        test::MustConnect(postgres.Superuser(conninfo))
            ->Execute(
                "SELECT pid FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
            .value();
    for (const postgres::Row session : sessions)
      pids_.push_back(static_cast<pid_t>(session.Int("pid")));
    Signal(SIGSTOP);
  }
  ~StandingStill() { Signal(SIGCONT); }

 private:
  void Signal(int signal) const {
    for (const pid_t pid : pids_) EXPECT_EQ(kill(pid, signal), 0);
  }

  std::vector<pid_t> pids_;
};

TEST(ServiceWithoutPostgresTest, APostgresThatStandsStillIsAwayAndWorkersAreServed) {
  test::MiniPostgres postgres;
  const std::string conninfo = postgres.NewDatabase() + " connect_timeout=2";
  LoopOptions options;
  options.interval = absl::Milliseconds(100);
  const Coordinator coordinator(conninfo, options,
                                {.usual = absl::Seconds(1), .much = absl::Seconds(1)});
  ASSERT_TRUE(StartSomeJob(coordinator.address()).ok());
  ScriptedWorker worker(coordinator.address(), 1);
  worker.Report();
  const v1::DesiredState before = worker.WaitForBatches();
  worker.Obey();
  ScriptedWorker late(coordinator.address(), 2);
  {
    const StandingStill standing_still(postgres, conninfo);
    late.Report();
    late.WaitFor(
        [](const v1::DesiredState& desired) { return desired.reason() == "Postgres is away"; });
    worker.Report();
    const uint64_t sequence = worker.state().sequence();
    const v1::DesiredState away = worker.WaitFor([&](const v1::DesiredState& desired) {
      return desired.acknowledged_sequence() >= sequence;
    });
    EXPECT_GE(away.batches_size(), before.batches_size());
  }
  late.Report();
  late.WaitForBatches();
  EXPECT_TRUE(test::WaitFor([&] { return worker.Submit(before, before.batches(0)).ok(); }));
}

}  // namespace
}  // namespace motzkin::coordinator
