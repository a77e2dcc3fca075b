#!/bin/sh
# POSTGRES_DB, POSTGRES_USER and POSTGRES_PASSWORD as in PostgreSQL's own image. An empty data folder becomes a cluster.
set -eu
programs="$(echo /usr/lib/postgresql/*/bin)"
version="$(basename "$(dirname "$programs")")"
data="/var/lib/postgresql/$version/docker"
as() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
if [ ! -e "$data/PG_VERSION" ]; then
  mkdir -p "$data"
  chown -R postgres:postgres /var/lib/postgresql
  password="$(mktemp)"
  printf '%s' "$POSTGRES_PASSWORD" > "$password"
  chown postgres "$password"
  as "$programs/initdb" --pgdata="$data" --username="$POSTGRES_USER" --pwfile="$password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  rm "$password"
  echo 'host all all all scram-sha-256' >> "$data/pg_hba.conf"
  printf 'CREATE DATABASE "%s"\n' "$POSTGRES_DB" | as "$programs/postgres" --single -D "$data" postgres
fi
exec setpriv --reuid=postgres --regid=postgres --init-groups \
  "$programs/postgres" -D "$data" -c listen_addresses='*' -c max_connections=200
