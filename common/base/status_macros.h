// RETURN_IF_ERROR(expr) and ASSIGN_OR_RETURN(lhs, expr) return an error to the caller.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <utility>

#define RETURN_IF_ERROR(expr) \
  MOTZKIN_RETURN_IF_ERROR(MOTZKIN_CONCAT(status_macro_, __COUNTER__), expr)
// The status gets a new name in each use: the expression may hold a lambda that uses the macro
// itself, whose status would otherwise shadow this one (-Wshadow).
#define MOTZKIN_RETURN_IF_ERROR(status, expr)         \
  do {                                                \
    if (absl::Status status = (expr); !status.ok()) { \
      return status;                                  \
    }                                                 \
  } while (false)

#define MOTZKIN_CONCAT_INNER(a, b) a##b
#define MOTZKIN_CONCAT(a, b) MOTZKIN_CONCAT_INNER(a, b)

#define ASSIGN_OR_RETURN(lhs, expr) \
  MOTZKIN_ASSIGN_OR_RETURN(MOTZKIN_CONCAT(status_or_macro_, __LINE__), lhs, expr)
#define MOTZKIN_ASSIGN_OR_RETURN(result, lhs, expr)    \
  auto result = (expr);                                \
  if (!result.ok()) return std::move(result).status(); \
  lhs = std::move(result).value()
