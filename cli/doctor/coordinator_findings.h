// Looks at the way from this machine to the coordinator and to its database.
//
// Thread-safe.
#pragma once

#include <absl/time/time.h>

#include <filesystem>

#include "cli/access/operator_client.h"
#include "cli/doctor/finding.h"
#include "motzkin/v1/join_service.pb.h"
#include "motzkin/v1/operator_service.pb.h"

namespace motzkin::cli {

struct WayQuestions {
  CoordinatorFlags coordinator;
  // The worker's, for what it joined and for its UUID.
  std::filesystem::path state_directory;
};

// Goes from the name to the database, and stops where there is no way on: the findings then end with
// a bad one. Takes up to half a minute if nothing answers.
Findings LookAtWay(const WayQuestions& questions);

// The single findings, of what the coordinator said.
Finding ClockFound(const v1::HelloResponse& hello, absl::Time now);
Finding VersionFound(const v1::HelloResponse& hello);
// Tells why no work is granted; empty if some is.
Findings BlockFound(const v1::GetStatusResponse& status);
// Tells of the worker whose state directory has this UUID; empty if the coordinator knows no such
// worker.
Findings WorkerFound(const v1::GetStatusResponse& status, const std::string& worker_uuid);

}  // namespace motzkin::cli
