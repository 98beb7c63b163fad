// Backups of a cluster: everything that its coordinator would need on another machine.
//
//   DIRECTORY/manifest.json   whose backup it is, and of when
//   DIRECTORY/database.dump   pg_dump's custom format: jobs, batches, results, workers, the
//                             cluster's UUID and incarnation, the passwords of its roles
//
// A backup is a snapshot: it holds exactly what was stored at one moment, while workers and
// coordinator go on. It does not depend on the version of Postgres, so it is also the way from one
// to a newer one. Only its owner may read it.
//
// What a restored cluster promises. It is the next incarnation of the same cluster: all leases are
// ended and attempt numbers jump, so workers drop what they hold and get it anew with the set of
// what is stored *here*. Functions that were stored after the backup are computed again, to the
// same rows but for the edges of budgets. Rows that workers still hold of leases that the backup
// knows are stored; those of later leases are refused and computed again. Every function still ends
// with exactly one row.
//
// Both functions take what they need from `config`, print what they did to stdout, and leave
// nothing behind when they fail. Errors:
//
//   FAILED_PRECONDITION  the target is not empty, the source is not there or not ours; the message
//                        says what to do
//   UNAVAILABLE          Postgres, pg_dump or pg_restore failed; the message has their last words
//   NOT_FOUND            pg_dump or pg_restore are not installed
//
// Blocking, for minutes where there are millions of rows; call from the main thread.
#pragma once

#include <absl/status/status.h>

#include "coordinator/config.h"

namespace motzkin::coordinator {

// Of config.postgres, or of the private Postgres in config.data_directory, whether its coordinator
// runs or not, to config.backup_to.
absl::Status WriteBackup(const Config& config);

// From config.restore_from into config.postgres, which holds no schema motzkin yet, or a new
// private Postgres in config.data_directory.
absl::Status RestoreBackup(const Config& config);

}  // namespace motzkin::coordinator
