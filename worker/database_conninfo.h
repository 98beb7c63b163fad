// Makes the conninfo with which a worker writes its rows into the database itself.
//
// Thread-compatible.
#pragma once

#include <filesystem>
#include <string>

namespace motzkin::worker {

// Returns the conninfo `database`, which may be empty. If the coordinator also told the certificate
// of that server, in PEM, keeps it in `file`, from where libpq reads it, and returns a conninfo that
// connects to no other server. Empty if the file cannot be written: results then go through the
// coordinator.
std::string DatabaseConninfo(const std::string& database, const std::string& certificate,
                             const std::filesystem::path& file);

}  // namespace motzkin::worker
