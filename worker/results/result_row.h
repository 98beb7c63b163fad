// From what an integrator said to the row that is stored.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>

#include <map>
#include <string>

#include "motzkin/integrator/v1/integrator.pb.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::worker {

// Engine name to its exact version.
using EngineVersions = std::map<std::string, std::string>;

EngineVersions VersionsOf(const integrator::v1::Description& description);

// Outcome, answer, steps and verification of `row` as the ladder gave them.
void FillFromIntegration(const integrator::v1::Integration& integration,
                         const EngineVersions& versions, v1::Result& row);

// The same of a candidate of our own: the engine `construction`, in the generator's version. The
// answer is stored where the check found it right, at least
// on part of the line.
void FillFromJudgement(const integrator::v1::Judgement& judgement, const std::string& candidate,
                       uint32_t generator_version, v1::Result& row);

// The integrator, or this worker, ended on this function twice. `engine`: the first of the ladder.
void FillFromDeath(const absl::Status& death, const std::string& engine,
                   const EngineVersions& versions, v1::Result& row);

// What is stored of a function whose own row Postgres refuses for the reason `why`: a bare
// `crashed`.
v1::Result UnstorableRow(const v1::Result& row, const absl::Status& why);
bool IsUnstorableRow(const v1::Result& row);

}  // namespace motzkin::worker
