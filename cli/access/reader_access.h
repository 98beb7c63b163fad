// Gives a verb access to the cluster's data as its reader: through the coordinator, by a connection
// string, or by the data directory while no coordinator runs.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "cli/access/operator_client.h"
#include "common/process/child_process.h"

namespace motzkin::cli {

struct ReaderFlags {
  std::string data_directory;
  std::string coordinator_binary;
  std::string database;  // a connection string; empty: the one that the coordinator offers

  bool FromCoordinator() const { return data_directory.empty() && database.empty(); }
};
// Adds --data-dir and --coordinator-binary and, with `database`, also --database.
void AddReaderFlags(CLI::App& verb, ReaderFlags& flags, bool database);

// Keeps the private server of a data directory running as long as it lives. Move-only.
// Thread-compatible.
class ReaderAccess {
 public:
  //   UNAVAILABLE          no coordinator answers
  //   FAILED_PRECONDITION  it offers no way to its database from here, or the private server did
  //                        not start
  //   NOT_FOUND            the data directory or the program does not exist
  static absl::StatusOr<ReaderAccess> Open(const CoordinatorFlags& coordinator,
                                           const ReaderFlags& flags);

  // Returns the connection string of a role that may read the public views.
  const std::string& uri() const { return uri_; }
  // Ends the private server in order, if there is one. Otherwise the destructor kills it, which
  // loses nothing either.
  absl::Status Close();

 private:
  ReaderAccess(std::string uri, std::optional<ChildProcess> server);

  std::string uri_;
  std::optional<ChildProcess> server_;
};

}  // namespace motzkin::cli
