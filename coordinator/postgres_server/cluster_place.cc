#include "coordinator/postgres_server/cluster_place.h"

#include <filesystem>
#include <system_error>

namespace motzkin::coordinator {

namespace fs = std::filesystem;

std::string PlaceOfCluster(const std::string& directory) {
  std::error_code error;
  const fs::path data = fs::path(directory) / "postgres";
  if (!fs::is_symlink(data, error)) return data;
  // A relative link counts from the directory that it lies in, not from our working directory.
  const fs::path place = data.parent_path() / fs::read_symlink(data, error);
  // Names of drafts are made by appending to this.
  return place.has_filename() ? place : place.parent_path();
}

}  // namespace motzkin::coordinator
