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
  // Inside bubblewrap a file has to pass both layers, so keep this in step with ShowSystem() in
  // bubblewrap.cc.
  std::vector<std::string> shown = {
      "/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/alternatives"};
  shown.insert(shown.end(), readable.begin(), readable.end());
  // Landlock comes before root is given up, because only root finds what lies in a folder that only
  // root may enter. Where the kernel has none, the probe has called the level weak, unless bubblewrap
  // hides the files.
  const absl::Status restricted = EnterLandlock(shown);
  if (!absl::IsUnavailable(restricted)) RETURN_IF_ERROR(restricted);
  RETURN_IF_ERROR(FromErrno(DropRoot(), "give up root"));
  // The filter comes last, because it forbids the calls of the steps before it.
  ASSIGN_OR_RETURN(const FilterProgram filter, IntegratorFilter());
  return FromErrno(InstallFilter(filter), "install the system call filter");
}

}  // namespace motzkin::sandbox
