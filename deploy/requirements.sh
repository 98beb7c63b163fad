# shellcheck shell=bash disable=SC2154  # $preset and $install are ./dev's.
# The Debian packages that each verb of ./dev needs, and their installation. ./dev sources this.

# One requirement a line, with alternatives in order of preference for different releases of Debian
# and Ubuntu. Packages that belong together are joined by &. "-" means that the requirement is
# optional.
requirements() {
  case ${1:-} in
    # netavark calls iptables, which its package does not ask for.
    images) printf '%s\n' podman runc netavark aardvark-dns iptables && return ;;
    images_trial) echo docker-compose && return ;;
    roots) printf '%s\n' mmdebstrap debian-archive-keyring && return ;;
    computer) printf '%s\n' qemu-system-arm kmod cpio xz-utils e2fsprogs && return ;;
  esac
  if [[ $preset == arm64 ]]; then needed_to_build | of_arm64; else needed_to_build; fi
  case ${1:-} in
    test)
      # The tests of the page. Some packages of nodejs bring npm with them.
      printf '%s\n' node-typescript nodejs chromium
      command -v npm >/dev/null || echo npm
      ;;&
    test | platform | torture)
      printf '%s\n' prometheus iproute2 nftables pgbouncer dbus python3-dbusmock python3-psycopg python3-venv python3-pip python3-setuptools python3-wheel python3-grpcio python3-protobuf python3-cryptography
      ;;
    bench) printf '%s\n' libbenchmark-dev python3-grpcio python3-protobuf python3-cryptography ;;
    fuzz) printf '%s\n' clang libclang-rt-dev 'llvm|-' ;;
    format) echo 'clang-format-19|clang-format' ;;
    package)
      printf '%s\n' dpkg-dev debhelper help2man lintian
      # The man pages come from the programs' own --help.
      if [[ $preset == arm64 ]]; then echo qemu-user; fi
      ;;
    lint)
      printf '%s\n' libbenchmark-dev shellcheck 'clang-format-19|clang-format' \
        'clang-tidy-19&libclang-rt-19-dev|clang-tidy&clang-tools&libclang-rt-dev'
      ;;
  esac
}

needed_to_build() {
  cat <<'PACKAGES'
g++
cmake
ninja-build
ccache
mold
pkg-config|pkgconf
git
python3
jq
protobuf-compiler
protobuf-compiler-grpc
esbuild
libprotobuf-dev
libgrpc++-dev
libssl-dev
libabsl-dev
libpqxx-dev
libboost1.81-dev&libboost-filesystem1.81-dev&libboost-system1.81-dev|libboost-dev&libboost-filesystem-dev&libboost-system-dev
libyaml-cpp-dev
prometheus-cpp-dev
libfmt-dev
libspdlog-dev
nlohmann-json3-dev
libcli11-dev
libseccomp-dev
libsystemd-dev
libgmp-dev
libflint-dev
libflint-arb-dev|-
libgiac-dev
liblinear-dev
libgtest-dev
libgmock-dev
fricas|-
bubblewrap
postgresql
python3-sympy
PACKAGES
}

# Changes the list of needed_to_build for a cross build: what is linked has to be of arm64, what runs during the build
# of this machine, and engines and Postgres are not needed. Packages without an architecture keep their names.
of_arm64() {
  sed -E -e '/^(fricas|bubblewrap|postgresql|python3-sympy)/d' -e 's/^g\+\+$/g++-aarch64-linux-gnu/' \
    -e 's/lib[a-z0-9.+-]+-dev/&:arm64/g' -e 's/^prometheus-cpp-dev$/&:arm64/' -e 's/libcli11-dev:arm64/libcli11-dev/'
}

# Raspberry Pi OS comes with 32 bits, too, and its 64-bit kernel then says aarch64. Nothing of ours is built or tested
# for 32 bits, and packages of arm64 do not install there.
refuse_32_bit_system() {
  local system cure
  system=$(dpkg --print-architecture 2>/dev/null) || return 0
  case $system in
    armhf | armel) cure="Raspberry Pi OS (64-bit) or Debian arm64" ;;
    i386) cure="Debian amd64" ;;
    *) return 0 ;;
  esac
  die "this system is 32-bit ($system, on a kernel for $(uname -m)); Motzkin needs a 64-bit one: install $cure"
}

# Returns whether packages joined by & are installed. dpkg is asked once, because a call for each takes a second on a
# Raspberry Pi.
declare -A installed_packages=()
installed() {
  local package status
  if [[ ${#installed_packages[@]} -eq 0 ]]; then
    while read -r status package; do
      if [[ $status == installed ]]; then installed_packages[$package]=yes; fi
    done < <(dpkg-query -W -f='${db:Status-Status} ${Package}\n${db:Status-Status} ${Package}:${Architecture}\n' 2>/dev/null)
  fi
  for package in ${1//&/ }; do [[ -n ${installed_packages[$package]:-} ]] || return 1; done
}

# Returns whether the system's archives have a package. A plain Boost that is too old for
# Boost.Process v2 does not count, so that Debian's numbered one is chosen.
available() {
  local package candidate
  for package in ${1//&/ }; do
    candidate=$(apt-cache policy "$package" 2>/dev/null | sed -n 's/^  Candidate: //p')
    [[ -n $candidate && $candidate != '(none)' ]] || return 1
    if [[ ${package%:*} == libboost-dev ]] && dpkg --compare-versions "$candidate" lt 1.81; then
      return 1
    fi
  done
}

# Prints the requirements that no alternative satisfies.
unsatisfied() {
  local line alternative
  requirements "$1" | while read -r line; do
    for alternative in ${line//|/ }; do
      if installed "$alternative"; then continue 2; fi
    done
    echo "$line"
  done
}

as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

# Prints the packages to install. An optional requirement ("...|-") is installed if there is one.
choose_packages() {
  local line alternative
  while read -r line; do
    for alternative in ${line//|/ }; do
      if [[ $alternative == - ]]; then continue 2; fi
      if available "$alternative"; then
        echo "${alternative//&/ }"
        continue 2
      fi
    done
    die "no package for $line in this system's archives; Debian 12 or 13 and Ubuntu 24.04 have it"
  done
}

# Debian's postgresql package would start a server at once. Ours runs in the data directory.
keep_postgres_quiet() {
  local file=/etc/postgresql-common/createcluster.d/motzkin.conf
  if installed postgresql-common; then return; fi
  say "writing $file, so that Postgres makes no database of its own"
  as_root mkdir -p "$(dirname "$file")"
  echo 'create_main_cluster = false' | as_root tee "$file" >/dev/null
}

# Missing optional requirements are tried once per clean tree, not at every start.
ensure_packages() {
  local missing required packages stamp=build/.packages-tried
  missing=$(unsatisfied "${1:-}")
  required=$(grep -v '|-$' <<<"$missing" || true)
  if [[ -z $missing ]] || [[ -z $required && -e $stamp ]]; then return; fi
  if [[ $install == no ]]; then
    if [[ -n $required ]]; then say "going on without: $(tr '\n' ' ' <<<"$required")"; fi
    return
  fi
  command -v apt-get >/dev/null || die "needs apt-get to install: $missing; or say --no-install"
  [[ $EUID -eq 0 ]] || command -v sudo >/dev/null || die "install as root or with sudo: $missing"
  say "updating the package lists (apt-get update)"
  as_root apt-get -o DPkg::Lock::Timeout=300 -qq update >&2 || say "apt-get update failed; going on with the old lists"
  packages=$(choose_packages <<<"$missing")
  if [[ -n $packages ]]; then
    say "installing with apt-get, which takes some minutes if it is much: $(tr '\n' ' ' <<<"$packages")"
    keep_postgres_quiet
    # shellcheck disable=SC2086  # One word a package.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq -y \
      install --no-install-recommends $packages >&2
    installed_packages=()
    rm -f build/*/.configured  # CMake looks again.
  fi
  mkdir -p build && touch "$stamp"
}
