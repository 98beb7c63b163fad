// Answers the questions of the page in JSON. The answers of OperatorService are in protobuf's mapping,
// with the words of the protos. The others are read from the public views, with the rights of the
// reader's role.
//
//   GetStatus ListJobs ListWorkers GetResult ListEvents    operator_service.proto
//   Statistics?job=    what `motzkin stats --json` prints, of the rows that are counted so far
//   Throughput?job=&worker=&minutes=&hours=    what was stored, by periods
//   Failures?job=&worker=&limit=    the latest functions that ended otherwise than integrated
//
// Thread-safe. Calls wait for store and scheduler.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/timed_wait.h"
#include "coordinator/service/operator_views.h"
#include "coordinator/web/metrics.h"
#include "coordinator/web/statistics_walk.h"
#include "coordinator/web/url_query.h"
#include "dataset/reader.h"

namespace motzkin::coordinator::web {

class WebApi {
 public:
  // `views` must outlive this. `conninfo` opens the database to read.
  WebApi(OperatorViews& views, std::string conninfo);

  // Answers "ListJobs?page_size=20" with one line of JSON. INVALID_ARGUMENT: there is no such method,
  // or it has no such parameter. Otherwise the errors are those of the method.
  absl::StatusOr<std::string> Answer(std::string_view question);

  // Returns the text for Prometheus (metrics.h).
  absl::StatusOr<std::string> Metrics() { return web::Metrics(views_); }

  // After this time a question of this method may have another answer.
  static absl::Duration Refresh(std::string_view question);

  // Whether the answer may take a while, because rows are read for it.
  static bool ReadsRows(std::string_view question);

  // From now on nothing more is read, and who waits for rows is told so at once. Idempotent.
  void Stop();

 private:
  // Runs `read` with the connection for short reads.
  absl::StatusOr<std::string> WithReader(
      const std::function<absl::StatusOr<std::string>(dataset::Reader&)>& read)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::string> Statistics(const QueryPairs& query);
  absl::StatusOr<std::string> Throughput(const QueryPairs& query);
  absl::StatusOr<std::string> Failures(const QueryPairs& query);

  OperatorViews& views_;
  const std::string conninfo_;
  dataset::ReadSwitch reading_;  // Outside of the mutex, which a read holds.
  absl::Mutex mutex_;
  std::unique_ptr<dataset::Reader> reader_ ABSL_GUARDED_BY(mutex_);  // null until it is needed
  Notification stopping_;
  StatisticsWalk walk_;
};

}  // namespace motzkin::coordinator::web
