// RETURN_IF_ERROR(expr) and ASSIGN_OR_RETURN(lhs, expr): hand an error to the caller.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <utility>

#define RETURN_IF_ERROR(expr)                                            \
  do {                                                                   \
    if (absl::Status status_macro_ = (expr); !status_macro_.ok()) {      \
      return status_macro_;                                              \
    }                                                                    \
  } while (false)

#define MOTZKIN_CONCAT_INNER(a, b) a##b
#define MOTZKIN_CONCAT(a, b) MOTZKIN_CONCAT_INNER(a, b)

#define ASSIGN_OR_RETURN(lhs, expr) \
  MOTZKIN_ASSIGN_OR_RETURN(MOTZKIN_CONCAT(status_or_macro_, __LINE__), lhs, expr)
#define MOTZKIN_ASSIGN_OR_RETURN(result, lhs, expr) \
  auto result = (expr);                             \
  if (!result.ok()) return std::move(result).status(); \
  lhs = std::move(result).value()
