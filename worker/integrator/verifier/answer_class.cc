#include "worker/integrator/verifier/answer_class.h"

#include <unordered_set>
#include <vector>

namespace motzkin::integrator {

using expression::Expr;
using expression::Op;

AnswerKind ClassifyAnswer(Expr answer) {
  bool special = false, complex = false;
  AnswerKind kind;
  // A shared subtree is visited once, as a walk over the tree could be exponential.
  std::unordered_set<Expr> seen;
  std::vector<Expr> open = {answer};
  while (!open.empty()) {
    const Expr node = open.back();
    open.pop_back();
    if (!seen.insert(node).second) continue;
    special = special || expression::IsSpecial(node->op());
    complex = complex || node->op() == Op::kI;
    kind.has_abs = kind.has_abs || node->op() == Op::kAbs || node->op() == Op::kSign;
    open.insert(open.end(), node->children().begin(), node->children().end());
  }
  kind.answer_class = complex   ? motzkin::v1::ANSWER_CLASS_COMPLEX
                      : special ? motzkin::v1::ANSWER_CLASS_SPECIAL
                                : motzkin::v1::ANSWER_CLASS_ELEMENTARY;
  return kind;
}

}  // namespace motzkin::integrator
