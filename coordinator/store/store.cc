#include "coordinator/store/store.h"

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
const Login& Store::reader_login() const { return impl_->session->reader_login(); }

void Store::BeginGroup() { impl_->session->BeginGroup(); }
absl::Status Store::EndGroup() { return impl_->session->EndGroup(); }

Figures& Store::figures() { return impl_->figures; }

absl::StatusOr<std::vector<std::string>> Store::Guard() {
  std::vector<std::string> done;
  RETURN_IF_ERROR(impl_->session->WriteLossy([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const postgres::Rows rows, statements.Run(queries::kGuard));
    done = rows.Map([](const postgres::Row& row) { return row.Text("what"); });
    return absl::OkStatus();
  }));
  return done;
}

}  // namespace motzkin::coordinator
