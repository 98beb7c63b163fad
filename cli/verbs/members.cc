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

absl::StatusOr<int> RunInvite(const Globals& globals, const InviteOptions& options) {
  ASSIGN_OR_RETURN(const absl::Duration valid_for, yaml::ParseDuration(options.valid_for));
  v1::CreateInviteRequest request;
  request.set_operator_name(options.operator_name);
  request.set_read_only(options.read_only);
  request.set_uses(options.uses);
  request.mutable_valid_for()->set_seconds(absl::ToInt64Seconds(valid_for));
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::CreateInviteResponse response, client.Invite(request));
  if (globals.json) {
    PrintJson({{"invite", response.invite()}, {"expire_time", Day(response.expire_time())}});
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
                      {"join_time", Day(person.join_time())},
                      {"expire_time", Day(person.expire_time())}});
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
    fmt::print(stderr, "nobody but the users of the coordinator's machine who may read its data\n");
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
  const auto join = AddVerb<JoinOptions>(context, "join",
                                         "take an invite, to use motzkin on this machine", RunJoin);
  join.app.add_option("INVITE", join.options.invite, "as motzkin invite prints it")
      ->envname("MOTZKIN_INVITE")
      ->required();
  AddVerb(context, "operators", "list the people who may use motzkin", RunOperators);
}

}  // namespace motzkin::cli
