// Finds the programs of Postgres, and reads their messages.
#pragma once

#include <absl/status/statusor.h>

#include <string>

namespace motzkin::coordinator {

struct PostgresBinaries {
  std::string directory;
  int major_version = 0;
};

// Returns the major version of the cluster in `data_directory`, as its PG_VERSION says; 0 if there
// is no cluster or the file cannot be read.
int ClusterVersion(const std::string& data_directory);

// Looks in `directory` or, if that is empty, in /usr/lib/postgresql/*/bin and PATH. Returns the
// binaries of version `wanted`, or the newest ones if it is 0.
//
// NOT_FOUND: there is no Postgres at all. FAILED_PRECONDITION: there are only versions other than
// `wanted`, and no version of Postgres reads the files of another.
absl::StatusOr<PostgresBinaries> FindPostgres(const std::string& directory, int wanted);

// Returns the end of the messages that a program of Postgres wrote into `log`, in one line.
std::string LastWords(const std::string& log);

}  // namespace motzkin::coordinator
