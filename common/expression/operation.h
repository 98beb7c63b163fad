// What is known of each operation: its number of children and its name in each format. Inside this
// module only.
#pragma once

#include <string_view>

#include "common/expression/expression.h"
#include "common/expression/printer.h"

namespace motzkin::expression {

// The name of a leaf or function in `format`; empty where the format has none for it (the printer
// then writes an equal expression or refuses). LaTeX names come with their backslash.
std::string_view NameOf(Op op, Format format);

// The operation with this prefix token; kUndefined when there is none.
Op OpOfPrefixToken(std::string_view token);

}  // namespace motzkin::expression
