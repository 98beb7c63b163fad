#include "worker/machine/working_hours.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include <ctime>
#include <utility>

namespace motzkin::worker {
namespace {

constexpr int kMinutesOfDay = 24 * 60;

bool IsNumber(std::string_view text, int max, int& number) {
  if (text.empty() || text.size() > 2) return false;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &number) && number <= max;
}

// Reads HH:MM or HH as minutes, 0 .. 1440.
std::optional<int> ReadTime(std::string_view text) {
  const size_t colon = text.find(':');
  int hour = 0, minute = 0;
  if (!IsNumber(text.substr(0, colon), 24, hour)) return std::nullopt;
  if (colon != std::string_view::npos && !IsNumber(text.substr(colon + 1), 59, minute)) {
    return std::nullopt;
  }
  const int time = 60 * hour + minute;
  return time <= kMinutesOfDay ? std::optional(time) : std::nullopt;
}

}  // namespace

absl::StatusOr<WorkingHours> WorkingHours::Parse(std::string_view text) {
  const size_t dash = text.find('-');
  std::optional<int> begin, end;
  if (dash != std::string_view::npos) {
    begin = ReadTime(text.substr(0, dash));
    end = ReadTime(text.substr(dash + 1));
  }
  // Equal times could mean all day or never, and a worker that never works is a mistake.
  if (!begin.has_value() || !end.has_value() || *begin == *end) {
    return absl::InvalidArgumentError(
        fmt::format("must be two times such as 22:00-07:00, got '{}'", text));
  }
  return WorkingHours(*begin, *end);
}

bool WorkingHours::Contain(int minute) const {
  if (begin_ < end_) return begin_ <= minute && minute < end_;
  return begin_ <= minute || minute < end_;  // over midnight
}

std::string WorkingHours::ToString() const {
  return fmt::format("{:02}:{:02}-{:02}:{:02}", begin_ / 60, begin_ % 60, end_ / 60, end_ % 60);
}

int MinuteOfDay() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  tzset();  // localtime_r() need not look at the zone again, and a laptop travels.
  localtime_r(&now, &local);
  return 60 * local.tm_hour + local.tm_min;
}

}  // namespace motzkin::worker
