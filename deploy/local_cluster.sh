# shellcheck shell=bash
#
# `./dev up` and `./dev psql`: a coordinator and one worker on this machine. ./dev sources this
# file.
#
# A run keeps everything in the data directory: coordinator/ (the database), worker/ (its identity
# and spool), log/, and while it runs the file `address`. The next run goes on where this one
# stopped.

# The time that starting and stopping may take. A Raspberry Pi with an SD card needs most of it.
readonly ready_seconds=120
readonly drain_seconds=150  # A worker gives functions in progress up to two minutes.
# A job that stays blocked this long beside a connected worker will not move by itself.
readonly blocked_seconds=5

up_for=
up_json=no
up_data=
up_slots=
up_job=lample-charton
coordinator_pid=
worker_pid=
watch_pid=
hurry=no  # Whether Ctrl-C came while draining.

parse_up_arguments() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      --json) up_json=yes ;;
      --for | --data-dir | --slots | --job)
        [[ $# -ge 2 ]] || die "$1 needs a value"
        case $1 in
          --for) up_for=$2 ;;
          --data-dir) up_data=$2 ;;
          --slots) up_slots=$2 ;;
          --job) up_job=$2 ;;
        esac
        shift
        ;;
      *) die "up does not know '$1'; see ./dev --help" ;;
    esac
    shift
  done
  [[ -z $up_for || $up_for =~ ^[0-9]+[smh]?$ ]] || die "--for takes a time such as 60s or 10m, got '$up_for'"
  [[ -z $up_slots || $up_slots =~ ^[1-9][0-9]*$ ]] || die "--slots takes a number from 1, got '$up_slots'"
}

# Postgres refuses to run as root, so root's data must be in a place that an unprivileged user can
# reach.
default_data_directory() {
  local user=postgres
  id "$user" >/dev/null 2>&1 || user=nobody
  if [[ $EUID -ne 0 ]] || setpriv --reuid="$user" --clear-groups test -x "$PWD"; then
    echo "$PWD/data"
  else
    say "the user $user, who runs Postgres for root, cannot enter $PWD: data goes to /var/lib/motzkin"
    echo /var/lib/motzkin
  fi
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

choose_address() {
  local port
  for port in {50051..50099}; do
    if port_is_free "$port"; then
      echo "127.0.0.1:$port"
      return
    fi
  done
  die "the ports 50051 to 50099 are all taken"
}

alive() { [[ -n $1 ]] && kill -0 "$1" 2>/dev/null; }

# show_log NAME: shows why a program ended.
show_log() { tail -n 15 "$up_data/log/$1.log" >&2; }

# setsid keeps the terminal's Ctrl-C from the programs, so that they can be stopped in order.
start_coordinator() {
  setsid "$1/coordinator" --data-dir "$up_data/coordinator" --listen "$2" >"$up_data/log/coordinator.log" 2>&1 &
  coordinator_pid=$!
  local waited=0
  until "$1/motzkin" --coordinator "$2" jobs --json >/dev/null 2>&1; do
    alive "$coordinator_pid" || { show_log coordinator; die "the coordinator ended"; }
    if ((++waited > ready_seconds * 5)); then
      show_log coordinator
      die "the coordinator was not ready in $ready_seconds s"
    fi
    sleep 0.2
  done
  echo "$2" >"$up_data/address"
}

start_worker() {
  local arguments=(--connect "$2" --state-dir "$up_data/worker")
  if [[ -n $up_slots ]]; then arguments+=(--slots "$up_slots"); fi
  # A run with --for is waited for, so its integrators do not yield the cores.
  if [[ -n $up_for ]]; then arguments+=(--idle-priority false); fi
  setsid "$1/worker" "${arguments[@]}" >"$up_data/log/worker.log" 2>&1 &
  worker_pid=$!
}

# Starts the demo job unless a job is running already. A finished job keeps its name; the next one
# has another seed, so that it makes other functions.
start_job() {
  local jobs number
  jobs=$("$1/motzkin" --coordinator "$2" jobs --json)
  if jq -e 'any(.[]; .state == "running")' <<<"$jobs" >/dev/null; then return; fi
  if jq -e 'any(.[]; .state == "paused")' <<<"$jobs" >/dev/null; then
    say "the job is paused, as you left it; motzkin --coordinator $2 resume JOB lets it go on"
    return
  fi
  number=$(jq length <<<"$jobs")
  if ((number == 0)); then
    "$1/motzkin" --coordinator "$2" start "$up_job" >&2
  else
    local name
    name=$(basename "$up_job" .yaml)-$((number + 1))
    "$1/motzkin" --coordinator "$2" start "$up_job" --name "$name" --seed $((number + 1)) >&2
  fi
}

# end_process PID NAME: sends TERM, gives the process time to finish, then sends KILL.
end_process() {
  alive "$1" || return 0
  kill -TERM "$1" 2>/dev/null || return 0
  local waited=0
  while alive "$1"; do
    if ((++waited > drain_seconds * 5)); then
      say "$2 did not stop in $drain_seconds s; killing it"
      kill -KILL -- "-$1" 2>/dev/null || true
      break
    fi
    if [[ $hurry == yes ]]; then
      hurry=no
      say "once more: $2 stops at once"
      kill -TERM "$1" 2>/dev/null || true
    fi
    sleep 0.2 || true
  done
  wait "$1" 2>/dev/null || true
}

# Stops the worker first, so that its last results still go into the database.
stop_cluster() {
  trap - EXIT
  trap 'hurry=yes' INT TERM HUP
  if [[ -n $worker_pid$coordinator_pid ]]; then say "draining the worker and stopping"; fi
  end_process "$worker_pid" "the worker"
  end_process "$coordinator_pid" "the coordinator"
  worker_pid=
  coordinator_pid=
  rm -f "$up_data/address"
}

# Looks once a second until the first function is stored. If none can be, it writes the reason into
# $up_data/standstill and ends the watch; otherwise a blocked job would run out its time in silence.
watch_for_standstill() {
  local bin=$1 address=$2 waited=0 blocked=0 jobs reason
  while ((++waited)) && sleep 1; do
    if ! alive "$worker_pid"; then
      reason="the worker ended by itself"
      break
    fi
    jobs=$("$bin/motzkin" --coordinator "$address" jobs --json 2>/dev/null) || continue
    if jq -e 'any(.[]; .state == "running" and .stored > 0 and .reason == "")' <<<"$jobs" >/dev/null; then return; fi
    reason=$(jq -r '[.[] | select(.state == "running") | .reason] |
                    if length > 0 and all(startswith("blocked: ")) then .[0] else "" end' <<<"$jobs")
    if [[ -z $reason ]]; then blocked=0; else blocked=$((blocked + 1)); fi
    # The engines of a slow machine warm up for long before its worker connects.
    if [[ $reason == "blocked: no worker is connected" ]] && ((waited < ready_seconds)); then blocked=0; fi
    if ((blocked >= blocked_seconds)); then break; fi
  done
  printf '%s\n' "$reason" >"$up_data/standstill"
  kill -TERM "$watch_pid" 2>/dev/null
}

# Fails with the reason of a standstill, and with the worker's lines about engines that do not run here.
die_of_standstill() {
  local reason
  reason=$(cat "$up_data/standstill")
  rm -f "$up_data/standstill"
  alive "$worker_pid" || show_log worker
  grep -a 'engine missing:' "$up_data/log/worker.log" >&2 || true
  die "nothing was computed; $reason"
}

# Watches until a signal comes, the jobs end or the time is up. The watch runs in the background,
# because bash handles no signal while it waits for a foreground command.
watch_cluster() {
  local watch=("$1/motzkin" --coordinator "$2" watch --hint "Ctrl-C drains and stops everything")
  if [[ $up_json == yes ]]; then watch+=(--interval 5s); fi
  if [[ -n $up_for ]]; then watch=(timeout --foreground "$up_for" "${watch[@]}"); fi
  if [[ $up_json == yes ]]; then "${watch[@]}" >&2 & else "${watch[@]}" & fi
  watch_pid=$!
  rm -f "$up_data/standstill"
  watch_for_standstill "$1" "$2" &
  local standstill_pid=$!
  trap 'kill -TERM "$watch_pid" 2>/dev/null' INT TERM HUP
  while alive "$watch_pid"; do wait "$watch_pid" || true; done
  trap 'hurry=yes' INT TERM HUP
  kill "$standstill_pid" 2>/dev/null || true
  wait "$standstill_pid" 2>/dev/null || true
  [[ ! -e $up_data/standstill ]] || die_of_standstill
  alive "$coordinator_pid" || { show_log coordinator; die "the coordinator ended by itself"; }
  alive "$worker_pid" || { show_log worker; die "the worker ended by itself"; }
}

# Prints one object about this run alone, from the files that worker and coordinator write at a
# clean end. core_seconds is the CPU of both and of everything they started, without Postgres.
summary() {
  local psql
  # A worker that is stopped while it starts its engines has nothing to tell.
  [[ -e $up_data/worker/usage.json ]] ||
    die "the run ended before the worker was ready, so there are no figures; give it longer than with --for now"
  psql=$(printf '%q psql --data-dir %q' "$1/motzkin" "$up_data/coordinator")
  jq -n --slurpfile worker "$up_data/worker/usage.json" \
    --slurpfile coordinator "$up_data/coordinator/usage.json" \
    --arg data "$up_data" --arg psql "$psql" '
    $worker[0] as $w | ($w.cpu_seconds + $coordinator[0].cpu_seconds) as $core
    | ($w.outcomes.integrated // 0) as $integrated
    | {functions: $w.functions, integrated: $integrated, outcomes: $w.outcomes,
       core_seconds: $core, cas_seconds: $w.cas_seconds, verifier_seconds: $w.verifier_seconds,
       integrated_per_core_second: (if $core > 0 then $integrated / $core else 0 end),
       data_directory: $data, psql: $psql}'
}

local_cluster_up() {
  local bin=$1 address page
  shift
  parse_up_arguments "$@"
  up_data=$(realpath -m "${up_data:-$(default_data_directory)}")
  mkdir -p "$up_data/log"
  exec 9>"$up_data/up.lock"
  flock -n 9 || die "another ./dev up uses $up_data"
  rm -f "$up_data/worker/usage.json" "$up_data/coordinator/usage.json"
  address=$(choose_address)
  trap stop_cluster EXIT
  trap 'exit 130' INT TERM HUP
  say "starting a coordinator at $address, data in $up_data"
  start_coordinator "$bin" "$address" 9>&-
  page=$("$bin/motzkin" --coordinator "$address" status --json | jq -r .page)
  if [[ -n $page ]]; then say "its page: $page"; fi
  start_worker "$bin" "$address" 9>&-
  start_job "$bin" "$address"
  watch_cluster "$bin" "$address"
  stop_cluster
  if [[ $up_json == yes ]]; then summary "$bin"; else say "the data is in $up_data; ./dev psql opens it, ./dev up goes on"; fi
}

# Opens the database of the last `up`: through its coordinator if that runs, else by starting the
# server.
local_cluster_psql() {
  local bin=$1 data
  shift
  data=$(realpath -m "${MOTZKIN_DATA_DIR:-$(default_data_directory)}")
  if [[ -e $data/address ]]; then
    exec "$bin/motzkin" --coordinator "$(cat "$data/address")" psql "$@"
  fi
  [[ -d $data/coordinator ]] || die "no data in $data yet: ./dev up makes some"
  exec "$bin/motzkin" psql --data-dir "$data/coordinator" "$@"
}
