#!/usr/bin/env bash
# man_pages.sh BIN INTO: writes the man pages of the programs in the folder BIN into the folder INTO.
#
# help2man makes each page from the program's own --help: motzkin(1), one page a verb such as
# motzkin-start(1), motzkin-coordinator(8) and motzkin-worker(8).
set -euo pipefail
bin=$(readlink -f "$1") into=$2
mkdir -p "$into"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf '[see also]\n.BR motzkin (1),\n.BR motzkin-coordinator (8),\n.BR motzkin-worker (8)\n' >"$scratch/see_also"

# Changes the help where a page must not say the same: `-h,--help` is how CLI11 writes what help2man knows as
# `-h, --help`; the host and the folders of this build are of no use elsewhere; and CLI11 lists options that
# exclude each other in another order in every run.
readonly edits='s/^(  -[a-z]),[ ]*--/\1, --/
/^  --name NAME/ s/ \(default [^)]*\)//
s/ \(default [^)]*\/integrator\)//
s/ Excludes:( --[a-z-]+)+//
/ENUM:value in/ { s/->[0-9]+//g; s/ENUM:value in \{([^}]*)\} OR \{[^}]*\}/\1/ }'

# page NAME SECTION COMMAND...: the page of COMMAND, which the packages call NAME. help2man takes a page's
# name from the file that it runs, so a small script called NAME prints the help.
page() {
  local name=$1 section=$2 command
  shift 2
  printf -v command '%q ' "$@"
  cat >"$scratch/$name" <<SCRIPT
#!/bin/sh
$command --help | sed -E 's/^Usage: (coordinator|worker) /Usage: $name /
$edits'
SCRIPT
  chmod +x "$scratch/$name"
  help2man --no-info --section="$section" --name="$("$scratch/$name" | head -n 1 | sed 's/\.$//')" \
    --version-string="$("$1" --version)" --source=Motzkin --manual=Motzkin --include="$scratch/see_also" \
    --output="$into/$name.$section" "$scratch/$name"
}

page motzkin 1 "$bin/motzkin"
page motzkin-coordinator 8 "$bin/coordinator"
page motzkin-worker 8 "$bin/worker"
"$bin/motzkin" --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | while read -r verb; do
  page "motzkin-$verb" 1 "$bin/motzkin" "$verb"
done
