#include "worker/sandbox/enter.h"

#include "common/base/status_macros.h"
#include "worker/sandbox/landlock.h"
#include "worker/sandbox/limits.h"
#include "worker/sandbox/seccomp_filter.h"

namespace motzkin::sandbox {
namespace {

absl::Status FromErrno(int error, const char* what) {
  return error == 0 ? absl::OkStatus() : absl::ErrnoToStatus(error, what);
}

}  // namespace

absl::Status EnterSandbox(const std::vector<std::string>& readable) {
  RETURN_IF_ERROR(FromErrno(LimitIntegrator(), "resource limits"));
  RETURN_IF_ERROR(FromErrno(DropRoot(), "give up root"));
  ASSIGN_OR_RETURN(const FilterProgram filter, IntegratorFilter());
  RETURN_IF_ERROR(FromErrno(InstallFilter(filter), "install the system call filter"));
  std::vector<std::string> shown = {
      "/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/alternatives"};
  shown.insert(shown.end(), readable.begin(), readable.end());
  const absl::Status restricted = RestrictFiles(shown);
  // Older kernels go without: reported in the level's line, and leaves cannot open files anyway.
  return absl::IsUnavailable(restricted) ? absl::OkStatus() : restricted;
}

}  // namespace motzkin::sandbox
