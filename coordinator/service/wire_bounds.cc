#include "coordinator/service/wire_bounds.h"

#include <absl/strings/str_cat.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>

namespace motzkin::coordinator {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

bool PassesField(CodedInputStream& in, uint32_t tag, const Descriptor& type, int& left);

// Passes the fields up to the end or the limit of `in`. Returns false where they end in nonsense, at
// which the parser ends too, or where `left` falls below 0.
bool PassesFields(CodedInputStream& in, const Descriptor& type, int& left) {
  while (const uint32_t tag = in.ReadTag()) {
    --left;
    if (left < 0 || !PassesField(in, tag, type, left)) return false;
  }
  return true;
}

bool PassesField(CodedInputStream& in, uint32_t tag, const Descriptor& type, int& left) {
  switch (WireFormatLite::GetTagWireType(tag)) {
    case WireFormatLite::WIRETYPE_VARINT: {
      uint64_t value = 0;
      return in.ReadVarint64(&value);
    }
    case WireFormatLite::WIRETYPE_FIXED64:
      return in.Skip(8);
    case WireFormatLite::WIRETYPE_FIXED32:
      return in.Skip(4);
    case WireFormatLite::WIRETYPE_START_GROUP:
    case WireFormatLite::WIRETYPE_END_GROUP:
      return true;  // Groups are unknown fields to us; what is in one is counted as it comes.
    case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
      break;
    default:
      return false;
  }
  uint32_t length = 0;
  if (!in.ReadVarint32(&length)) return false;
  const FieldDescriptor* const field =
      type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
  if (field == nullptr || field->message_type() == nullptr) {
    return in.Skip(static_cast<int>(length));
  }
  // No message of ours has itself inside, so this goes no deeper than the descriptors.
  const CodedInputStream::Limit limit = in.PushLimit(static_cast<int>(length));
  const bool passed = PassesFields(in, *field->message_type(), left);
  in.PopLimit(limit);
  return passed;
}

}  // namespace

absl::Status CheckFields(const Descriptor& type, std::string_view bytes) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  int left = kFieldsMax;
  PassesFields(in, type, left);
  if (left >= 0) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("a message may have ", kFieldsMax, " fields, and this has more"));
}

}  // namespace motzkin::coordinator
