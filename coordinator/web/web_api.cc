#include "coordinator/web/web_api.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <map>
#include <utility>

#include "common/base/one_line.h"
#include "common/base/status_macros.h"
#include "common/postgres/params.h"
#include "common/postgres/rows.h"
#include "common/yaml/scalar.h"
#include "coordinator/web/json_text.h"
#include "dataset/report_json.h"
#include "web_queries.h"

namespace motzkin::coordinator::web {
namespace {

using Parameters = std::map<std::string, std::string>;

// So many rows are on one page of the page, and no answer is much larger.
constexpr int kRowsMax = 100;
constexpr int64_t kFailuresMax = 100;
constexpr int64_t kHoursMax = int64_t{24} * 31;
constexpr int64_t kPeriodsMax = 2'000;

struct Method {
  std::string_view name;
  absl::Duration refresh;
  bool reads_rows = false;
};
// Figures that move are asked for every two seconds, those that read many rows or never change less
// often.
constexpr absl::Duration kOften = absl::Seconds(2);
constexpr Method kMethods[] = {
    {"GetStatus", kOften},
    {"ListJobs", kOften},
    {"ListWorkers", kOften},
    {"ListEvents", kOften},
    {"GetResult", absl::Minutes(1)},
    {"Statistics", kOften, /*reads_rows=*/true},
    {"Throughput", absl::Seconds(15), /*reads_rows=*/true},
    {"Failures", absl::Seconds(5), /*reads_rows=*/true},
};

const Method* MethodOf(std::string_view question) {
  const Method* const method =
      std::ranges::find(kMethods, question.substr(0, question.find('?')), &Method::name);
  return method == std::end(kMethods) ? nullptr : method;
}

// A page of the page is not larger than this, however much was asked for.
template <typename Message>
void Bound(Message& request) {
  if constexpr (requires { request.page_size(); }) {
    if (request.page_size() <= 0 || request.page_size() > kRowsMax) request.set_page_size(kRowsMax);
  }
}

template <typename Message>
void Withhold(Message&) {}

// These hold a password of the database, and the page is read without one.
void Withhold(v1::GetStatusResponse& status) {
  if (!status.psql().empty()) status.set_psql("motzkin psql");
  status.clear_reader_uri();
}

template <typename Request, typename Response>
absl::StatusOr<std::string> Ask(OperatorViews& views, const QueryPairs& query) {
  Json fields = Json::object();
  for (const auto& [name, value] : query) fields[name] = value;
  Request request;
  // protobuf reads a number that is written as a text, too.
  RETURN_IF_ERROR(ReadMessage(Dump(fields), request));
  Bound(request);
  Response response;
  RETURN_IF_ERROR(views.Answer(request, response));
  Withhold(response);
  return MessageJson(response);
}

// Takes the parameters of a method that has no message. INVALID_ARGUMENT: it has no such one.
absl::StatusOr<Parameters> Take(const QueryPairs& query, Parameters defaults) {
  for (const auto& [name, value] : query) {
    const auto found = defaults.find(name);
    if (found == defaults.end()) {
      return absl::InvalidArgumentError(absl::StrCat("no parameter ", OneLine(name)));
    }
    found->second = value;
  }
  return defaults;
}

absl::StatusOr<int64_t> Number(const Parameters& parameters, const std::string& name, int64_t max) {
  absl::StatusOr<int64_t> number = yaml::ParseInteger(parameters.at(name));
  if (number.ok() && *number >= 1 && *number <= max) return number;
  return absl::InvalidArgumentError(absl::StrCat(name, " must be 1 .. ", max));
}

}  // namespace

WebApi::WebApi(OperatorViews& views, std::string conninfo)
    : views_(views),
      conninfo_(std::move(conninfo)),
      walk_(conninfo_, [&views] { return views.taken_back(); }) {}

void WebApi::Stop() {
  stopping_.Notify();
  // A read may wait for minutes: for a lock, or for many rows.
  reading_.TurnOff();
  walk_.Stop();
}

absl::Duration WebApi::Refresh(std::string_view question) {
  const Method* const method = MethodOf(question);
  return method == nullptr ? absl::Minutes(1) : method->refresh;
}

bool WebApi::ReadsRows(std::string_view question) {
  const Method* const method = MethodOf(question);
  return method != nullptr && method->reads_rows;
}

absl::StatusOr<std::string> WebApi::Answer(std::string_view question) {
  const size_t mark = question.find('?');
  const std::string_view name = question.substr(0, mark);
  ASSIGN_OR_RETURN(const QueryPairs query,
                   ParseQuery(mark == std::string_view::npos ? "" : question.substr(mark + 1)));
  if (name == "GetStatus") return Ask<v1::GetStatusRequest, v1::GetStatusResponse>(views_, query);
  if (name == "ListJobs") return Ask<v1::ListJobsRequest, v1::ListJobsResponse>(views_, query);
  if (name == "ListWorkers") {
    return Ask<v1::ListWorkersRequest, v1::ListWorkersResponse>(views_, query);
  }
  if (name == "ListEvents") {
    return Ask<v1::ListEventsRequest, v1::ListEventsResponse>(views_, query);
  }
  if (name == "GetResult") return Ask<v1::GetResultRequest, v1::GetResultResponse>(views_, query);
  if (name == "Statistics") return Statistics(query);
  if (name == "Throughput") return Throughput(query);
  if (name == "Failures") return Failures(query);
  return absl::InvalidArgumentError(absl::StrCat("no method ", OneLine(std::string(name))));
}

absl::StatusOr<std::string> WebApi::WithReader(
    const std::function<absl::StatusOr<std::string>(dataset::Reader&)>& read) {
  if (stopping_.HasBeenNotified()) return absl::UnavailableError("the coordinator is stopping");
  const absl::MutexLock lock(&mutex_);
  if (reader_ == nullptr) {
    // A page asks again by itself.
    ASSIGN_OR_RETURN(dataset::Reader opened,
                     dataset::Reader::Open(conninfo_, /*attempts=*/1, &reading_));
    reader_ = std::make_unique<dataset::Reader>(std::move(opened));
  }
  return read(*reader_);
}

absl::StatusOr<std::string> WebApi::Statistics(const QueryPairs& query) {
  ASSIGN_OR_RETURN(const Parameters given, Take(query, {{"job", ""}}));
  return WithReader([&](dataset::Reader& reader) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const dataset::JobDescription job, reader.FindJob(given.at("job")));
    const StatisticsWalk::Counted counted = walk_.Of(job);
    RETURN_IF_ERROR(counted.problem);
    ASSIGN_OR_RETURN(const auto engines, reader.Engines());
    ASSIGN_OR_RETURN(const LabelFlips flips, reader.FlipsOf(job.name));
    Json json{{"job", job.name},
              {"state", job.state},
              {"sealed", job.sealed},
              {"counted", counted.rows},
              {"label_flips",
               {{"audited", flips.audited},
                {"flips", flips.flips},
                {"lower", flips.lower},
                {"upper", flips.upper},
                {"open", flips.open}}}};
    json.update(dataset::ToJson(counted.statistics, engines));
    return Dump(json);
  });
}

absl::StatusOr<std::string> WebApi::Throughput(const QueryPairs& query) {
  ASSIGN_OR_RETURN(const Parameters given,
                   Take(query, {{"job", ""}, {"worker", ""}, {"minutes", "15"}, {"hours", "24"}}));
  ASSIGN_OR_RETURN(const int64_t hours, Number(given, "hours", kHoursMax));
  ASSIGN_OR_RETURN(const int64_t minutes, Number(given, "minutes", hours * 60));
  if (hours * 60 / minutes > kPeriodsMax) {
    return absl::InvalidArgumentError(absl::StrCat("more than ", kPeriodsMax, " periods"));
  }
  return WithReader([&](dataset::Reader& reader) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const postgres::Rows rows,
                     reader.Execute(queries::kThroughput, postgres::Params()
                                                              .Text(given.at("job"))
                                                              .Text(given.at("worker"))
                                                              .Int(minutes)
                                                              .Int(hours)));
    Json periods = Json::array();
    for (const postgres::Row row : rows) {
      periods.push_back({{"begin_s", row.Int("begin_s")},
                         {"functions", row.Int("functions")},
                         {"integrated", row.Int("integrated")},
                         {"cas_seconds", row.Real("cas_seconds")},
                         {"verifier_seconds", row.Real("verifier_seconds")}});
    }
    return Dump({{"minutes", minutes}, {"hours", hours}, {"periods", periods}});
  });
}

absl::StatusOr<std::string> WebApi::Failures(const QueryPairs& query) {
  ASSIGN_OR_RETURN(const Parameters given,
                   Take(query, {{"job", ""}, {"worker", ""}, {"limit", "20"}}));
  ASSIGN_OR_RETURN(const int64_t limit, Number(given, "limit", kFailuresMax));
  return WithReader([&](dataset::Reader& reader) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(
        const postgres::Rows rows,
        reader.Execute(
            queries::kFailures,
            postgres::Params().Text(given.at("job")).Text(given.at("worker")).Int(limit)));
    Json failures = Json::array();
    for (const postgres::Row row : rows) {
      Json failure{{"time_s", row.Int("time_s")}, {"index", row.Int("index")}};
      for (const char* text : {"job", "outcome", "engine", "message", "integrand", "worker"}) {
        failure[text] = Printable(row.Text(text));
      }
      failures.push_back(std::move(failure));
    }
    return Dump({{"failures", failures}});
  });
}

}  // namespace motzkin::coordinator::web
