// Where the programs of Postgres are.
#pragma once

#include <absl/status/statusor.h>

#include <string>

namespace motzkin::coordinator {

struct PostgresBinaries {
  std::string directory;
  int major_version = 0;
};

// The major version of the cluster in `data_directory` by its PG_VERSION; 0: there is none.
int ClusterVersion(const std::string& data_directory);

// Looks in `directory` only, or, if that is empty, in /usr/lib/postgresql/*/bin and PATH: those of
// version `wanted`, or the newest if it is 0.
//
// NOT_FOUND: no Postgres at all. FAILED_PRECONDITION: only other versions than `wanted`.
absl::StatusOr<PostgresBinaries> FindPostgres(const std::string& directory, int wanted);

}  // namespace motzkin::coordinator
