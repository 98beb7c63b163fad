#include "cli/text/screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace motzkin::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

v1::Job MakeJob(const std::string& name, v1::JobState state) {
  v1::Job job;
  job.set_uuid(name + "-uuid");
  job.mutable_spec()->set_name(name);
  job.mutable_spec()->set_target(2'568);
  job.set_state(state);
  job.set_stored(1'284);
  job.set_functions_per_minute(1'860);
  job.set_eta_seconds(100);
  (*job.mutable_outcomes())["integrated"] = 702;
  (*job.mutable_outcomes())["unsolved"] = 500;
  (*job.mutable_outcomes())["crashed"] = 82;
  return job;
}

v1::GetStatusResponse MakeStatus() {
  v1::GetStatusResponse status;
  *status.add_jobs() = MakeJob("demo", v1::JOB_STATE_RUNNING);
  *status.add_jobs() = MakeJob("old", v1::JOB_STATE_COMPLETED);
  v1::Worker& worker = *status.add_workers();
  worker.set_name("laptop");
  worker.set_state("working");
  worker.set_slots(2);
  worker.set_slots_busy(2);
  v1::Result& latest = *status.add_latest();
  latest.set_integrand("pow x INT+ 2");
  latest.set_integral("div pow x INT+ 3 INT+ 3");
  return status;
}

TEST(ScreenTest, AJobIsOneLineInAPipe) {
  const v1::GetStatusResponse status = MakeStatus();
  EXPECT_EQ(JobLine(status.jobs(0), status),
            "job demo  running   1,284 functions   702 integrated (54.7 %)   31/s   2 slots");
}

TEST(ScreenTest, ShowsBarGroupsWorkersAndLatest) {
  const std::vector<std::string> lines = Screen(MakeStatus(), {});
  EXPECT_THAT(lines, Contains(HasSubstr("50.0 % of 2,568")));
  EXPECT_THAT(lines, Contains(HasSubstr("702 integrated (54.7 %)   500 no answer (38.9 %)")));
  EXPECT_THAT(lines, Contains(HasSubstr("worker laptop")));
  EXPECT_THAT(lines, Contains("int x^2 dx = x^3/3"));
}

TEST(ScreenTest, AuditsAreShownOnceThereIsOne) {
  v1::GetStatusResponse status = MakeStatus();
  EXPECT_THAT(Screen(status, {}), ::testing::Not(Contains(HasSubstr("label flips"))));
  v1::LabelFlips& flips = *status.mutable_jobs(0)->mutable_label_flips();
  flips.set_audited(230);
  flips.set_flips(3);
  flips.set_share(0.01304);
  flips.set_lower(0.0043);
  flips.set_upper(0.0361);
  EXPECT_THAT(Screen(status, {}),
              Contains("  label flips 3 of 230 audited (1.3 %, 95 % interval 0.4 to 3.6 %)"));
}

TEST(ScreenTest, JobsThatAreOverAreShownOnlyWhenNoneIsOpen) {
  v1::GetStatusResponse status = MakeStatus();
  EXPECT_THAT(SelectedJobs(status, ""), SizeIs(1));
  status.mutable_jobs(0)->set_state(v1::JOB_STATE_CANCELLED);
  EXPECT_THAT(SelectedJobs(status, ""), SizeIs(2));
  EXPECT_THAT(SelectedJobs(status, "old"), SizeIs(1));
  EXPECT_THAT(SelectedJobs(status, "old-uuid"), SizeIs(1));
  EXPECT_THAT(SelectedJobs(status, "absent"), SizeIs(0));
}

TEST(ScreenTest, NothingIsLongerThanTheTerminal) {
  v1::GetStatusResponse status = MakeStatus();
  status.mutable_workers(0)->set_reason(std::string(500, 'r'));
  for (const size_t columns : {1u, 5u, 40u, 200u}) {
    for (const size_t rows : {1u, 3u, 100u}) {
      const std::vector<std::string> lines = Screen(status, {.columns = columns, .rows = rows});
      EXPECT_LE(lines.size(), rows);
      for (const std::string& line : lines) EXPECT_LE(line.size(), columns);
    }
  }
}

TEST(ScreenTest, AnEmptyClusterSaysWhatToDo) {
  const std::vector<std::string> lines = Screen(v1::GetStatusResponse(), {});
  EXPECT_THAT(lines, Contains(HasSubstr("motzkin start")));
  EXPECT_THAT(lines, Contains(HasSubstr("worker --connect")));
}

}  // namespace
}  // namespace motzkin::cli
