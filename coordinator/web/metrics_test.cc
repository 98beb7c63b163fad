#include "coordinator/web/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace motzkin::coordinator::web {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MetricsTest : public ::testing::Test {
 protected:
  MetricsTest() {
    status_.set_build("1.2.3");
    v1::Job& job = *jobs_.add_jobs();
    job.mutable_spec()->set_name("demo");
    job.mutable_spec()->set_target(100);
    job.set_state(v1::JOB_STATE_RUNNING);
    job.set_sealed_below(30);
    (*job.mutable_outcomes())["integrated"] = 25;
    jobs_.set_total_size(1);
    v1::Worker& worker = *workers_.add_workers();
    worker.set_name("laptop");
    worker.set_uuid("0a");
    worker.set_slots(4);
    worker.set_slots_busy(3);
    worker.set_functions_per_minute(120);
    worker.set_rows_spooled(7);
    (*workers_.mutable_states())["working"] = 1;
  }
  std::string Text() const { return MetricsOf(status_, jobs_, workers_); }

  v1::GetStatusResponse status_;
  v1::ListJobsResponse jobs_;
  v1::ListWorkersResponse workers_;
};

TEST_F(MetricsTest, JobsAndWorkersHaveTheirSeries) {
  const std::string text = Text();
  EXPECT_THAT(text, HasSubstr("motzkin_build_info{version=\"1.2.3\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("motzkin_granting_work 1\n"));
  EXPECT_THAT(text, HasSubstr("motzkin_functions_total{job=\"demo\",outcome=\"integrated\"} 25\n"));
  EXPECT_THAT(text, HasSubstr("motzkin_job_sealed_functions{job=\"demo\"} 30\n"));
  EXPECT_THAT(text, HasSubstr("motzkin_job_running{job=\"demo\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("motzkin_workers{state=\"working\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("motzkin_worker_slots{state=\"free\",uuid=\"0a\",worker=\"laptop\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("motzkin_worker_functions_per_second{uuid=\"0a\",worker=\"laptop\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes "));
}

TEST_F(MetricsTest, WhatIsUnknownIsLeftOut) {
  EXPECT_THAT(Text(), Not(HasSubstr("temperature_celsius{")));
  EXPECT_THAT(Text(), Not(HasSubstr("motzkin_disk")));
  workers_.mutable_workers(0)->set_temperature(61.5);
  status_.set_disk_total_bytes(1000);
  EXPECT_THAT(Text(), HasSubstr("temperature_celsius{uuid=\"0a\",worker=\"laptop\"} 61.5\n"));
  EXPECT_THAT(Text(), HasSubstr("motzkin_disk_free_bytes 0\n"));
}

TEST_F(MetricsTest, ABlockedClusterGrantsNothing) {
  status_.set_blocked("the disk is full");
  EXPECT_THAT(Text(), HasSubstr("motzkin_granting_work 0\n"));
}

TEST_F(MetricsTest, ANameCannotBecomeASeriesOfItsOwn) {
  jobs_.mutable_jobs(0)->mutable_spec()->set_name("a\"} 1\nforged{x=\"\\");
  EXPECT_THAT(Text(), HasSubstr("{job=\"a\\\"} 1\\nforged{x=\\\"\\\\\"}"));
  EXPECT_THAT(Text(), Not(HasSubstr("\nforged")));
}

}  // namespace
}  // namespace motzkin::coordinator::web
