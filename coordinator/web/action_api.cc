#include "coordinator/web/action_api.h"

#include <absl/strings/str_cat.h>

#include "common/base/one_line.h"
#include "common/base/status_macros.h"
#include "common/base/uuid.h"
#include "common/job_spec/job_spec.h"
#include "common/yaml/scalar.h"
#include "coordinator/web/json_text.h"

namespace motzkin::coordinator::web {
namespace {

// Returns the member of an object, if it is a text.
std::string TextOf(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

template <typename Request, typename Response>
absl::StatusOr<std::string> ActionApi::DoAs(const std::string& body) {
  Request request;
  RETURN_IF_ERROR(ReadMessage(body, request));
  Response response;
  RETURN_IF_ERROR(actions_.Do(request, response));
  return MessageJson(response);
}

absl::StatusOr<std::string> ActionApi::Approve(const std::string& body) {
  v1::ApproveWorkerRequest request;
  RETURN_IF_ERROR(ReadMessage(body, request));
  ASSIGN_OR_RETURN(v1::ApproveWorkerResponse response,
                   views_.facts().approve(request, "the owner, on the page"));
  return MessageJson(response);
}

absl::StatusOr<std::string> ActionApi::StartPreset(const std::string& body) {
  const Json json = Json::parse(body, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return absl::InvalidArgumentError("a preset is started by an object");
  v1::StartJobRequest request;
  request.set_request_id(NewUuid());
  ASSIGN_OR_RETURN(*request.mutable_spec(), JobFromPreset(TextOf(json, "preset")));
  if (const std::string name = TextOf(json, "name"); !name.empty()) {
    request.mutable_spec()->set_name(name);
  }
  if (const std::string target = TextOf(json, "target"); !target.empty()) {
    ASSIGN_OR_RETURN(const int64_t functions, yaml::ParseCount(target));
    request.mutable_spec()->set_target(functions);
  }
  v1::StartJobResponse response;
  const absl::Status started = actions_.Do(request, response);
  if (absl::IsAlreadyExists(started)) {
    return absl::AlreadyExistsError(
        absl::StrCat("there is a job named ", OneLine(request.spec().name()),
                     " already: give this one another name, or resume that one"));
  }
  RETURN_IF_ERROR(started);
  return MessageJson(response);
}

absl::StatusOr<std::string> ActionApi::Do(std::string_view action, const std::string& body) {
  if (action == "ControlWorker") {
    return DoAs<v1::ControlWorkerRequest, v1::ControlWorkerResponse>(body);
  }
  if (action == "ControlJob") return DoAs<v1::ControlJobRequest, v1::ControlJobResponse>(body);
  if (action == "ApproveWorker") return Approve(body);
  if (action == "StartPreset") return StartPreset(body);
  return absl::InvalidArgumentError(absl::StrCat("no action ", OneLine(std::string(action))));
}

}  // namespace motzkin::coordinator::web
