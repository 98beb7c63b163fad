#include "worker/database_conninfo.h"

#include "common/identity/private_file.h"
#include "common/postgres/connection.h"

namespace motzkin::worker {

std::string DatabaseConninfo(const std::string& database, const std::string& certificate,
                             const std::filesystem::path& file) {
  if (database.empty() || certificate.empty()) return database;
  // Every desired state tells it again, and a disk should not be written every five seconds.
  const absl::StatusOr<std::string> kept = identity::ReadSecretFile(file);
  const bool same = kept.ok() && *kept == certificate;
  if (!same && !identity::WriteSecretFile(file, certificate).ok()) return "";
  return postgres::WithServerCertificate(database, file);
}

}  // namespace motzkin::worker
