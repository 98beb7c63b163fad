#include "coordinator/store/store.h"

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& conninfo,
                                                   const StorePatience& patience) {
  ASSIGN_OR_RETURN(std::unique_ptr<Session> session, Session::Open(conninfo, patience));
  return std::unique_ptr<Store>(new Store(std::make_unique<Impl>(std::move(session))));
}

const std::string& Store::cluster_uuid() const { return impl_->session->cluster_uuid(); }
const RolePasswords& Store::passwords() const { return impl_->session->passwords(); }

void Store::BeginGroup() { impl_->session->BeginGroup(); }
absl::Status Store::EndGroup() { return impl_->session->EndGroup(); }

absl::StatusOr<std::vector<std::string>> Store::Guard() {
  std::vector<std::string> done;
  RETURN_IF_ERROR(impl_->session->WriteLossy([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const postgres::Rows rows, statements.Run(queries::kGuard));
    done = rows.Map([](const postgres::Row& row) { return row.Text("what"); });
    return absl::OkStatus();
  }));
  return done;
}

absl::StatusOr<int64_t> Remembered::Get(int64_t key,
                                        const std::function<absl::StatusOr<int64_t>()>& find) {
  const BootTime now = SystemClock().Now();
  {
    absl::MutexLock lock(&mutex_);
    const auto known = known_.find(key);
    if (known != known_.end() && now - known->second.first < absl::Minutes(1))
      return known->second.second;
  }
  // The mutex is free while Postgres is asked: two callers may both ask, but neither waits.
  ASSIGN_OR_RETURN(const int64_t value, find());
  absl::MutexLock lock(&mutex_);
  known_[key] = {now, value};
  return value;
}

void Remembered::Forget(int64_t key) {
  const absl::MutexLock lock(&mutex_);
  known_.erase(key);
}

}  // namespace motzkin::coordinator
