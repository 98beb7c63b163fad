// The property of the coordinator's wire: any messages of workers and operators, in any order, are
// refused in a line or taken, and no rule of leases is broken. conversation.h has the details.
#include <google/protobuf/stubs/logging.h>

#include "tests/fuzz/conversation.h"
#include "tests/fuzz/fuzz_target.h"

namespace motzkin::fuzz {

void Try(std::string_view input) {
  static const bool quiet = google::protobuf::SetLogHandler(nullptr) != nullptr;
  static_cast<void>(quiet);
  Conversation conversation;
  for (const Step& step : ParseScript(input)) conversation.Take(step);
}

}  // namespace motzkin::fuzz
