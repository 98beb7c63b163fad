// The property of the integrator's end of its pipe, and of the verifier's: a worker's request gets
// an answer that the worker's check lets through, or ends the integrator.
//
// The first byte chooses the process. With its highest bit set, the rest is the payload of one
// frame; otherwise it is the bytes on the pipe.
#include <google/protobuf/stubs/logging.h>

#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/process/frame.h"
#include "motzkin/integrator/v1/integrator.pb.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/memory_pipe.h"
#include "worker/integrator/supervisor.h"
#include "worker/integrator/verifier/verifier_process.h"
#include "worker/slots/response_check.h"

namespace motzkin::fuzz {
namespace {

namespace pipe = integrator::v1;

enum class Process { kIntegrator, kVerifier, kCount };

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

// Whether a worker may send this request, according to integrator.proto.
bool IsFair(const pipe::Request& request) {
  if (!request.has_integrate()) return !request.has_verify() && !request.has_verify_batch();
  const int steps = request.integrate().ladder_size();
  return steps >= 1 && steps <= 8;
}

// Whether a request starts a verifier process, which would be slow. Process::kVerifier tests the
// body of that process without starting it.
bool AsksToVerify(const MemoryPipe& in) {
  bool verify = false;
  for (auto frame = in.Next(); frame.ok() && !verify; frame = in.Next()) {
    pipe::Request request;
    verify =
        request.ParseFromString(*frame) && (request.has_verify() || request.has_verify_batch());
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
    // The integrator takes an empty request for one that asks for its description.
    if (!request.has_integrate()) request.mutable_describe();
    if (IsFair(request)) MOTZKIN_CHECK(worker::CheckResponse(request, response).ok());
  }
  // Either all requests were answered, or the first bad frame ended the integrator.
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
    MOTZKIN_CHECK(asked.ok() && request.mutable_verify_batch()->ParseFromString(*asked));
    MOTZKIN_CHECK(response.mutable_judgement_batch()->ParseFromString(*answer));
    MOTZKIN_CHECK(!response.judgement_batch().judgements().empty());
    MOTZKIN_CHECK(worker::CheckResponse(request, response).ok());
  }
}

// Whether the questions are few and small. The bounds of ball arithmetic have tests of their own.
bool IsCheap(std::string_view bytes) { return bytes.size() <= 300; }

}  // namespace

void Try(std::string_view input) {
  static const bool quiet = google::protobuf::SetLogHandler(nullptr) != nullptr;
  static const MemoryPipe in, out;
  static_cast<void>(quiet);
  if (input.empty()) return;
  const unsigned first = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  in.Fill(first >= 0x80 ? Framed(input) : std::string(input));
  switch (static_cast<Process>(first % 0x80 % static_cast<unsigned>(Process::kCount))) {
    case Process::kIntegrator:
      return TryRequests(in, out);
    case Process::kVerifier:
      return IsCheap(input) ? TryJudging(in, out) : void();
    case Process::kCount:
      return;
  }
}

}  // namespace motzkin::fuzz
