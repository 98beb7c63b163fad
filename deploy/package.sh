# shellcheck shell=bash disable=SC2154  # $root is ./dev's.
# `./dev package`, which ./dev sources: builds the packages of a commit in bare roots of Debian releases.
#
# The roots are those of `--on` (deploy/suite_root.sh), and those of `test --arch` for packages of arm64 that amd64
# makes. A commit is copied to the same path of each root as a fresh tree, so one commit gives the same bytes every
# time. deploy/build_deb.sh of that commit does the rest.

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
      --suite | --ref | --from)
        [[ $# -ge 2 ]] || die "$1 needs a value; see ./dev --help"
        case $1 in
          --suite) package_suites+=("$2") ;;
          --ref) package_ref=$2 ;;
          --from) package_from=$(realpath -e "$2") || die "--from: there is no folder '$2'" ;;
        esac
        shift
        ;;
      *) die "package does not know '$1'; see ./dev --help" ;;
    esac
    shift
  done
  if package_is_cross && [[ $package_try == yes ]]; then die "packages of $(package_arch) cannot be tried here"; fi
  if [[ ${#package_suites[@]} -eq 0 ]]; then package_suites=(bookworm trixie); fi
}

# The architecture that packages are made for. The verbs of --arch come here only with one that can be made.
package_arch() { echo "${arch:-$(dpkg --print-architecture)}"; }

package_is_cross() { [[ $(package_arch) != "$(dpkg --print-architecture)" ]]; }

# package_build SUITE COMMIT INTO: puts the packages of COMMIT for SUITE into the folder INTO. Packages of another
# architecture stay there.
package_build() {
  local suite=$1 commit=$2 into=$3 made seconds log foreign=
  if package_is_cross; then foreign=$(package_arch); fi
  made=$(suite_root_make "$suite" "$foreign")
  seconds=$(git log -1 --format=%ct "$commit")
  say "packages of ${commit:0:8} for $suite on $(package_arch)"
  as_root rm -rf "$made/root/package"
  as_root mkdir -p "$made/root/package/motzkin"
  git archive "$commit" | as_root tar --extract --directory="$made/root/package/motzkin"
  log=$into-$(package_arch).log
  mkdir -p "$(dirname "$into")"
  suite_root_run "$made" root \
    "cd /root/package/motzkin && deploy/build_deb.sh $seconds ${commit:0:8} $(parallel_jobs) /root/package/built $foreign" >"$log" 2>&1 ||
    { tail -n 40 "$log" >&2; die "the packages of $suite failed; build log: $log"; }
  mkdir -p "$into"
  rm -f "$into"/*_"$(package_arch)".deb
  as_root tar --create --directory="$made/root/package/built" . | tar --extract --no-same-owner --directory="$into"
  as_root rm -rf "$made/root/package"
  ls "$into"/*_"$(package_arch)".deb
}

# package_hashes FOLDER: prints the hash and the name of each package of the architecture.
package_hashes() { (cd "$1" && sha256sum ./*_"$(package_arch)".deb); }

# Packages of HEAD go to build/packages/SUITE, those of another commit to build/packages/COMMIT/SUITE.
verb_package() {
  local commit suite into=build/packages
  parse_package_arguments "$@"
  commit=$(git rev-parse --verify --quiet "$package_ref^{commit}") || die "--ref: there is no commit '$package_ref'"
  git cat-file -e "$commit:deploy/debian/control" 2>/dev/null || die "${commit:0:8} has no deploy/debian: it is too old"
  ensure_packages roots
  if [[ $package_ref != HEAD ]]; then
    into+=/${commit:0:8}
  elif [[ -n $(git status --porcelain) ]]; then
    say "uncommitted changes are not in the packages"
  fi
  for suite in "${package_suites[@]}"; do
    package_build "$suite" "$commit" "$into/$suite"
    if [[ $package_twice == yes ]]; then
      package_build "$suite" "$commit" "$into/again/$suite"
      diff <(package_hashes "$into/$suite") <(package_hashes "$into/again/$suite") >&2 || die "the second build differs from the first"
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
