// Looks at the bytes of a message from the network before it is parsed. An empty message in a list
// takes two bytes there and a hundred in memory, so the length alone bounds little.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/descriptor.h>

#include <cstddef>
#include <string_view>

namespace motzkin::coordinator {

// The longest request of all peers. A submission has half of it at most, or a row of 150 kB; the
// state of a worker with 1,024 batches has a tenth.
inline constexpr int kRequestBytesMax = 1 << 20;
// The longest answer: the bound that every gRPC client has by itself.
inline constexpr int kAnswerBytesMax = 4 << 20;
// All fields of a message, those of the messages in it as well. The longest lists that Validate() lets
// through have fewer. Parsed, so many take at most 15 MB.
inline constexpr int kFieldsMax = 100'000;

// RESOURCE_EXHAUSTED: the message of this type has more than kFieldsMax fields. Whether it can be
// parsed is for the parser to say.
absl::Status CheckFields(const google::protobuf::Descriptor& type, std::string_view bytes);

}  // namespace motzkin::coordinator
