// The property of the integrator's pipe, in both directions. An integrator's answer is refused, or
// makes a row that the coordinator takes. A worker's request gets an answer that the worker's check
// lets through, or ends the integrator.
//
// The first byte chooses the side. With its highest bit set, the rest is the payload of one frame;
// otherwise it is the bytes on the pipe.
#include <fcntl.h>
#include <google/protobuf/stubs/logging.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/process/frame.h"
#include "common/results/submit_results.h"
#include "coordinator/service/validation.h"
#include "motzkin/integrator/v1/integrator.pb.h"
#include "tests/fuzz/fuzz_target.h"
#include "worker/integrator/supervisor.h"
#include "worker/integrator/verifier/verifier_process.h"
#include "worker/results/result_row.h"
#include "worker/slots/response_check.h"

namespace motzkin::fuzz {
namespace {

namespace pipe = integrator::v1;

enum class Side { kDescription, kIntegration, kJudgement, kIntegrator, kVerifier, kCount };

constexpr char kIntegrand[] = "mul x cos x";
constexpr char kUuid[] = "6f1c0a52-7d3e-4b8e-9b1a-0c5d2e8f7a41";

// A pipe that holds everything at once, so that one thread can be both of its ends.
class MemoryPipe {
 public:
  MemoryPipe() : fd_(memfd_create("pipe", MFD_CLOEXEC)) { MOTZKIN_CHECK(fd_ >= 0); }
  ~MemoryPipe() { close(fd_); }
  MemoryPipe(const MemoryPipe&) = delete;
  MemoryPipe& operator=(const MemoryPipe&) = delete;

  // Replaces the content by `bytes` and rewinds.
  void Fill(std::string_view bytes) const {
    MOTZKIN_CHECK(ftruncate(fd_, 0) == 0);
    MOTZKIN_CHECK(pwrite(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    Rewind();
  }
  void Rewind() const { MOTZKIN_CHECK(lseek(fd_, 0, SEEK_SET) == 0); }
  absl::StatusOr<std::string> Next() const { return ReadFrame(fd_, Deadline::Never()); }
  int fd() const { return fd_; }

 private:
  const int fd_;
};

// Ends in every way but with an answer, which would start a verifier process. The function chooses
// which.
class Doll final : public integrator::Engine {
 public:
  std::string_view name() const override { return "giac"; }
  const std::string& version() const override { return version_; }
  expression::Format format() const override { return expression::Format::kGiac; }
  absl::Status Start() override { return absl::OkStatus(); }
  integrator::EngineReply Run(std::string_view function, const integrator::EngineLimits&) override {
    using integrator::EngineEnd;
    constexpr EngineEnd kEnds[] = {EngineEnd::kGaveUp,         EngineEnd::kNonelementary,
                                   EngineEnd::kTimedOut,       EngineEnd::kStalled,
                                   EngineEnd::kMemoryExceeded, EngineEnd::kCrashed,
                                   EngineEnd::kTooLong};
    integrator::EngineReply reply;
    reply.end = kEnds[function.size() % std::size(kEnds)];
    reply.message = std::string(function.size() * 100, '\xff');
    return reply;
  }

 private:
  const std::string version_ = "1.9.0";
};

// ---------------------------------------------------------------------------- the worker's side

pipe::Request Asked(Side side) {
  pipe::Request request;
  request.set_id(7);
  if (side == Side::kDescription) {
    request.mutable_describe();
  } else if (side == Side::kJudgement) {
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

void TryAnswer(Side side, const MemoryPipe& in) {
  const pipe::Request request = Asked(side);
  const absl::StatusOr<std::string> frame = in.Next();
  pipe::Response response;
  if (!frame.ok() || !response.ParseFromString(*frame)) return;
  const absl::Status checked = worker::CheckResponse(request, response);
  if (!checked.ok()) return MOTZKIN_CHECK(absl::IsDataLoss(checked));
  v1::Result row;
  if (side == Side::kDescription) {
    worker::VersionsOf(response.description());
    return;
  }
  if (side == Side::kIntegration) {
    worker::FillFromIntegration(response.integration(), {{"giac", "1.9.0"}}, row);
  } else {
    worker::FillFromJudgement(response.judgement(), "x", 1, row);
  }
  CheckRow(std::move(row));
}

// ---------------------------------------------------------------------------- the other side

// Whether a worker may send this request, according to integrator.proto.
bool IsFair(const pipe::Request& request) {
  if (!request.has_integrate()) return !request.has_verify();
  const int steps = request.integrate().ladder_size();
  return steps >= 1 && steps <= 8;
}

// Judging would start a process. The body of that process is a side of its own.
bool AsksToVerify(const MemoryPipe& in) {
  bool verify = false;
  for (auto frame = in.Next(); frame.ok() && !verify; frame = in.Next()) {
    pipe::Request request;
    verify = request.ParseFromString(*frame) && request.has_verify();
  }
  in.Rewind();
  return verify;
}

void TryRequests(const MemoryPipe& in, const MemoryPipe& out) {
  if (AsksToVerify(in)) return;
  std::vector<std::unique_ptr<integrator::Engine>> engines;
  engines.push_back(std::make_unique<Doll>());
  out.Fill("");
  const absl::Status served =
      integrator::Supervisor(std::move(engines), {}).Serve(in.fd(), out.fd());
  in.Rewind();
  out.Rewind();
  int answered = 0;
  for (auto answer = out.Next(); answer.ok(); answer = out.Next(), ++answered) {
    pipe::Request request;
    pipe::Response response;
    const absl::StatusOr<std::string> asked = in.Next();
    MOTZKIN_CHECK(asked.ok() && request.ParseFromString(*asked));
    MOTZKIN_CHECK(response.ParseFromString(*answer));
    // an empty request is answered in the same way
    if (!request.has_integrate()) request.mutable_describe();
    if (IsFair(request)) MOTZKIN_CHECK(worker::CheckResponse(request, response).ok());
  }
  // Either everything was answered, or the first bad frame ended it.
  MOTZKIN_CHECK(in.Next().ok() ? !served.ok() : true);
}

void TryJudging(const MemoryPipe& in, const MemoryPipe& out) {
  out.Fill("");
  const absl::Status ran = integrator::RunVerifier(in.fd(), out.fd());
  in.Rewind();
  out.Rewind();
  for (auto answer = out.Next(); answer.ok(); answer = out.Next()) {
    const absl::StatusOr<std::string> asked = in.Next();
    pipe::Request request;
    pipe::Response response;
    MOTZKIN_CHECK(asked.ok() && request.mutable_verify()->ParseFromString(*asked));
    MOTZKIN_CHECK(response.mutable_judgement()->ParseFromString(*answer));
    MOTZKIN_CHECK(worker::CheckResponse(request, response).ok());
  }
}

// Only a few small questions are tried: large ones test ball arithmetic, which has bounds of its
// own.
bool IsCheap(std::string_view bytes) { return bytes.size() <= 300; }

std::string Framed(std::string_view payload) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(payload.size() >> shift));
  }
  return bytes.append(payload);
}

}  // namespace

void Try(std::string_view input) {
  static const bool quiet = google::protobuf::SetLogHandler(nullptr) != nullptr;
  static const MemoryPipe in, out;
  static_cast<void>(quiet);
  if (input.empty()) return;
  const unsigned first = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  in.Fill(first >= 0x80 ? Framed(input) : std::string(input));
  const Side side = static_cast<Side>(first % 0x80 % static_cast<unsigned>(Side::kCount));
  switch (side) {
    case Side::kDescription:
    case Side::kIntegration:
    case Side::kJudgement:
      return TryAnswer(side, in);
    case Side::kIntegrator:
      return TryRequests(in, out);
    case Side::kVerifier:
      return IsCheap(input) ? TryJudging(in, out) : void();
    case Side::kCount:
      return;
  }
}

}  // namespace motzkin::fuzz
