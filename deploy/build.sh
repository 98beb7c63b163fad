# shellcheck shell=bash disable=SC2154  # $root is ./dev's.
# Configures and builds a preset into build/PRESET, and says meanwhile how long it will take. ./dev sources this.

# The CPU time of one step of the build on the machines that were measured, with a cold compiler cache. The
# estimate before the first steps are done is made of it. A Raspberry Pi needs three times as long.
readonly build_step_seconds=5

# A compiler that sees gRPC or Boost takes 1 to 1.5 GB.
parallel_jobs() {
  local cores by_memory
  cores=$(nproc)
  by_memory=$(awk '/^MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo)
  if ((by_memory < 1)); then by_memory=1; fi
  echo $((cores < by_memory ? cores : by_memory))
}

# CMake takes seconds even if nothing changed, so it runs only where ninja would not start it by itself: in a
# new build, in a folder that was moved, after a change of the presets, and after packages were installed
# (ensure_packages deletes the stamps).
configure() {
  local into=$1 stamp=build/$1/.configured presets
  presets="$root $(cksum <CMakePresets.json)"
  if [[ -e build/$into/build.ninja && $(cat "$stamp" 2>/dev/null) == "$presets" ]]; then return; fi
  mkdir -p build
  cmake --preset "$into" >"build/cmake-$into.log" 2>&1 || { cat "build/cmake-$into.log" >&2; die "cmake failed"; }
  echo "$presets" >"$stamp"
}

# build_progress JOBS: reads ninja's lines. On a terminal it keeps one line up to date, elsewhere it writes a line
# whenever another tenth is done. Everything that is not a step, such as an error, goes through as it is.
#
# The time left is the stated estimate at first. From 20 s on it follows the steps that were done: by then the
# quick ones, which the compiler cache has, no longer stand for all.
build_progress() {
  local jobs=$1 line finished=0 total=0 tenth=0 left columns=0
  SECONDS=0
  if [[ -t 2 ]]; then columns=$(tput cols 2>/dev/null || echo 80); fi
  while IFS= read -r line; do
    if [[ ! $line =~ ^\[([0-9]+)/([0-9]+)\]\ (.*)$ ]]; then
      [[ $line == 'ninja: Entering directory'* || $line == 'ninja: no work to do.' ]] || printf '%s\n' "$line" >&2
      continue
    fi
    finished=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
    if ((finished == 0)); then continue; fi  # ninja looks for new files.
    left=$(((total - finished) * build_step_seconds / jobs))
    if ((SECONDS >= 20)); then left=$((SECONDS * (total - finished) / finished)); fi
    if ((columns > 0)); then
      line="dev: step $finished of $total, $(in_minutes $left) left  ${BASH_REMATCH[3]}"
      printf '\r\033[K%s' "${line:0:columns-1}" >&2
    elif ((finished * 10 / total > tenth)); then
      tenth=$((finished * 10 / total))
      if ((tenth < 10)); then say "step $finished of $total, $(in_minutes $left) left"; fi
    fi
  done
  if ((finished > 0)); then
    if ((columns > 0)); then printf '\r\033[K' >&2; fi
    say "built $finished steps in $(in_minutes $SECONDS)"
  fi
}

# in_minutes SECONDS
in_minutes() {
  if (($1 < 90)); then echo "$1 s"; else echo "about $((($1 + 30) / 60)) minutes"; fi
}

# build PRESET [TARGETS]
build() {
  local into=$1 jobs steps
  shift
  # These programs were built elsewhere for this machine, which has no compiler (tests/arm64/computer.sh).
  if [[ -e build/$into/.built-elsewhere ]]; then return; fi
  # Relative paths let several checkouts share the objects in ccache.
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
  configure "$into"
  jobs=$(parallel_jobs)
  if [[ ! -e build/$into/.ninja_log ]]; then  # The first build of this preset.
    steps=$(ninja -C "build/$into" -t commands "$@" | wc -l)
    say "building into build/$into with $jobs at a time: $steps steps, $(in_minutes $((steps * build_step_seconds / jobs))), less where the compiler cache helps"
  fi
  ninja -C "build/$into" -j "$jobs" "$@" 2>&1 | build_progress "$jobs"
}
