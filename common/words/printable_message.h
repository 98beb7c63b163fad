// Makes the texts of a message from another machine fit to be stored and shown.
//
// Thread-safe.
#pragma once

#include <google/protobuf/message.h>

namespace motzkin {

// Passes every string of `message`, also in messages inside it and in keys of maps, through
// Printable(). A field that is added later is covered by itself. Fields of type bytes stay.
void MakePrintable(google::protobuf::Message& message);

}  // namespace motzkin
