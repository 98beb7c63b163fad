#!/bin/sh
# Runs a link command with each shared Abseil library replaced by its archive, if there is one.
# Abseil is thirty small libraries, and a fork copies every mapping of each, which matters for
# programs that fork often. Set this as RULE_LAUNCH_LINK of a target; CMake's imported targets offer
# no other way to choose.
archives=
count=$#
while [ "$count" -gt 0 ]; do
  argument=$1
  shift
  count=$((count - 1))
  archive=${argument%%.so*}.a
  case $argument in
    */libabsl_*.so*)
      if [ -e "$archive" ]; then
        archives="$archives $archive"
        continue
      fi
      ;;
  esac
  set -- "$@" "$argument"
done
# The archives are unquoted on purpose: they are words, and none of their paths has a blank.
# shellcheck disable=SC2086
exec "$@" -Wl,--start-group $archives -Wl,--end-group
