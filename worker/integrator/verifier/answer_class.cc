#include "worker/integrator/verifier/answer_class.h"

#include "common/expression/distinct_nodes.h"

namespace motzkin::integrator {

using expression::Expr;
using expression::Op;

AnswerKind ClassifyAnswer(Expr answer) {
  bool special = false, complex = false;
  AnswerKind kind;
  for (const Expr node : expression::DistinctNodes(answer)) {
    special = special || expression::IsSpecial(node->op());
    complex = complex || node->op() == Op::kI;
    kind.has_abs = kind.has_abs || node->op() == Op::kAbs || node->op() == Op::kSign;
  }
  kind.answer_class = complex   ? motzkin::v1::ANSWER_CLASS_COMPLEX
                      : special ? motzkin::v1::ANSWER_CLASS_SPECIAL
                                : motzkin::v1::ANSWER_CLASS_ELEMENTARY;
  return kind;
}

}  // namespace motzkin::integrator
