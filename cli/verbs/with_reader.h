// Gives a verb a reader of the cluster's rows.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <type_traits>

#include "cli/access/reader_access.h"
#include "cli/text/progress_bar.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "dataset/reader.h"

namespace motzkin::cli {

// Returns `work(reader, progress)`, which is an absl::StatusOr. The progress is shown under the name
// `verb`. Other errors are those of ReaderAccess and dataset::Reader::Open().
template <typename Work>
auto WithReader(const Globals& globals, const ReaderFlags& flags, const std::string& verb,
                const Work& work)
    -> std::invoke_result_t<const Work&, dataset::Reader&, const dataset::Progress&> {
  ASSIGN_OR_RETURN(ReaderAccess access, ReaderAccess::Open(globals.coordinator, flags));
  // The reader is gone when this returns: its connection must be closed before Close() stops a
  // private server.
  const auto read = [&]() -> decltype(WithReader(globals, flags, verb, work)) {
    ASSIGN_OR_RETURN(dataset::Reader reader, dataset::Reader::Open(access.uri()));
    ProgressBar bar(verb);
    return work(reader, [&](int64_t done, int64_t total) { return bar.Show(done, total); });
  };
  auto result = read();
  RETURN_IF_ERROR(access.Close());
  return result;
}

}  // namespace motzkin::cli
