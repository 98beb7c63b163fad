#include "worker/sandbox/bubblewrap.h"

#include <unistd.h>

#include <filesystem>
#include <initializer_list>

namespace motzkin::sandbox {
namespace {

namespace fs = std::filesystem;

void Append(std::vector<std::string>& command, std::initializer_list<std::string> words) {
  command.insert(command.end(), words);
}

// Shows the folders at the root that hold programs and libraries: on a merged system they are
// symbolic links into /usr, elsewhere real folders.
void ShowSystem(std::vector<std::string>& command) {
  Append(command, {"--ro-bind", "/usr", "/usr"});
  for (const std::string name : {"/bin", "/lib", "/lib64", "/lib32", "/sbin"}) {
    std::error_code error;
    if (fs::is_symlink(name, error)) {
      Append(command, {"--symlink", fs::read_symlink(name, error).string(), name});
    } else if (fs::is_directory(name, error)) {
      Append(command, {"--ro-bind", name, name});
    }
  }
  // The loader's cache, and the links with which Debian selects BLAS and LAPACK.
  for (const std::string name : {"/etc/ld.so.cache", "/etc/alternatives"}) {
    Append(command, {"--ro-bind-try", name, name});
  }
}

}  // namespace

std::string FindBubblewrap() {
  for (const char* path : {"/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"}) {
    if (access(path, X_OK) == 0) return path;
  }
  return "";
}

std::vector<std::string> BubblewrapCommand(const BubblewrapSpec& spec) {
  std::vector<std::string> command = {spec.bubblewrap, "--die-with-parent"};
  // --unshare-all would go on without a user namespace where there is none. The cgroup namespace is
  // optional: it hides nothing that matters and is missing on old kernels.
  Append(command, {"--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc",
                   "--unshare-uts", "--unshare-cgroup-try"});
  // The namespace knows this one user only, so set-user-id programs have no user to become, and
  // DropRoot() finds nothing to drop.
  Append(command,
         {"--uid", "65534", "--gid", "65534", "--cap-drop", "ALL", "--hostname", "integrator"});
  ShowSystem(command);
  // /dev is built by hand, because bubblewrap's own --dev mounts a devpts, which many containers
  // forbid.
  Append(command, {"--tmpfs", "/dev", "--dev-bind", "/dev/null", "/dev/null", "--tmpfs", "/tmp"});
  // Bubblewrap carries out its arguments in order. The program comes after the empty /tmp, which
  // would hide one that was built there.
  if (!spec.program.empty()) Append(command, {"--ro-bind", spec.program, spec.program});
  for (const std::string& path : spec.readable) Append(command, {"--ro-bind-try", path, path});
  // The mounts above needed a writable tree to create their mount points in; now it becomes
  // read-only.
  for (const std::string mount : {"/tmp", "/dev", "/"}) Append(command, {"--remount-ro", mount});
  // There is no --new-session, because it would take the integrator out of the process group that
  // the worker kills. The worker gives bubblewrap a session of its own instead, and the filter
  // refuses TIOCSTI.
  Append(command, {"--chdir", "/", "--"});
  return command;
}

}  // namespace motzkin::sandbox
