# shellcheck shell=bash disable=SC2154  # $root is ./dev's.
# `--on SUITE` of ./dev, which sources this file: runs a verb in a bare root of a Debian release.
#
# mmdebstrap makes a root once, in build/roots/SUITE. It is like a fresh install of that release: it has
# apt and nothing of ours. Each run copies the working tree into it, as a new user would have cloned it,
# and starts ./dev there. Installed packages and builds stay for the next run, so the second one takes as
# long as on any machine; `./dev clean` removes the roots, too.
#
# `--as` says who runs the verb there:
#   root    in /root/motzkin, a folder that only root may enter (the default)
#   sudo    a user who may use sudo
#   plain   a user who may not; root installs the packages before, and the verb gets --no-install

readonly suite_user=motzkin

# ccache tells the compilers of different releases apart, so every root shares the cache of this machine.
suite_ccache() { echo "${CCACHE_DIR:-$HOME/.cache/ccache}"; }

# suite_root_make SUITE [ARCHITECTURE]: makes the root if it is missing and prints its path. With an architecture it is
# another root, build/roots/SUITE-ARCHITECTURE, whose apt also knows the packages of that architecture.
suite_root_make() {
  local suite=$1 made=$root/build/roots/$1${2:+-$2}
  if [[ ! -e $made/etc/debian_version ]]; then
    command -v mmdebstrap >/dev/null || die "mmdebstrap is not installed"
    say "making a root of $suite in build/roots/$(basename "$made") (half a minute)"
    as_root rm -rf "$made" "$made.new"
    mkdir -p "$(dirname "$made")"
    # Such a root is made again if this machine loses power, so dpkg need not wait for the disk.
    as_root mmdebstrap --quiet --mode=root --variant=minbase --dpkgopt=force-unsafe-io --include=sudo \
      --architectures="$(dpkg --print-architecture)${2:+,$2}" "$suite" "$made.new" >&2 ||
      die "mmdebstrap could not make a root of '$suite'; is it a release of Debian?"
    as_root chroot "$made.new" useradd --create-home --shell /bin/bash "$suite_user"
    as_root mv "$made.new" "$made"
  fi
  echo "$made"
}

# Copies the tracked files as they are now, and new ones that git does not ignore. Times are kept, so that
# a second build compiles only the changes.
suite_root_copy_tree() {
  local into=$1
  as_root mkdir -p "$into"
  as_root find "$into" -mindepth 1 -maxdepth 1 ! -name build ! -name data -exec rm -rf {} +
  git ls-files -z --cached --others --exclude-standard --deduplicate |
    while IFS= read -r -d '' file; do if [[ -e $file ]]; then printf '%s\0' "$file"; fi; done |
    tar --create --null --no-recursion --files-from=- |
    as_root tar --extract --no-same-owner --directory="$into"
}

# suite_root_run ROOT USER COMMAND: runs the shell command as USER in ROOT, with its own mounts and
# processes, which end with it. A pivoted root, unlike a chroot, lets sandboxes make their own namespaces.
suite_root_run() {
  local cache
  cache=$(suite_ccache)
  mkdir -p "$cache"
  as_root unshare --mount --pid --ipc --fork --kill-child --propagation private \
    bash "$root/deploy/enter_root.sh" "$1" "$2" "$cache" "$3"
}

# run_on_suite SUITE AS VERB [ARGUMENTS]
run_on_suite() {
  local suite=$1 as=$2 made home user=root owner flags='' command
  shift 2
  case $as in
    root) home=/root/motzkin ;;
    sudo | plain)
      user=$suite_user
      home=/home/$suite_user/motzkin
      ;;
    *) die "--as takes root, sudo or plain, got '$as'" ;;
  esac
  made=$(suite_root_make "$suite")
  suite_root_copy_tree "$made$home"
  owner=$(as_root chroot "$made" id -u "$user")
  as_root chown -R "$owner:$owner" "$made$home"
  as_root rm -f "$made/etc/sudoers.d/$suite_user"
  if [[ $as == sudo ]]; then
    echo "$suite_user ALL=(ALL) NOPASSWD: ALL" | as_root tee "$made/etc/sudoers.d/$suite_user" >/dev/null
  fi
  if [[ $as == plain ]]; then
    flags=--no-install
    suite_root_run "$made" root "cd $home && ./dev packages test"
  fi
  say "in a root of $suite, as $user: ./dev $*"
  printf -v command '%q ' "$@"
  suite_root_run "$made" "$user" "cd $home && ./dev $flags $command"
}
