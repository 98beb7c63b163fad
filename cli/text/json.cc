#include "cli/text/json.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_format.h>
#include <absl/time/time.h>
#include <fmt/core.h>

#include <map>
#include <string>

#include "cli/text/words.h"
#include "common/job_spec/job_yaml.h"
#include "common/words/words.h"

namespace motzkin::cli {
namespace {

// Hashes have 64 bits, and many JSON readers keep only 53 of a number.
std::string Hex(uint64_t hash) { return absl::StrFormat("%016x", hash); }

// protobuf's maps have a random order, but the same data should print the same text.
template <typename Map>
Json Sorted(const Map& map) {
  Json json = Json::object();
  const std::map<std::string, typename Map::mapped_type> sorted(map.begin(), map.end());
  for (const auto& [key, value] : sorted) json[key] = value;
  return json;
}

Json ToJson(const v1::StepResult& step) {
  return {{"engine", step.engine()},         {"version", step.version()},
          {"outcome", Word(step.outcome())}, {"cpu_us", step.cpu_us()},
          {"rss_kb", step.rss_kb()},         {"verifier_us", step.verifier_us()},
          {"message", step.message()}};
}

Json ToJson(const v1::Verification& verification) {
  Json json{{"verdict", Word(verification.verdict())},
            {"points_agreed", verification.points_agreed()},
            {"points_differed", verification.points_differed()},
            {"precision_bits", verification.precision_bits()}};
  if (!verification.counterexample().empty()) {
    json["counterexample"] = verification.counterexample();
  }
  for (const v1::Interval& interval : verification.valid_on()) {
    json["valid_on"].push_back({interval.lower(), interval.upper()});
  }
  return json;
}

}  // namespace

std::string Utc(const google::protobuf::Timestamp& time) {
  return absl::FormatTime(absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone());
}

Json ToJson(const v1::Job& job) {
  const OutcomeGroups groups = GroupsOf(job);
  return {{"uuid", job.uuid()},
          {"id", job.id()},
          {"name", job.spec().name()},
          {"state", Word(job.state())},
          {"reason", job.reason()},
          {"create_time", Utc(job.create_time())},
          // Null and not absent, so that scripts find each key in every job.
          {"archive_time", job.has_archive_time() ? Json(Utc(job.archive_time())) : Json(nullptr)},
          {"preset", job.spec().preset()},
          {"seed", job.spec().seed()},
          {"target", job.spec().target()},
          {"target_integrated", job.spec().target_integrated()},
          {"stored", job.stored()},
          {"sealed_below", job.sealed_below()},
          {"integrated", groups.integrated},
          {"no_answer", groups.no_answer},
          {"broken", groups.broken},
          {"outcomes", Sorted(job.outcomes())},
          {"functions_per_minute", job.functions_per_minute()},
          {"eta_seconds", job.eta_seconds()},
          {"bytes", job.bytes()},
          {"spec_yaml", JobToYaml(job.spec())}};
}

Json ToJson(const v1::Worker& worker) {
  return {{"uuid", worker.uuid()},
          {"name", worker.name()},
          {"state", worker.state()},
          {"reason", worker.reason()},
          {"slots", worker.slots()},
          {"slots_busy", worker.slots_busy()},
          {"batches", worker.batches()},
          {"functions_per_minute", worker.functions_per_minute()},
          {"integrated_per_minute", worker.integrated_per_minute()},
          {"seconds_since_seen", worker.seconds_since_seen()},
          {"temperature", worker.temperature()},
          {"sandbox_level", worker.sandbox_level()},
          {"build", worker.build()},
          {"engines", Sorted(worker.engines())},
          {"rows_waiting", worker.rows_waiting()},
          {"rows_spooled", worker.rows_spooled()},
          {"results_way", worker.results_way()}};
}

Json ToJson(const v1::Result& result) {
  Json json{{"index", result.index()},
            {"outcome", Word(result.outcome())},
            {"integrand", result.integrand()},
            {"integral", result.integral().empty() ? Json(nullptr) : Json(result.integral())},
            {"integrand_infix", PrefixToInfix(result.integrand())}};
  if (!result.integral().empty()) json["integral_infix"] = PrefixToInfix(result.integral());
  json["engine"] = result.engine();
  json["answer_class"] = Word(result.answer_class());
  json["has_abs"] = result.has_abs();
  json["canonical_hash"] = Hex(result.canonical_hash());
  json["skeleton_hash"] = Hex(result.skeleton_hash());
  json["speed_factor"] = result.speed_factor();
  json["wall_ms"] = result.wall_ms();
  json["steps"] = Json::array();
  for (const v1::StepResult& step : result.steps()) json["steps"].push_back(ToJson(step));
  json["verification"] = ToJson(result.verification());
  return json;
}

Json ToJson(const v1::GetStatusResponse& status) {
  Json json{{"cluster_uuid", status.cluster_uuid()},
            {"build", status.build()},
            {"blocked", status.blocked()},
            {"disk_free_bytes", status.disk_free_bytes()},
            {"disk_total_bytes", status.disk_total_bytes()},
            {"data_directory", status.data_directory()},
            {"psql", status.psql()},
            {"page", status.page()},
            {"jobs", Json::array()},
            {"workers", Json::array()},
            {"latest", Json::array()}};
  for (const v1::Job& job : status.jobs()) json["jobs"].push_back(ToJson(job));
  for (const v1::Worker& worker : status.workers()) json["workers"].push_back(ToJson(worker));
  for (const v1::Result& result : status.latest()) json["latest"].push_back(ToJson(result));
  return json;
}

void PrintJson(const Json& json, bool pretty) {
  // An engine's message may hold bytes that are not UTF-8. dump() throws at them unless it may
  // replace them.
  fmt::print("{}\n", json.dump(pretty ? 2 : -1, ' ', /*ensure_ascii=*/false,
                               Json::error_handler_t::replace));
}

}  // namespace motzkin::cli
