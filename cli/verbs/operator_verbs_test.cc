// Runs the verbs that talk to a coordinator with the real binary, against a service on a real
// socket.
#include <absl/strings/str_cat.h>
#include <absl/synchronization/mutex.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "cli/text/exit_code.h"
#include "cli/text/json.h"
#include "cli/verbs/testing/run_motzkin.h"
#include "dataset/checksummed_file.h"
#include "motzkin/v1/member_service.grpc.pb.h"
#include "motzkin/v1/operator_service.grpc.pb.h"
#include "tests/support/temporary_directory.h"

namespace motzkin::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Clears the screen, begins a line of its own, and ends in a byte that is not UTF-8.
constexpr char kHostile[] = "\x1b[2J\x1b]0;t\x07\r\njob forged completed\n\x7f";

// Knows one worker that waits and one operator. Thread-safe.
class FakeMembers final : public v1::MemberService::Service {
 public:
  grpc::Status ApproveWorker(grpc::ServerContext*, const v1::ApproveWorkerRequest* request,
                             v1::ApproveWorkerResponse* response) override {
    if (request->code() != "K7Q4MD") return {grpc::StatusCode::NOT_FOUND, "no such code"};
    response->set_worker_uuid("0a0b");
    response->set_worker_name("laptop");
    return grpc::Status::OK;
  }
  grpc::Status CreateInvite(grpc::ServerContext*, const v1::CreateInviteRequest* request,
                            v1::CreateInviteResponse* response) override {
    response->set_invite(absl::StrCat(request->operator_name(), ".", request->read_only(), ".",
                                      request->uses(), ".", request->valid_for().seconds()));
    return grpc::Status::OK;
  }
  grpc::Status ListInvites(grpc::ServerContext*, const v1::ListInvitesRequest*,
                           v1::ListInvitesResponse* response) override {
    v1::Invite& invite = *response->add_invites();
    invite.set_id("0123456789ab");
    invite.set_operator_name("ben");
    invite.set_read_only(true);
    invite.set_uses_left(2);
    invite.mutable_expire_time()->set_seconds(2'000'000'000);
    return grpc::Status::OK;
  }
  grpc::Status CancelInvite(grpc::ServerContext*, const v1::CancelInviteRequest* request,
                            v1::CancelInviteResponse* response) override {
    if (request->id() != "0123456789ab") return {grpc::StatusCode::NOT_FOUND, "no such invite"};
    response->mutable_invite()->set_id(request->id());
    return grpc::Status::OK;
  }
  grpc::Status ListOperators(grpc::ServerContext*, const v1::ListOperatorsRequest*,
                             v1::ListOperatorsResponse* response) override {
    response->add_operators()->set_name("anna");
    response->mutable_operators(0)->mutable_join_time()->set_seconds(2'000'000'000);
    return grpc::Status::OK;
  }
  grpc::Status RemoveOperator(grpc::ServerContext*, const v1::RemoveOperatorRequest* request,
                              v1::RemoveOperatorResponse*) override {
    if (request->name() == "anna") return grpc::Status::OK;
    return {grpc::StatusCode::NOT_FOUND, "no operator"};
  }
};

// Remembers the requests and answers with one job and one worker. Thread-safe.
class FakeCoordinator final : public v1::OperatorService::Service {
 public:
  FakeCoordinator() {
    job_.set_uuid("0f0e");
    job_.mutable_spec()->set_name("demo");
    job_.mutable_spec()->set_target(100);
    job_.set_state(v1::JOB_STATE_RUNNING);
    job_.set_stored(40);
    (*job_.mutable_outcomes())["integrated"] = 30;
    (*job_.mutable_outcomes())["unsolved"] = 10;
    worker_.set_name("laptop");
    worker_.set_state("working");
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    builder.RegisterService(&members_);
    server_ = builder.BuildAndStart();
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  Ran Run(std::vector<std::string> arguments) const {
    // They come first, because `psql` passes on all that follows it.
    arguments.insert(arguments.begin(), {"--coordinator", address(), "--insecure", "yes"});
    return RunMotzkin(arguments);
  }

  // Lets texts that come from workers try to rule the terminal.
  void TurnHostile() {
    const absl::MutexLock lock(&mutex_);
    job_.set_reason(kHostile);
    worker_.set_reason(kHostile);
    worker_.set_sandbox_level(kHostile);
    worker_.set_build(kHostile);
    (*worker_.mutable_engines())["giac"] = kHostile;
    text_ = kHostile;
  }

  // Offers this way to the database from now on.
  void Offer(const std::string& reader_uri) {
    const absl::MutexLock lock(&mutex_);
    reader_uri_ = reader_uri;
  }

  // Returns the verbs of the control requests so far, for instance "PAUSE demo;".
  std::string asked() const {
    const absl::MutexLock lock(&mutex_);
    return asked_;
  }

  grpc::Status StartJob(grpc::ServerContext*, const v1::StartJobRequest* request,
                        v1::StartJobResponse* response) override {
    if (request->request_id().size() != 36)
      return {grpc::StatusCode::INVALID_ARGUMENT, "request_id"};
    if (request->spec().name() == "taken") return {grpc::StatusCode::ALREADY_EXISTS, "taken"};
    *response->mutable_job() = job_;
    *response->mutable_job()->mutable_spec() = request->spec();
    response->set_functions_room(5'000);
    return grpc::Status::OK;
  }
  grpc::Status ListJobs(grpc::ServerContext*, const v1::ListJobsRequest*,
                        v1::ListJobsResponse* response) override {
    *response->add_jobs() = job_;
    return grpc::Status::OK;
  }
  grpc::Status ControlJob(grpc::ServerContext*, const v1::ControlJobRequest* request,
                          v1::ControlJobResponse* response) override {
    Note(absl::StrCat(v1::ControlJobRequest::Verb_Name(request->verb()), " ", request->job(),
                      request->target() != 0 ? absl::StrCat(" ", request->target()) : ""));
    if (request->job() != "demo")
      return {grpc::StatusCode::NOT_FOUND, "no job named " + request->job()};
    *response->mutable_job() = job_;
    return grpc::Status::OK;
  }
  grpc::Status DropArchivedRows(grpc::ServerContext*, const v1::DropArchivedRowsRequest* request,
                                v1::DropArchivedRowsResponse* response) override {
    Note("DROP " + request->job() + " " + std::to_string(request->rows()) + " " +
         std::to_string(request->audited()) + " " + std::to_string(request->sha256().size()));
    *response->mutable_job() = job_;
    response->mutable_job()->mutable_archive_time()->set_seconds(1'000'000'000);
    return grpc::Status::OK;
  }
  grpc::Status ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest*,
                           v1::ListWorkersResponse* response) override {
    *response->add_workers() = worker_;
    return grpc::Status::OK;
  }
  grpc::Status ControlWorker(grpc::ServerContext*, const v1::ControlWorkerRequest* request,
                             v1::ControlWorkerResponse* response) override {
    if (request->worker() == "anna") return {grpc::StatusCode::NOT_FOUND, "no worker anna"};
    Note(v1::ControlWorkerRequest::Verb_Name(request->verb()) + " " + request->worker());
    *response->mutable_worker() = worker_;
    return grpc::Status::OK;
  }
  grpc::Status GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                         v1::GetStatusResponse* response) override {
    const absl::MutexLock lock(&mutex_);
    *response->add_jobs() = job_;
    *response->add_workers() = worker_;
    response->set_reader_uri(reader_uri_);
    response->set_cluster_uuid("0e98");
    response->set_data_directory("/var/lib/m");
    // A watcher sees the job run at two looks, and complete at the third.
    if (++looks_ > 2) response->mutable_jobs(0)->set_state(v1::JOB_STATE_COMPLETED);
    return grpc::Status::OK;
  }
  grpc::Status GetResult(grpc::ServerContext*, const v1::GetResultRequest* request,
                         v1::GetResultResponse* response) override {
    *response->mutable_job() = job_;
    response->mutable_result()->set_index(request->index());
    response->mutable_result()->set_outcome(v1::OUTCOME_INTEGRATED);
    response->mutable_result()->set_integrand("pow x INT+ 2");
    response->mutable_result()->set_integral("div pow x INT+ 3 INT+ 3");
    if (text_.empty()) return grpc::Status::OK;
    v1::Result& result = *response->mutable_result();
    result.set_integrand(text_);
    result.set_integral(text_);
    result.set_engine(text_);
    result.mutable_verification()->set_counterexample(text_);
    result.add_steps()->set_engine(text_);
    result.mutable_steps(0)->set_version(text_);
    result.mutable_steps(0)->set_message(text_);
    response->set_worker(text_);
    return grpc::Status::OK;
  }
  grpc::Status VoidRows(grpc::ServerContext*, const v1::VoidRowsRequest* request,
                        v1::VoidRowsResponse* response) override {
    Note(fmt::format("void since {} and {}", request->since().seconds(), request->since().nanos()));
    response->set_worker(request->worker());
    return grpc::Status::OK;
  }
  grpc::Status ListEvents(grpc::ServerContext*, const v1::ListEventsRequest*,
                          v1::ListEventsResponse* response) override {
    response->add_events()->set_text("coordinator restarted; 0 results lost" + text_);
    return grpc::Status::OK;
  }

 private:
  void Note(const std::string& what) {
    const absl::MutexLock lock(&mutex_);
    asked_ += what + ";";
  }

  v1::Job job_;
  v1::Worker worker_;
  mutable absl::Mutex mutex_;
  std::string text_;  // what workers said; empty: nothing
  std::string asked_ ABSL_GUARDED_BY(mutex_);
  std::string reader_uri_ ABSL_GUARDED_BY(mutex_);
  int looks_ ABSL_GUARDED_BY(mutex_) = 0;
  int port_ = 0;
  FakeMembers members_;
  std::unique_ptr<grpc::Server> server_;  // Last, because it calls the members above.
};

TEST(OperatorVerbsTest, StartSendsTheFullSpecAndSaysHowMuchRoomThereIs) {
  FakeCoordinator coordinator;
  const Ran ran = coordinator.Run({"start", "lample-charton", "--target", "1M"});
  EXPECT_EQ(ran.code, kExitOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("1,000,000 functions"));
  EXPECT_THAT(ran.out, HasSubstr("room for about 5,000"));
  EXPECT_THAT(ran.err, HasSubstr("less than the target"));
}

TEST(OperatorVerbsTest, ATakenNameSaysWhatToDo) {
  FakeCoordinator coordinator;
  const Ran ran = coordinator.Run({"start", "lample-charton", "--name", "taken"});
  EXPECT_EQ(ran.code, kExitRefused);
  EXPECT_THAT(ran.err, HasSubstr("--name"));
}

TEST(OperatorVerbsTest, JobsAndWorkersAreListedForPeopleAndMachines) {
  FakeCoordinator coordinator;
  EXPECT_THAT(coordinator.Run({"jobs"}).out, HasSubstr("75.0 % integrated"));
  EXPECT_EQ(Json::parse(coordinator.Run({"jobs", "--json"}).out)[0]["integrated"], 30);
  EXPECT_THAT(coordinator.Run({"workers"}).out, HasSubstr("laptop"));
  EXPECT_EQ(Json::parse(coordinator.Run({"workers", "--json"}).out)[0]["state"], "working");
}

TEST(OperatorVerbsTest, ControlReachesTheRightKindOfThing) {
  FakeCoordinator coordinator;
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"pause", "demo"},
                                                    {"resume", "demo"},
                                                    {"resume", "laptop"},
                                                    {"extend", "demo", "2k"},
                                                    {"suspend", "laptop"},
                                                    {"drain", "laptop"},
                                                    {"cancel", "demo"},
                                                    {"remove", "laptop"}}) {
    EXPECT_EQ(coordinator.Run(arguments).code, kExitOk) << testing::PrintToString(arguments);
  }
  EXPECT_EQ(coordinator.asked(),
            "VERB_PAUSE demo;VERB_RESUME demo;VERB_RESUME laptop;VERB_EXTEND demo 2000;"
            "VERB_SUSPEND laptop;VERB_DRAIN laptop;VERB_CANCEL demo;VERB_REMOVE laptop;");
}

TEST(OperatorVerbsTest, RowsAreDroppedOnlyForAnArchiveThatIsWhole) {
  FakeCoordinator coordinator;
  const test::TemporaryDirectory directory;
  const std::filesystem::path& path = directory.path();
  const std::string about = R"({"job": "demo", "uuid": "0f0e", "rows": 40})";
  const auto digest = dataset::WriteFile(path / "job.json", about);
  ASSERT_TRUE(digest.ok()) << digest.status();
  std::filesystem::create_directory(path / "audits");
  std::ofstream(path / "audits/00000.jsonl") << R"({"outcome":"unsolved"})" << "\n"
                                             << R"({"outcome":null})" << "\n";
  const std::string sums = digest->sha256 + "  job.json\n";
  ASSERT_TRUE(dataset::WriteFile(path / "SHA256SUMS", sums).ok());
  const std::vector<std::string> drop = {"archive", "demo", path.string(), "--drop"};

  Ran ran = coordinator.Run(drop);
  EXPECT_EQ(ran.code, kExitOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("the 40 rows in"));
  EXPECT_EQ(coordinator.asked(), "DROP 0f0e 40 1 32;");

  EXPECT_EQ(coordinator.Run({"archive", "other", path.string(), "--drop"}).code, kExitRefused);
  std::ofstream(path / "job.json", std::ios::app) << " ";
  ran = coordinator.Run(drop);
  EXPECT_EQ(ran.code, kExitFailure);
  EXPECT_THAT(ran.err, HasSubstr("job.json is not as it was written"));
  ran = coordinator.Run({"archive", "demo", path.string(), "--drop", "--data-dir", "/tmp"});
  EXPECT_EQ(ran.code, kExitUsage);
  EXPECT_EQ(coordinator.asked(), "DROP 0f0e 40 1 32;");
}

TEST(OperatorVerbsTest, WhatDoesNotExistIsNotFound) {
  FakeCoordinator coordinator;
  EXPECT_EQ(coordinator.Run({"pause", "absent"}).code, kExitNotFound);
  EXPECT_EQ(coordinator.Run({"resume", "absent"}).code, kExitNotFound);
}

TEST(OperatorVerbsTest, WatchEndsWithTheJob) {
  FakeCoordinator coordinator;
  const Ran ran = coordinator.Run({"watch", "demo", "--interval", "100ms"});
  EXPECT_EQ(ran.code, kExitOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("job demo  running   40 functions   30 integrated (75.0 %)"));
  EXPECT_THAT(ran.out, HasSubstr("job demo  completed"));
}

TEST(OperatorVerbsTest, ShowPrintsAFunctionInInfix) {
  FakeCoordinator coordinator;
  EXPECT_THAT(coordinator.Run({"show", "demo/7"}).out, HasSubstr("integral   x^3/3"));
  EXPECT_EQ(Json::parse(coordinator.Run({"show", "demo/7", "--json"}).out)["index"], 7);
}

TEST(OperatorVerbsTest, EventsAreSentences) {
  FakeCoordinator coordinator;
  EXPECT_THAT(coordinator.Run({"events", "--since", "22:00"}).out, HasSubstr("0 results lost"));
  EXPECT_EQ(coordinator.Run({"events", "--since", "yesterday"}).code, kExitUsage);
}

TEST(OperatorVerbsTest, TextsOfWorkersNeitherRuleTheTerminalNorForgeLines) {
  FakeCoordinator coordinator;
  coordinator.TurnHostile();
  for (const std::vector<std::string>& verb : std::vector<std::vector<std::string>>{
           {"status"}, {"jobs"}, {"workers"}, {"show", "demo/7"}, {"events"}, {"watch", "demo"}}) {
    const Ran ran = coordinator.Run(verb);
    EXPECT_EQ(ran.code, kExitOk) << verb[0] << ran.err;
    EXPECT_THAT(ran.out, Not(HasSubstr("\njob forged"))) << verb[0];
    for (const char c : ran.out + ran.err) {
      EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << verb[0] << " prints " << int{c};
    }
  }
}

TEST(OperatorVerbsTest, RowsAreTakenBackFromThatVeryInstantOn) {
  FakeCoordinator coordinator;
  coordinator.Run({"void", "laptop", "--since", "2033-05-18 03:33:20.25"});
  EXPECT_EQ(coordinator.asked(), "void since 2000000000 and 250000000;");
}

TEST(OperatorVerbsTest, MembersAreApprovedInvitedListedAndRemoved) {
  FakeCoordinator coordinator;
  EXPECT_EQ(coordinator.Run({"approve", "K7Q4MD"}).out, "worker laptop (0a0b) may work\n");
  EXPECT_EQ(coordinator.Run({"approve", "000000"}).code, kExitNotFound);
  // Nothing but the invite is on stdout, for $(motzkin invite).
  EXPECT_EQ(coordinator.Run({"invite"}).out, ".0.1.900\n");
  EXPECT_EQ(
      coordinator.Run({"invite", "--operator", "ben", "--read-only", "--uses", "2", "--for", "1h"})
          .out,
      "ben.1.2.3600\n");
  EXPECT_THAT(coordinator.Run({"invite", "--list"}).out,
              HasSubstr("0123456789ab  for reader ben                      2 uses"));
  EXPECT_THAT(coordinator.Run({"--json", "invite", "--list"}).out, HasSubstr(R"("uses_left": 2)"));
  EXPECT_EQ(coordinator.Run({"invite", "--cancel", "0123456789ab"}).out,
            "invite 0123456789ab for workers cancelled\n");
  EXPECT_EQ(coordinator.Run({"invite", "--cancel", "000000000000"}).code, kExitNotFound);
  EXPECT_EQ(coordinator.Run({"invite", "--list", "--uses", "2"}).code, kExitUsage);
  EXPECT_THAT(coordinator.Run({"operators"}).out, HasSubstr("anna"));
  EXPECT_THAT(coordinator.Run({"--json", "operators"}).out,
              HasSubstr(R"("join_time": "2033-05-18T03:33:20+00:00")"));
  EXPECT_EQ(coordinator.Run({"remove", "anna"}).out, "operator anna removed\n");
  EXPECT_EQ(coordinator.Run({"join", "nonsense"}).code, kExitRefused) << "with --insecure";
}

// The coordinator may be on another machine, and something else in that directory of ours.
TEST(OperatorVerbsTest, ABackupIsOfTheClusterThatIsAskedAndOfNoOther) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path binary = directory.path() / "coordinator";
  std::ofstream(binary) << "#!/bin/sh\nprintf '%s|' \"$@\"\n";
  std::filesystem::permissions(binary, std::filesystem::perms::owner_all);
  const std::vector<std::string> backup = {"backup", "/b", "--coordinator-binary", binary.string()};
  std::string address;
  {
    const FakeCoordinator coordinator;
    address = coordinator.address();
    EXPECT_EQ(coordinator.Run(backup).out, "--backup|/b|--data-dir|/var/lib/m|--backup-of|0e98|");
  }
  std::vector<std::string> unanswered = backup;
  unanswered.insert(unanswered.end(), {"--coordinator", address});
  const Ran ran = RunMotzkin(unanswered);
  EXPECT_EQ(ran.code, kExitUnreachable) << "not the cluster that the default directory has";
  EXPECT_EQ(ran.out, "");
}

TEST(OperatorVerbsTest, PsqlWithoutAWayToTheDatabaseIsRefused) {
  FakeCoordinator coordinator;
  const Ran ran = coordinator.Run({"psql", "-c", "select 1"});
  EXPECT_EQ(ran.code, kExitRefused) << ran.err;
}

TEST(OperatorVerbsTest, PsqlFindsTheWayToTheDatabaseInItsEnvironment) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path psql = directory.path() / "psql";
  std::ofstream(psql) << "#!/bin/sh\nprintf '%s|' \"$@\" \"$PGUSER\" \"$PGPASSWORD\" \"$PGHOST\"\n";
  std::filesystem::permissions(psql, std::filesystem::perms::owner_all);
  FakeCoordinator coordinator;
  coordinator.Offer("postgresql://reader:a%40b%25@pi:5433/data");
  const Ran ran =
      RunMotzkin({"--coordinator", coordinator.address(), "--insecure", "yes", "psql", "-l"}, "",
                 directory.path().string() + ":/usr/bin:/bin");
  EXPECT_EQ(ran.code, kExitOk) << ran.err;
  EXPECT_EQ(ran.out, "data|-l|reader|a@b%|pi|");
  coordinator.Offer("postgresql://reader:secret%zz@pi/data");
  const Ran unreadable = coordinator.Run({"psql"});
  EXPECT_EQ(unreadable.code, kExitUsage);
  EXPECT_EQ(unreadable.err.find("secret"), std::string::npos) << unreadable.err;
}

}  // namespace
}  // namespace motzkin::cli
