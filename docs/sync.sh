#!/usr/bin/env bash
# One sync from Salesforce to Ortto, without Airbyte: docs/sync.sh FOLDER
#
# FOLDER holds source.json and destination.json, the configs. The first run writes catalog.json there, with every stream;
# look it through, then run again: each run syncs what has changed since the last one. states.json says how far it is.
# Exits 0 when all is synced, 75 when another run is under way in FOLDER, 1 otherwise. Safe to run again after any of them.
set -euo pipefail
umask 077 # configs, states and logs are for this user only

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source="$here/../source-salesforce-cdp/main.ts"
destination="$here/../destination-ortto-cdp/main.ts"
export PATH="$here/../node_modules/.bin:$PATH" # where npm has put Node 24

cd "${1:?usage: sync.sh FOLDER}"

# Both connectors inherit the lock, so it holds as long as one of them lives, even if this script is killed.
exec 9> lock
if ! flock --nonblock 9; then
  echo "Another sync is under way in $1." >&2
  exit 75
fi

# What a run that was cut off has left: its states are true.
node "$here/keep.mjs"

if [ ! -e catalog.json ]; then
  code=0
  node "$source" discover --config source.json > source.jsonl || code=$?
  node "$here/catalog.mjs" < source.jsonl > catalog.json.new || code=$?
  node "$here/keep.mjs"
  [ "$code" = 0 ] || exit 1
  mv catalog.json.new catalog.json
  echo "Wrote $1/catalog.json. Take out the streams and fields you do not want, then run this again."
  exit 0
fi

states=()
if [ -e states.json ]; then states=(--state states.json); fi

# Everything passes on; what is no record is kept as well, since the destination has no use for the source's log.
set +e
node "$source" read --config source.json --catalog catalog.json ${states[@]+"${states[@]}"} |
  LC_ALL=C awk '{ print } !/^\{"type":"RECORD"/ { print > "source.jsonl"; fflush("source.jsonl") }' |
  node "$destination" write --config destination.json --catalog catalog.json > destination.jsonl
codes=("${PIPESTATUS[@]}")
set -e

node "$here/keep.mjs"
if [ "${codes[*]}" != "0 0 0" ]; then
  echo "The sync has failed: the source ended with ${codes[0]}, the destination with ${codes[2]}." >&2
  exit 1
fi
