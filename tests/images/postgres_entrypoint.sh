#!/usr/bin/env bash
# Makes a database from POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB and POSTGRES_INITDB_ARGS if the volume is
# empty, then serves it: as the image postgres:17 does, of which it takes the place (postgres.Dockerfile).
set -euo pipefail

if [[ ! -s $PGDATA/PG_VERSION ]]; then
  # shellcheck disable=SC2086  # One word an argument.
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") ${POSTGRES_INITDB_ARGS:-}
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl --wait start -o "-c listen_addresses='' -k /tmp"
  createdb --host=/tmp --username="$POSTGRES_USER" "$POSTGRES_DB"
  pg_ctl --wait --mode=fast stop
fi
exec postgres -c listen_addresses='*' -k /tmp
