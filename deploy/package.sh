# shellcheck shell=bash disable=SC2154  # $root is ./dev's.
# `./dev package`, which ./dev sources: builds the packages of a commit in bare roots of Debian releases.
#
# The roots are those of `--on` (deploy/suite_root.sh). A commit is copied to the same path of each root as a
# fresh tree, so one commit gives the same bytes every time. deploy/build_deb.sh of that commit does the rest.

package_suites=()
package_ref=HEAD
package_try=no
package_twice=no
package_from=

parse_package_arguments() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      --try) package_try=yes ;;
      --twice) package_twice=yes ;;
      --suite | --arch | --ref | --from)
        [[ $# -ge 2 ]] || die "$1 needs a value; see ./dev --help"
        case $1 in
          --suite) package_suites+=("$2") ;;
          --arch) [[ $2 == amd64 ]] || die "packages are built for amd64 only, not for '$2' yet" ;;
          --ref) package_ref=$2 ;;
          --from) package_from=$(realpath -e "$2") || die "--from: there is no folder '$2'" ;;
        esac
        shift
        ;;
      *) die "package does not know '$1'; see ./dev --help" ;;
    esac
    shift
  done
  [[ $(dpkg --print-architecture) == amd64 ]] || die "packages are built on amd64 only yet"
  if [[ ${#package_suites[@]} -eq 0 ]]; then package_suites=(bookworm trixie); fi
}

# package_build SUITE COMMIT INTO: fills the folder INTO with the packages of COMMIT for SUITE.
package_build() {
  local suite=$1 commit=$2 into=$3 made seconds
  made=$(suite_root_make "$suite")
  seconds=$(git log -1 --format=%ct "$commit")
  say "packages of ${commit:0:8} for $suite"
  as_root rm -rf "$made/root/package"
  as_root mkdir -p "$made/root/package/motzkin"
  git archive "$commit" | as_root tar --extract --directory="$made/root/package/motzkin"
  mkdir -p "$(dirname "$into")"
  suite_root_run "$made" root \
    "cd /root/package/motzkin && deploy/build_deb.sh $seconds ${commit:0:8} $(parallel_jobs) /root/package/built" >"$into.log" 2>&1 ||
    { tail -n 40 "$into.log" >&2; die "the packages of $suite failed; build log: $into.log"; }
  rm -rf "$into"
  mkdir "$into"
  as_root tar --create --directory="$made/root/package/built" . | tar --extract --no-same-owner --directory="$into"
  as_root rm -rf "$made/root/package"
  ls "$into"/*.deb
}

# Packages of HEAD go to build/packages/SUITE, those of another commit to build/packages/COMMIT/SUITE.
verb_package() {
  local commit suite into=build/packages
  parse_package_arguments "$@"
  ensure_packages roots
  commit=$(git rev-parse --verify --quiet "$package_ref^{commit}") || die "--ref: there is no commit '$package_ref'"
  git cat-file -e "$commit:deploy/debian/control" 2>/dev/null || die "${commit:0:8} has no deploy/debian: it is too old"
  if [[ $package_ref != HEAD ]]; then
    into+=/${commit:0:8}
  elif [[ -n $(git status --porcelain) ]]; then
    say "uncommitted changes are not in the packages"
  fi
  for suite in "${package_suites[@]}"; do
    package_build "$suite" "$commit" "$into/$suite"
    if [[ $package_twice == yes ]]; then
      package_build "$suite" "$commit" "$into/again/$suite"
      diff --recursive --brief "$into/$suite" "$into/again/$suite" >&2 || die "the second build differs from the first"
      say "the second build has the same bytes"
    fi
    if [[ $package_try == yes ]]; then package_try "$suite" "$into/$suite"; fi
  done
}

# package_try SUITE FOLDER: installs, runs, upgrades, removes and purges them in a root that has nothing.
package_try() {
  local arguments=("$1" "$2")
  if [[ -n $package_from ]]; then arguments+=("$package_from/$1"); fi
  as_root tests/packages/packages_test.py "${arguments[@]}"
}
