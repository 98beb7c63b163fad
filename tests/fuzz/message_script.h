// What a coordinator is told, one message after the other, as bytes:
//
//   script  := step*
//   step    := kind seconds length payload
//   kind    := byte: Kind in the lower 5 bits, the flags below in the upper
//   seconds := byte: below 128 that many seconds with a tick each, otherwise one jump of ten times
//              the rest
//   length  := uint16, little-endian, bytes in `payload`
//   payload := one serialized message of that kind
//
// Any bytes are a script: a length beyond the end is cut.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace motzkin::fuzz {

enum class Kind {
  kWorkerState,
  kSubmit,
  kStartJob,
  kControlJob,
  kControlWorker,
  kGetResult,
  kListEvents,
  kStreamClosed,  // Of the worker of the last state; no payload, nor have those below.
  kDiskFull,
  kDiskFree,
  kRestart,
  kNothing,
  kCount,
};

// The store does not answer now: what it is asked waits for a later step.
inline constexpr uint8_t kStoreSlow = 0x80;
// ... answers, and nobody learns what.
inline constexpr uint8_t kAnswersLost = 0x40;

struct Step {
  uint8_t kind_byte = 0;
  uint8_t seconds = 0;
  std::string payload;

  Kind kind() const;
};

std::vector<Step> ParseScript(std::string_view bytes);
std::string PrintScript(const std::vector<Step>& steps);

// An empty message of this kind; null where there is no payload.
std::unique_ptr<google::protobuf::Message> NewMessage(Kind kind);

}  // namespace motzkin::fuzz
