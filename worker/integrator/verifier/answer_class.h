// What kind of formula an answer is. Read off its symbols; says nothing of its truth.
#pragma once

#include "common/expression/expression.h"
#include "motzkin/integrator/v1/integrator.pb.h"

namespace motzkin::integrator {

struct AnswerKind {
  // Complex if it holds I, else special if it holds a special function, else elementary (algebraic
  // numbers given by RootOf are).
  v1::AnswerClass answer_class = v1::ANSWER_CLASS_UNSPECIFIED;
  // It holds an absolute value or a sign.
  bool has_abs = false;
};

// Thread-safe.
AnswerKind ClassifyAnswer(expression::Expr answer);

}  // namespace motzkin::integrator
