#include "coordinator/service/worker_logins.h"

#include <iterator>

#include "coordinator/store/role_uri.h"

namespace motzkin::coordinator {

bool WorkerLogins::Begin(const WorkerId& worker, const std::string& peer) {
  if (logins_.contains(worker) || database_for_(peer).uri.empty()) return false;
  logins_.emplace(worker, std::nullopt);
  return true;
}

void WorkerLogins::Opened(const WorkerId& worker,
                          const absl::StatusOr<std::optional<Login>>& login) {
  if (login.ok()) {
    logins_[worker] = *login;
  } else {
    logins_.erase(worker);  // The next report of the worker has it tried again.
  }
}

WayToDatabase WorkerLogins::WayFor(const WorkerId& worker, const std::string& peer) {
  const auto login = logins_.find(worker);
  if (login == logins_.end() || !login->second.has_value()) return {};
  // More sessions than the server has would take turns in being refused.
  if (!direct_.contains(worker) && std::ssize(direct_) >= sessions_max_) return {};
  direct_.insert(worker);
  WayToDatabase way = database_for_(peer);
  way.uri = RoleUri(way.uri, login->second->role, login->second->password);
  return way;
}

}  // namespace motzkin::coordinator
