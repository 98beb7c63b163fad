// Makes tasks and rows for the worker's tests.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "common/base/check.h"
#include "common/generator/presets.h"
#include "common/job_spec/job_spec.h"
#include "worker/results/batch.h"

namespace motzkin::worker {

inline constexpr char kTestCluster[] = "11111111-1111-4111-8111-111111111111";
inline constexpr char kOtherCluster[] = "22222222-2222-4222-8222-222222222222";
inline constexpr char kTestJob[] = "33333333-3333-4333-8333-333333333333";

inline std::shared_ptr<const JobContext> TestJob(const std::string& cluster = kTestCluster,
                                                 const std::string& preset = "lample-charton") {
  v1::JobSpec spec = JobFromPreset(preset).value();
  spec.clear_ladder();
  v1::LadderStep& step = *spec.add_ladder();
  step.set_engine("giac");
  step.set_budget_ms(100);
  auto sampler = generator::FunctionSampler::Create(spec.generator()).value();
  return std::make_shared<const JobContext>(JobContext{.cluster_uuid = cluster,
                                                       .uuid = kTestJob,
                                                       .spec = std::move(spec),
                                                       .spec_digest = std::string(32, 'd'),
                                                       .sampler = std::move(sampler)});
}

inline Task TestTask(int64_t index, int64_t batch = 1,
                     const std::shared_ptr<const JobContext>& job = TestJob()) {
  return {.job = job, .work = BatchId{kTestJob, batch, 1}, .index = index, .serial = 1};
}

inline v1::Result TestRow(int64_t index) {
  v1::Result row;
  row.set_index(index);
  row.set_outcome(v1::OUTCOME_UNSOLVED);
  row.set_integrand("sin x");
  row.set_kind(v1::KIND_FORWARD);
  return row;
}

}  // namespace motzkin::worker
