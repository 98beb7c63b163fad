// A script of messages to a coordinator, one after the other, as bytes:
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
  kStreamClosed,  // the stream of the last state's worker closes; from here on there is no payload
  kDiskFull,
  kDiskFree,
  kRestart,
  kNothing,
  kCount,
};

// The store does not answer now; its requests wait for a later step.
inline constexpr uint8_t kStoreSlow = 0x80;
// The store answers, but the answer is lost.
inline constexpr uint8_t kAnswersLost = 0x40;

struct Step {
  uint8_t kind_byte = 0;
  uint8_t seconds = 0;
  std::string payload;

  Kind kind() const;
};

std::vector<Step> ParseScript(std::string_view bytes);
std::string PrintScript(const std::vector<Step>& steps);

// Returns an empty message of this kind; null for kinds without a payload.
std::unique_ptr<google::protobuf::Message> NewMessage(Kind kind);

}  // namespace motzkin::fuzz
