#include "coordinator/service/testing/message_mutator.h"

#include <array>
#include <limits>

namespace motzkin::coordinator {

using google::protobuf::Message;
using google::protobuf::Reflection;

void MessageMutator::Spoil(Message& message) {
  for (size_t left = 1 + Pick(4); left > 0; --left) SpoilOneField(message);
}

void MessageMutator::SpoilOneField(Message& message) {
  const Reflection& reflection = *message.GetReflection();
  const int count = message.GetDescriptor()->field_count();
  if (count == 0) return;
  const Field* const field =
      message.GetDescriptor()->field(static_cast<int>(Pick(static_cast<size_t>(count))));
  if (field->is_repeated()) {
    SpoilRepeated(message, field);
  } else if (field->cpp_type() != Field::CPPTYPE_MESSAGE) {
    SetAbsurd(message, field);
  } else if (Pick(8) == 0) {
    reflection.ClearField(&message, field);
  } else {
    SpoilOneField(*reflection.MutableMessage(&message, field));
  }
}

void MessageMutator::SpoilRepeated(Message& message, const Field* field) {
  const Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, field);
  if (field->cpp_type() != Field::CPPTYPE_MESSAGE || size == 0 || field->is_map()) {
    if (Pick(2) == 0) reflection.ClearField(&message, field);
    return;
  }
  const int at = static_cast<int>(Pick(static_cast<size_t>(size)));
  switch (Pick(5)) {
    case 0:
      reflection.RemoveLast(&message, field);
      break;
    case 1:  // One copy; now and then more than any bound allows.
      for (size_t copies = Pick(10) == 0 ? 5000 : 1; copies > 0; --copies) {
        reflection.AddMessage(&message, field)
            ->CopyFrom(reflection.GetRepeatedMessage(message, field, at));
      }
      break;
    default:
      SpoilOneField(*reflection.MutableRepeatedMessage(&message, field, at));
  }
}

void MessageMutator::SetAbsurd(Message& message, const Field* field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field->cpp_type()) {
    case Field::CPPTYPE_INT32:
      return reflection.SetInt32(&message, field, static_cast<int32_t>(AbsurdInteger()));
    case Field::CPPTYPE_INT64:
      return reflection.SetInt64(&message, field, AbsurdInteger());
    case Field::CPPTYPE_UINT32:
      return reflection.SetUInt32(&message, field, static_cast<uint32_t>(AbsurdInteger()));
    case Field::CPPTYPE_UINT64:
      return reflection.SetUInt64(&message, field, static_cast<uint64_t>(AbsurdInteger()));
    case Field::CPPTYPE_DOUBLE:
      return reflection.SetDouble(&message, field, AbsurdReal());
    case Field::CPPTYPE_FLOAT:
      return reflection.SetFloat(&message, field, static_cast<float>(AbsurdReal()));
    case Field::CPPTYPE_BOOL:
      return reflection.SetBool(&message, field, Pick(2) == 0);
    case Field::CPPTYPE_ENUM:
      return reflection.SetEnumValue(&message, field, static_cast<int>(AbsurdInteger()));
    case Field::CPPTYPE_STRING:
      return reflection.SetString(&message, field, AbsurdText());
    case Field::CPPTYPE_MESSAGE:
      return;
  }
}

int64_t MessageMutator::AbsurdInteger() {
  static constexpr std::array<int64_t, 14> kExtremes = {
      0,         -1,        1,         2,         255,       256,        1'000'000,
      INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, 1ll << 32, UINT32_MAX, 1'000'000'000'001};
  return Pick(4) == 0 ? static_cast<int64_t>(random_()) : kExtremes[Pick(kExtremes.size())];
}

double MessageMutator::AbsurdReal() {
  using Limits = std::numeric_limits<double>;
  static constexpr std::array<double, 8> kExtremes = {
      0, -1, Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(), 1e308, -1e-308, 1e9};
  return kExtremes[Pick(kExtremes.size())];
}

std::string MessageMutator::AbsurdText() {
  switch (Pick(8)) {
    case 0:
      return "";
    case 1:
      return std::string(1, '\0');
    case 2:
      return std::string(70'000, 'x');
    case 3:
      return "'; DROP TABLE result; --";
    case 4:
      return "../../\n\t\x7f {} %s $1";
    case 5:
      return "\xf0\x9f\x92\xa9 \xe2\x80\xae";  // Valid UTF-8 that reverses the writing direction.
    case 6:
      return std::string(2'001, '{');
    default:
      return "11111111-1111-4111-8111-11111111111" + std::to_string(Pick(10));
  }
}

}  // namespace motzkin::coordinator
