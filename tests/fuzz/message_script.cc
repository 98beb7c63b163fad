#include "tests/fuzz/message_script.h"

#include <algorithm>

#include "motzkin/v1/operator_service.pb.h"
#include "motzkin/v1/worker_service.pb.h"

namespace motzkin::fuzz {

Kind Step::kind() const {
  return static_cast<Kind>((kind_byte & 0x1f) % static_cast<int>(Kind::kCount));
}

std::vector<Step> ParseScript(std::string_view bytes) {
  constexpr size_t kHeader = 4;
  const auto at = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  std::vector<Step> steps;
  while (bytes.size() >= kHeader) {
    const size_t said = static_cast<size_t>(at(2)) | static_cast<size_t>(at(3)) << 8;
    const size_t length = std::min(said, bytes.size() - kHeader);
    steps.push_back({at(0), at(1), std::string(bytes.substr(kHeader, length))});
    bytes.remove_prefix(kHeader + length);
  }
  return steps;
}

std::string PrintScript(const std::vector<Step>& steps) {
  std::string bytes;
  for (const Step& step : steps) {
    const size_t length = std::min<size_t>(step.payload.size(), UINT16_MAX);
    for (const size_t byte : {size_t{step.kind_byte}, size_t{step.seconds}, length, length >> 8}) {
      bytes.push_back(static_cast<char>(byte));
    }
    bytes.append(step.payload, 0, length);
  }
  return bytes;
}

std::unique_ptr<google::protobuf::Message> NewMessage(Kind kind) {
  switch (kind) {
    case Kind::kWorkerState:
      return std::make_unique<v1::WorkerState>();
    case Kind::kSubmit:
      return std::make_unique<v1::SubmitResultsRequest>();
    case Kind::kStartJob:
      return std::make_unique<v1::StartJobRequest>();
    case Kind::kControlJob:
      return std::make_unique<v1::ControlJobRequest>();
    case Kind::kControlWorker:
      return std::make_unique<v1::ControlWorkerRequest>();
    case Kind::kGetResult:
      return std::make_unique<v1::GetResultRequest>();
    case Kind::kListEvents:
      return std::make_unique<v1::ListEventsRequest>();
    default:
      return nullptr;
  }
}

}  // namespace motzkin::fuzz
