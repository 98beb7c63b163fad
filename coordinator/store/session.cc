#include "coordinator/store/session.h"

#include <absl/time/clock.h>
#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "common/expression/notation.h"
#include "coordinator/store/migrator.h"
#include "store_queries.h"

namespace motzkin::coordinator {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Row;
using postgres::Rows;
using postgres::Transaction;
using postgres::Watchdog;

constexpr std::string_view kFenced = "MZ010";
constexpr char kTakenOver[] = "another coordinator took over this database";
constexpr char kHeld[] =
    "another coordinator runs on this database: stop it, or give this one another database; if its "
    "machine has just gone away, start again in half a minute";
// A coordinator that is about to end gets this long.
constexpr absl::Duration kHoldPatience = absl::Seconds(5);
constexpr absl::Duration kHoldRetry = absl::Milliseconds(100);
constexpr std::string_view kLockTimeout = "55P03";

// If connecting failed after more than this, the calls that wait behind it fail too. Otherwise each
// would wait as long for the same answer.
constexpr absl::Duration kSlow = absl::Seconds(1);

// Tells the views how SymPy writes our functions.
absl::Status WriteNotations(Transaction& transaction) {
  std::vector<std::optional<std::string>> tokens, texts;
  std::vector<int64_t> operands;
  for (const auto& notation : expression::NotationsIn(expression::Format::kSympy)) {
    tokens.emplace_back(notation.token);
    operands.push_back(notation.operands);
    texts.emplace_back(notation.text);
  }
  const Params params = Params().TextArray(tokens).IntArray(operands).TextArray(texts);
  return transaction.Execute(queries::kWriteNotations, params).status();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> Session::Open(const std::string& conninfo,
                                                       const StorePatience& patience) {
  std::unique_ptr<Session> session(new Session(conninfo, patience));
  absl::MutexLock lock(&session->mutex_);
  RETURN_IF_ERROR(session->Begin());
  return session;
}

absl::Status Session::Begin() {
  ASSIGN_OR_RETURN(connection_, Connection::Open(conninfo_));
  {
    const Watchdog::Watch watch(watchdog_, *connection_, patience_.usual);
    RETURN_IF_ERROR(watch.Explain(connection_->Execute("SELECT 1").status()));
  }
  // The server answers, so a migration may take as long as it needs. Migrations come before the
  // database is held, because one of them makes hold_database(). So an older coordinator may still
  // run while they are applied.
  RETURN_IF_ERROR(Migrate(*connection_, Migrations()));
  const Watchdog::Watch watch(watchdog_, *connection_, patience_.much);
  return watch.Explain(HoldAndTakeOver());
}

absl::Status Session::HoldAndTakeOver() {
  RETURN_IF_ERROR(SetUp());
  RETURN_IF_ERROR(HoldDatabase());
  return TakeOver();
}

absl::Status Session::SetUp() {
  return connection_->Transact(
      [](Transaction& t) { return t.ExecuteScript(queries::kSessionSettings); });
}

absl::Status Session::HoldDatabase() {
  const Deadline deadline = Deadline::After(kHoldPatience);
  for (;;) {
    const absl::StatusOr<Rows> held = connection_->Execute(queries::kHoldDatabase);
    // The row may be locked by a coordinator whose machine stands still within a write.
    if (!held.ok() && postgres::SqlState(held.status()) != kLockTimeout) return held.status();
    if (held.ok() && held->front().Bool("held")) break;
    if (deadline.Passed()) return absl::FailedPreconditionError(kHeld);
    absl::SleepFor(kHoldRetry);
  }
  // If the connection breaks, the server may take the session for alive. ConnectAgain() ends it
  // there by this number.
  holder_ = connection_->backend_pid();
  return absl::OkStatus();
}

absl::Status Session::TakeOver() {
  return connection_->Transact([this](Transaction& transaction) -> absl::Status {
    // This waits for the writes of an older coordinator in flight. Its later ones fail in fence().
    ASSIGN_OR_RETURN(const Rows epoch, transaction.Execute(queries::kTakeOver));
    epoch_ = epoch.front().Int("epoch");
    RETURN_IF_ERROR(transaction.ExecuteScript(queries::kCloseDatabase));
    RETURN_IF_ERROR(transaction.ExecuteScript(queries::kRoles));
    RETURN_IF_ERROR(WriteNotations(transaction));
    ASSIGN_OR_RETURN(const Rows cluster, transaction.Execute(queries::kCluster));
    cluster_uuid_ = cluster.front().Text("uuid");
    worker_sessions_max_ = static_cast<int>(cluster.front().Int("worker_sessions_max"));
    ASSIGN_OR_RETURN(const Rows readers, transaction.Execute(queries::kReaderLogin));
    for (const Row reader : readers)
      reader_login_ = {.role = reader.Text("role"), .password = reader.Text("password")};
    return absl::OkStatus();
  });
}

absl::Status Session::Reconnect() {
  connection_.reset();
  reconnected_in_group_ = true;
  ASSIGN_OR_RETURN(connection_, Connection::Open(conninfo_));
  absl::Status status = ConnectAgain();
  if (!status.ok()) connection_.reset();
  return status;
}

absl::Status Session::ConnectAgain() {
  const Watchdog::Watch watch(watchdog_, *connection_, patience_.usual);
  RETURN_IF_ERROR(watch.Explain(SetUp()));
  ASSIGN_OR_RETURN(const Rows cluster, connection_->Execute(queries::kCluster));
  // If another coordinator has taken over, this one must end, and may disturb no session any more.
  if (cluster.front().Int("coordinator_epoch") != epoch_) return absl::AbortedError(kTakenOver);
  RETURN_IF_ERROR(connection_->Execute(queries::kEndSession, Params().Int(holder_)).status());
  // A write of the old session may still be in flight on the server. fence() has locked the row
  // that this locks, so the write has happened or failed before we go on.
  const absl::Status held = HoldDatabase();
  // Whether it has taken over is what the next call finds out.
  return absl::IsFailedPrecondition(held) ? absl::UnavailableError(held.message()) : held;
}

absl::Status Session::ReconnectOnce() {
  if (!unreachable_until_.Passed()) return unreachable_;
  const Deadline slow = Deadline::After(kSlow);
  unreachable_ = Reconnect();
  if (!unreachable_.ok() && slow.Passed()) unreachable_until_ = Deadline::After(kSlow);
  return unreachable_;
}

// The preamble is one script and so one round trip, as round trips dominate a call on a busy
// machine.
std::string Session::Preamble(Kind kind) const {
  std::string script;
  if (kind.fenced) script += fmt::format("SELECT fence({});", epoch_);
  // In a group no commit waits for the disk by itself. EndGroup() waits once for all of them.
  if (!kind.durable || grouped_) script += "SET LOCAL synchronous_commit = off;";
  return script;
}

absl::Status Session::Transact(Kind kind, const Body& body) {
  absl::MutexLock lock(&mutex_);
  if (connection_ == nullptr || connection_->broken()) RETURN_IF_ERROR(ReconnectOnce());
  const absl::Duration patience = kind.much ? patience_.much : patience_.usual;
  const Watchdog::Watch watch(watchdog_, *connection_, patience);
  const std::string preamble = Preamble(kind);
  // A body that fails with its connection is not run again here. The caller alone knows whether it
  // may happen twice; the next call opens a new connection.
  absl::Status status = connection_->Transact([&](Transaction& transaction) -> absl::Status {
    if (!preamble.empty()) RETURN_IF_ERROR(transaction.ExecuteScript(preamble));
    Statements statements(transaction);
    return body(statements);
  });
  if (postgres::SqlState(status) == kFenced) return absl::AbortedError(kTakenOver);
  return watch.Explain(status);
}

absl::Status Session::Write(const Body& body) { return Transact({}, body); }
absl::Status Session::WriteMuch(const Body& body) { return Transact({.much = true}, body); }
absl::Status Session::WriteLossy(const Body& body) { return Transact({.durable = false}, body); }

void Session::BeginGroup() {
  const absl::MutexLock lock(&mutex_);
  grouped_ = true;
  reconnected_in_group_ = false;
}

// The server writes its log in order. So a commit that waits for the disk makes all earlier ones
// durable.
absl::Status Session::EndGroup() {
  const absl::MutexLock lock(&mutex_);
  grouped_ = false;
  // The server may have crashed in between and lost some of the group, though this session works.
  if (reconnected_in_group_ || connection_ == nullptr || connection_->broken())
    return absl::UnavailableError("the connection to Postgres broke before all was on disk");
  const Watchdog::Watch watch(watchdog_, *connection_, patience_.usual);
  return watch.Explain(connection_->ExecuteAlone(queries::kWaitForDisk).status());
}

absl::Status Session::Read(const Body& body) { return Transact({.fenced = false}, body); }

absl::StatusOr<Rows> Session::Select(std::string_view query, const Params& params) {
  Rows rows;
  RETURN_IF_ERROR(Read([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(rows, statements.Run(query, params));
    return absl::OkStatus();
  }));
  return rows;
}

}  // namespace motzkin::coordinator
