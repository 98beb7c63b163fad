// Numbers and enums as people, SQL and files read them. Thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "motzkin/v1/job.pb.h"

namespace motzkin {

// 1234567 as "1,234,567".
std::string Grouped(int64_t value);
// "54.7 %"; "-" of nothing.
std::string Percent(int64_t part, int64_t whole);

// OUTCOME_TIMED_OUT as "timed_out", the word of SQL and docs; the same for other enums of ours,
// whose values all begin with the enum's name.
std::string OutcomeWord(v1::Outcome outcome);
std::string JobStateWord(v1::JobState state);
std::string AnswerClassWord(v1::AnswerClass answer_class);
std::string VerdictWord(v1::Verification::Verdict verdict);

}  // namespace motzkin
