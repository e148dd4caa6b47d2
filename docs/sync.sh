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

fail() {
  echo "$1" >&2
  exit 1
}

[ $# = 1 ] || fail "usage: sync.sh FOLDER"
[ -e "$here/../node_modules/.package-lock.json" ] || fail "The packages are missing: run npm ci in $(dirname "$here")."
node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 22 || (major == 22 && minor >= 19) ? 0 : 1)' 2> /dev/null ||
  fail "Node 22.19 or newer is needed. npm ci installs one where it can; on PATH is $(node --version 2> /dev/null || echo none)."
command -v flock > /dev/null || fail "flock is missing; it is part of util-linux."
[ -d "$1" ] || fail "There is no folder $1."
cd "$1"
for config in source.json destination.json; do
  [ -e "$config" ] || fail "$1/$config is missing: put the config of the connector there."
done

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
  if [ "$code" = 0 ]; then node "$here/catalog.mjs" < source.jsonl > catalog.json.new || code=$?; fi
  node "$here/keep.mjs"
  if [ "$code" != 0 ]; then
    rm -f catalog.json.new
    exit 1
  fi
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
