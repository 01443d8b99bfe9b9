#!/bin/sh
# backup.sh FOLDER: the database and the recordings into a new FOLDER, while the platform goes on. Needs pg_dump of the server's version or newer.
# Settings as the processes have them: CALLWRIGHT_DATABASE_URL, CALLWRIGHT_STORAGE_URL (file:///…; without it no recordings are saved).
# Not in it, and needed with it: CALLWRIGHT_ENCRYPTION_KEY and CALLWRIGHT_NUMBER_HASH_KEY. Keep them elsewhere.
set -eu
umask 077
[ $# -eq 1 ] || { echo "usage: backup.sh FOLDER" >&2; exit 2; }
: "${CALLWRIGHT_DATABASE_URL:?is not set}"
folder=$1
mkdir "$folder" || { echo "backup.sh: $folder is there already, and a backup is never written over another." >&2; exit 1; }
database=$(printf '%s' "$CALLWRIGHT_DATABASE_URL" | sed 's/+psycopg//')

date -u +%Y-%m-%dT%H:%M:%SZ >"$folder/began_at"
# One snapshot of everything. The recordings come after it: each that the database names is there, and a few that it does not know yet.
pg_dump --format=custom --no-owner --no-privileges --file="$folder/database.dump" --dbname="$database"
case ${CALLWRIGHT_STORAGE_URL:-} in
file://*)
    storage=${CALLWRIGHT_STORAGE_URL#file://}
    # tar's exit 1: a file changed while it was read, as a recording does that has just ended; the database does not name it yet.
    [ ! -d "$storage" ] || tar -C "$storage" -cf "$folder/storage.tar" . || [ $? -eq 1 ]
    ;;
esac
echo "Saved in $folder. Keep the encryption key elsewhere: without it secrets cannot be opened."
