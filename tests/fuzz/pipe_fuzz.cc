// The property of the worker's end of the integrator's pipe: an integrator's answer is refused, or
// makes a row that the coordinator takes.
//
// The first byte chooses the request. With its highest bit set, the rest is the payload of one
// frame; otherwise it is the bytes on the pipe.
#include <google/protobuf/stubs/logging.h>

#include <string>
#include <string_view>
#include <utility>

#include "common/base/check.h"
#include "common/results/submit_results.h"
#include "coordinator/service/validation.h"
#include "motzkin/integrator/v1/integrator.pb.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/memory_pipe.h"
#include "worker/results/result_row.h"
#include "worker/slots/response_check.h"

namespace motzkin::fuzz {
namespace {

namespace pipe = integrator::v1;

enum class Asking { kDescription, kIntegration, kJudgement, kCount };

constexpr char kIntegrand[] = "mul x cos x";
constexpr char kUuid[] = "6f1c0a52-7d3e-4b8e-9b1a-0c5d2e8f7a41";

pipe::Request Asked(Asking asking) {
  pipe::Request request;
  request.set_id(7);
  if (asking == Asking::kDescription) {
    request.mutable_describe();
  } else if (asking == Asking::kJudgement) {
    request.mutable_verify()->set_integrand(kIntegrand);
    request.mutable_verify()->set_candidate("x");
  } else {
    pipe::Integrate& asked = *request.mutable_integrate();
    asked.set_integrand(kIntegrand);
    asked.set_answer_bytes_max(1'000);
    for (const char* engine : {"giac", "fricas"}) {
      asked.add_ladder()->set_engine(engine);
      asked.mutable_ladder()->rbegin()->set_budget_us(50'000);
    }
  }
  return request;
}

// Checks the row as it reaches the coordinator. It must not be refused there, or the worker could
// never get rid of it.
void CheckRow(v1::Result row) {
  row.set_index(3);
  row.set_integrand(kIntegrand);
  row.set_speed_factor(1);
  v1::Submission submission;
  submission.set_job_uuid(kUuid);
  submission.set_worker_uuid(kUuid);
  submission.set_spec_digest(std::string(32, 'd'));
  submission.set_attempt(1);
  MakeStorable(row);
  *submission.add_results() = std::move(row);
  MOTZKIN_CHECK(coordinator::Validate(submission).ok());
  // The message parses only if every text is UTF-8.
  MOTZKIN_CHECK(v1::Submission().ParseFromString(submission.SerializeAsString()));
}

void TryAnswer(Asking asking, const MemoryPipe& in) {
  const pipe::Request request = Asked(asking);
  const absl::StatusOr<std::string> frame = in.Next();
  pipe::Response response;
  if (!frame.ok() || !response.ParseFromString(*frame)) return;
  const absl::Status checked = worker::CheckResponse(request, response);
  if (!checked.ok()) return MOTZKIN_CHECK(absl::IsDataLoss(checked));
  v1::Result row;
  if (asking == Asking::kDescription) {
    worker::VersionsOf(response.description());
    return;
  }
  if (asking == Asking::kIntegration) {
    worker::FillFromIntegration(response.integration(), {{"giac", "1.9.0"}}, row);
  } else {
    worker::FillFromJudgement(response.judgement(), "x", 1, row);
  }
  CheckRow(std::move(row));
}

}  // namespace

void Try(std::string_view input) {
  static const bool quiet = google::protobuf::SetLogHandler(nullptr) != nullptr;
  static const MemoryPipe in;
  static_cast<void>(quiet);
  if (input.empty()) return;
  const unsigned first = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  in.Fill(first >= 0x80 ? Framed(input) : std::string(input));
  TryAnswer(static_cast<Asking>(first % 0x80 % static_cast<unsigned>(Asking::kCount)), in);
}

}  // namespace motzkin::fuzz
