#!/bin/sh
# restore.sh FOLDER: what backup.sh saved into an EMPTY database and storage folder. Start no process before it has ended.
#
# A restored ledger does not know what happened after its backup: whoever was called since, or said that they want no more calls, would be
# called again. So it ends with all dialling halted; docs/operations.md says what to look at before `callwright resume`.
set -eu
[ $# -eq 1 ] || { echo "usage: restore.sh FOLDER" >&2; exit 2; }
: "${CALLWRIGHT_DATABASE_URL:?is not set}"
folder=$1
began_at=$(cat "$folder/began_at")
database=$(printf '%s' "$CALLWRIGHT_DATABASE_URL" | sed 's/+psycopg//')

tables=$(psql -XAtq --dbname="$database" -c "select count(*) from pg_tables where schemaname = 'public'")
[ "$tables" -eq 0 ] || { echo "restore.sh: the database has tables already; give it an empty one." >&2; exit 1; }
pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="$database" "$folder/database.dump"
if [ -f "$folder/storage.tar" ]; then
    storage=${CALLWRIGHT_STORAGE_URL:?names where the recordings go}
    mkdir -p "${storage#file://}"
    tar -C "${storage#file://}" -xf "$folder/storage.tar"
fi
callwright migrate
callwright halt --reason "restored from the backup of $began_at"
echo "Restored as of $began_at. Dialling is halted until: callwright resume --reason …"
