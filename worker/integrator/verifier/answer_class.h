// Classifies an answer by the symbols that it holds. The class does not depend on whether the
// answer is right.
#pragma once

#include "common/expression/expression.h"
#include "motzkin/v1/outcome.pb.h"

namespace motzkin::integrator {

struct AnswerKind {
  // Complex if the answer holds I, else special if it holds a special function, else elementary.
  // Algebraic numbers given by RootOf are elementary.
  motzkin::v1::AnswerClass answer_class = motzkin::v1::ANSWER_CLASS_UNSPECIFIED;
  // Whether it holds an absolute value or a sign.
  bool has_abs = false;
};

// Thread-safe.
AnswerKind ClassifyAnswer(expression::Expr answer);

}  // namespace motzkin::integrator
