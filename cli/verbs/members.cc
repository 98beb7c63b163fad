// motzkin approve, invite, join and operators decide who belongs to a cluster.
#include <absl/strings/str_cat.h>
#include <fmt/core.h>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/yaml/scalar.h"

namespace motzkin::cli {
namespace {

struct ApproveOptions {
  std::string code;
};

struct InviteOptions {
  std::string operator_name;
  bool read_only = false;
  int uses = 1;
  std::string valid_for = "15m";
  bool list = false;
  std::string cancel;
};

struct JoinOptions {
  std::string invite;
};

std::string Day(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixSeconds(time.seconds()),
                          absl::LocalTimeZone());
}

absl::StatusOr<int> RunApprove(const Globals& globals, const ApproveOptions& options) {
  v1::ApproveWorkerRequest request;
  request.set_code(options.code);
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::ApproveWorkerResponse response, client.Approve(request));
  if (globals.json) {
    PrintJson({{"worker_uuid", response.worker_uuid()}, {"worker_name", response.worker_name()}});
  } else {
    fmt::print("worker {} ({}) may work\n", response.worker_name(), response.worker_uuid());
  }
  return kExitOk;
}

// Says for whom an invite is, as in its certificate.
std::string InvitedOf(const v1::Invite& invite) {
  if (invite.operator_name().empty()) return "workers";
  return absl::StrCat(invite.read_only() ? "reader " : "operator ", invite.operator_name());
}

absl::StatusOr<int> ListInvites(const Globals& globals) {
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::ListInvitesResponse response, client.Invites());
  Json list = Json::array();
  for (const v1::Invite& invite : response.invites()) {
    list.push_back({{"id", invite.id()},
                    {"operator_name", invite.operator_name()},
                    {"read_only", invite.read_only()},
                    {"uses_left", invite.uses_left()},
                    {"expire_time", Utc(invite.expire_time())}});
    if (globals.json) continue;
    fmt::print("{}  for {:28} {:4} {}  until {}\n", invite.id(), InvitedOf(invite),
               invite.uses_left(), invite.uses_left() == 1 ? "use " : "uses",
               Day(invite.expire_time()));
  }
  if (globals.json) PrintJson(list);
  if (!globals.json && list.empty()) fmt::print(stderr, "no invite may still be used\n");
  return kExitOk;
}

absl::StatusOr<int> CancelInvite(const Globals& globals, const std::string& id) {
  v1::CancelInviteRequest request;
  request.set_id(id);
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::CancelInviteResponse response, client.CancelInvite(request));
  if (globals.json) {
    PrintJson({{"id", response.invite().id()}});
  } else {
    fmt::print("invite {} for {} cancelled\n", response.invite().id(),
               InvitedOf(response.invite()));
  }
  return kExitOk;
}

absl::StatusOr<int> RunInvite(const Globals& globals, const InviteOptions& options) {
  if (options.list) return ListInvites(globals);
  if (!options.cancel.empty()) return CancelInvite(globals, options.cancel);
  ASSIGN_OR_RETURN(const absl::Duration valid_for, yaml::ParseDuration(options.valid_for));
  v1::CreateInviteRequest request;
  request.set_operator_name(options.operator_name);
  request.set_read_only(options.read_only);
  request.set_uses(options.uses);
  request.mutable_valid_for()->set_seconds(absl::ToInt64Seconds(valid_for));
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::CreateInviteResponse response, client.Invite(request));
  if (globals.json) {
    PrintJson({{"invite", response.invite()},
               {"id", response.id()},
               {"expire_time", Utc(response.expire_time())}});
    return kExitOk;
  }
  fmt::print("{}\n", response.invite());
  // To stderr, so that `motzkin invite > file` keeps the invite alone. The variable keeps it out of
  // the other machine's list of processes.
  fmt::print(stderr, "good until {}; on the other machine: {}\n", Day(response.expire_time()),
             options.operator_name.empty()
                 ? "MOTZKIN_INVITE=... worker --connect HOST:PORT"
                 : "MOTZKIN_INVITE=... motzkin --coordinator HOST:PORT join");
  return kExitOk;
}

absl::StatusOr<int> RunJoin(const Globals& globals, const JoinOptions& options) {
  OperatorClient client(globals.coordinator);
  RETURN_IF_ERROR(client.Join(options.invite));
  if (!globals.json) {
    fmt::print("joined the coordinator at {}; the key is in {}\n", globals.coordinator.address,
               MembershipFile(globals.coordinator.address).string());
  }
  return kExitOk;
}

absl::StatusOr<int> RunOperators(const Globals& globals, const NoOptions&) {
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::ListOperatorsResponse response, client.Operators());
  if (globals.json) {
    Json list = Json::array();
    for (const v1::Operator& person : response.operators()) {
      list.push_back({{"name", person.name()},
                      {"read_only", person.read_only()},
                      {"join_time", Utc(person.join_time())},
                      {"expire_time", Utc(person.expire_time())}});
    }
    PrintJson(list);
    return kExitOk;
  }
  for (const v1::Operator& person : response.operators()) {
    fmt::print("{:20} {:10} joined {}  until {}\n", person.name(),
               person.read_only() ? "read-only" : "", Day(person.join_time()),
               Day(person.expire_time()));
  }
  if (response.operators().empty()) {
    fmt::print(stderr,
               "no operator joined; users who may read the coordinator's data need no invite\n");
  }
  return kExitOk;
}

}  // namespace

void AddMembers(const VerbContext& context) {
  const auto approve = AddVerb<ApproveOptions>(context, "approve",
                                               "let a worker in that shows this code", RunApprove);
  approve.app.add_option("CODE", approve.options.code, "six digits and letters")->required();
  const auto invite = AddVerb<InviteOptions>(
      context, "invite", "print an invite, with which a machine or a person joins", RunInvite);
  invite.app.add_option("--operator", invite.options.operator_name,
                        "for a person of this name; otherwise it is for a worker");
  invite.app.add_flag("--read-only", invite.options.read_only, "the person may only look");
  invite.app.add_option("--uses", invite.options.uses,
                        "how often it serves (1 .. 1000, default 1)");
  invite.app.add_option("--for", invite.options.valid_for, "how long it serves (default 15m)");
  // These two make no invite, so nothing that describes one goes with them.
  auto* const list = invite.app.add_flag("--list", invite.options.list,
                                         "list the invites that may still be used, and make none");
  auto* const cancel = invite.app.add_option("--cancel", invite.options.cancel,
                                             "end the invite that --list shows with this ID");
  for (const char* making : {"--operator", "--read-only", "--uses", "--for"}) {
    list->excludes(invite.app.get_option(making));
    cancel->excludes(invite.app.get_option(making));
  }
  list->excludes(cancel);
  const auto join = AddVerb<JoinOptions>(context, "join",
                                         "take an invite, to use motzkin on this machine", RunJoin);
  join.app.add_option("INVITE", join.options.invite, "as motzkin invite prints it")
      ->envname("MOTZKIN_INVITE")
      ->required();
  AddVerb(context, "operators", "list the people who may use motzkin", RunOperators);
}

}  // namespace motzkin::cli
