#include "common/words/printable_message.h"

#include <string>
#include <utility>
#include <vector>

#include "common/base/one_line.h"

namespace motzkin {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void MakeTextPrintable(Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  std::string scratch;
  if (!field.is_repeated()) {
    const std::string& text = reflection.GetStringReference(message, &field, &scratch);
    std::string printable = Printable(text);
    if (printable != text) reflection.SetString(&message, &field, std::move(printable));
    return;
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const std::string& text = reflection.GetRepeatedStringReference(message, &field, i, &scratch);
    std::string printable = Printable(text);
    if (printable != text) reflection.SetRepeatedString(&message, &field, i, std::move(printable));
  }
}

}  // namespace

void MakePrintable(Message& message) {
  const Reflection& reflection = *message.GetReflection();
  // The recursion below is bounded: the parser of protobuf refuses messages that nest deeper than
  // 100.
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* const field : fields) {
    if (field->type() == FieldDescriptor::TYPE_STRING) MakeTextPrintable(message, *field);
    if (field->type() != FieldDescriptor::TYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      MakePrintable(*reflection.MutableMessage(&message, field));
      continue;
    }
    // Reflection shows the entries of a map as repeated messages with a key and a value.
    for (int i = 0; i < reflection.FieldSize(message, field); ++i)
      MakePrintable(*reflection.MutableRepeatedMessage(&message, field, i));
  }
}

}  // namespace motzkin
