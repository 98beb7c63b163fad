// Makes and restores backups of a cluster. A backup holds everything that the cluster's coordinator
// would need on another machine:
//
//   DIRECTORY/manifest.json   which cluster it is of, and when it was made
//   DIRECTORY/database.dump   pg_dump's custom format: jobs, batches, results, workers, the
//                             cluster's UUID and incarnation, the passwords of its roles
//   DIRECTORY/coordinator.pem the coordinator's key, by which its members know it; missing if it
//                             runs with --insecure
//
// A backup is a snapshot: it holds exactly the rows that were stored at one moment, while workers
// and coordinator go on. It does not depend on the version of Postgres, so it is also the way from
// one version to a newer one. Only its owner may read it.
//
// A restored cluster is the next incarnation of the same cluster. All leases are ended and attempt
// numbers jump, so workers drop what they hold and get it anew, with the set of functions that are
// stored *here*. Functions that were stored after the backup are computed again; their rows are the
// same, except near the edge of a budget. Workers may still hold rows: those of leases that the
// backup knows are stored, those of later leases are refused and computed again. Every function
// still ends with exactly one row.
//
// Both functions take their arguments from `config`, print what they did to stdout, and leave
// nothing behind when they fail. Errors:
//
//   FAILED_PRECONDITION  the target is not empty, or the source is not there or not ours; the
//                        message says what to do
//   UNAVAILABLE          Postgres, pg_dump or pg_restore failed; the message has their last words
//   NOT_FOUND            pg_dump or pg_restore are not installed
//
// They block, for minutes where there are millions of rows. Call them from the main thread.
#pragma once

#include <absl/status/status.h>

#include "coordinator/config.h"

namespace motzkin::coordinator {

// Backs up config.postgres, or else the private Postgres in config.data_directory, to
// config.backup_to. The cluster's coordinator may run meanwhile, and need not.
absl::Status WriteBackup(const Config& config);

// Restores config.restore_from into config.postgres, which must not have a schema motzkin yet, or
// else into a new private Postgres in config.data_directory.
absl::Status RestoreBackup(const Config& config);

}  // namespace motzkin::coordinator
