// Makes the row that is stored out of an integrator's answer.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>

#include <map>
#include <string>

#include "motzkin/integrator/v1/integrator.pb.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::worker {

// The exact version of each engine, by its name.
using EngineVersions = std::map<std::string, std::string>;

EngineVersions VersionsOf(const integrator::v1::Description& description);

// Fills in outcome, answer, steps and verification of `row` as the ladder reported them.
void FillFromIntegration(const integrator::v1::Integration& integration,
                         const EngineVersions& versions, v1::Result& row);

// Fills in the same for a candidate that we made ourselves. Its engine is called `construction`,
// with the generator's version. The candidate is stored as the answer only if the check found it
// right, at least on a part of the line.
void FillFromJudgement(const integrator::v1::Judgement& judgement, const std::string& candidate,
                       uint32_t generator_version, v1::Result& row);

// Fills in the row of a function on which the integrator, or this worker, died twice. `engine` is
// the first of the ladder, because it is not known which one ran. The row keeps its earlier steps,
// but no answer.
void FillFromDeath(const absl::Status& death, const std::string& engine,
                   const EngineVersions& versions, v1::Result& row);

// Does the same where the integrator died while it checked a candidate that we made ourselves. No
// engine ran, so the step names `construction`, as in FillFromJudgement().
void FillFromDeathInCheck(const absl::Status& death, uint32_t generator_version, v1::Result& row);

// Takes the answer out of `row`, but not its check. The caller sets an outcome that needs none.
void ClearAnswer(v1::Result& row);

// Returns the row that is stored instead of one that Postgres refuses with the error `why`: a bare
// `crashed` with that reason.
v1::Result UnstorableRow(const v1::Result& row, const absl::Status& why);
// Whether `row` came from UnstorableRow(). Such a row is not replaced once more.
bool IsUnstorableRow(const v1::Result& row);

}  // namespace motzkin::worker
