#include "coordinator/service/operator_views.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/base/uuid.h"
#include "common/job_spec/job_spec.h"
#include "coordinator/service/testing/coordinator.h"
#include "tests/support/mini_postgres.h"

namespace motzkin::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class OperatorViewsTest : public ::testing::Test {
 protected:
  void StartJobs(int count) {
    for (int i = 1; i <= count; ++i) {
      v1::JobSpec spec = JobFromPreset("lample-charton").value();
      spec.set_name(absl::StrCat("job-", i));
      ASSERT_TRUE(coordinator_.store().CreateJob(spec, NewUuid()).ok());
    }
  }
  void Remember(const std::vector<std::string>& names) {
    std::vector<WorkerRecord> workers;
    for (const std::string& name : names) {
      workers.push_back({.uuid = NewUuid(), .name = name, .state = "away", .slots = 4});
      workers.back().last_seen = absl::Now();
    }
    ASSERT_TRUE(coordinator_.store().UpsertWorkers(workers).ok());
  }

  v1::ListJobsResponse Jobs(const v1::ListJobsRequest& request) {
    v1::ListJobsResponse response;
    EXPECT_TRUE(coordinator_.views().Answer(request, response).ok());
    return response;
  }
  static std::vector<std::string> Names(const v1::ListJobsResponse& response) {
    std::vector<std::string> names;
    for (const v1::Job& job : response.jobs()) names.push_back(job.spec().name());
    return names;
  }
  v1::ListWorkersResponse Workers(const v1::ListWorkersRequest& request) {
    v1::ListWorkersResponse response;
    EXPECT_TRUE(coordinator_.views().Answer(request, response).ok());
    return response;
  }

  Coordinator coordinator_{test::MiniPostgres::Shared().NewDatabase(), LoopOptions()};
};

TEST_F(OperatorViewsTest, JobsComeInPagesOfEitherOrder) {
  StartJobs(5);
  v1::ListJobsRequest request;
  request.set_page_size(2);
  request.set_newest_first(true);
  v1::ListJobsResponse page = Jobs(request);
  EXPECT_THAT(Names(page), ElementsAre("job-5", "job-4"));
  EXPECT_EQ(page.total_size(), 5);
  request.set_page_token(page.next_page_token());
  page = Jobs(request);
  EXPECT_THAT(Names(page), ElementsAre("job-3", "job-2"));
  request.set_page_token(page.next_page_token());
  page = Jobs(request);
  EXPECT_THAT(Names(page), ElementsAre("job-1"));
  EXPECT_EQ(page.next_page_token(), "");
  request.set_page_token("");
  request.set_newest_first(false);
  EXPECT_THAT(Names(Jobs(request)), ElementsAre("job-1", "job-2"));
}

TEST_F(OperatorViewsTest, JobsAreFoundByAPartOrByTheWholeName) {
  StartJobs(11);
  v1::ListJobsRequest request;
  request.set_search("B-1");
  EXPECT_THAT(Names(Jobs(request)), ElementsAre("job-1", "job-10", "job-11"));
  request.set_search("");
  request.set_job("job-1");
  EXPECT_THAT(Names(Jobs(request)), ElementsAre("job-1"));
  request.set_job(Jobs(request).jobs(0).uuid());
  EXPECT_THAT(Names(Jobs(request)), ElementsAre("job-1"));
  request.set_job("no-such-job");
  EXPECT_THAT(Names(Jobs(request)), IsEmpty());
}

TEST_F(OperatorViewsTest, WorkersAreCountedAndFound) {
  Remember({"attic", "cellar", "kitchen"});
  v1::ListWorkersRequest request;
  request.set_page_size(1);
  v1::ListWorkersResponse page = Workers(request);
  EXPECT_EQ(page.workers_size(), 1);
  EXPECT_EQ(page.total_size(), 3);
  EXPECT_THAT(page.states(), UnorderedElementsAre(Pair("away", 3)));
  EXPECT_EQ(page.slots(), 12);
  request.set_search("CELL");
  page = Workers(request);
  ASSERT_EQ(page.total_size(), 1);
  EXPECT_EQ(page.workers(0).name(), "cellar");
  request.set_search("");
  request.set_worker(page.workers(0).uuid());
  EXPECT_EQ(Workers(request).workers(0).name(), "cellar");
}

}  // namespace
}  // namespace motzkin::coordinator
