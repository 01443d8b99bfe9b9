#!/bin/sh
# The whole test suite in two parts: first what is right only on a machine that does nothing else (voices in time, whole platforms),
# then everything else side by side. Further options go to pytest; fails when one of the parts fails.
set -u
cd "$(dirname "$0")/.."
# Each process has servers of its own, so more than four gain little.
PROCESSES=$(nproc 2>/dev/null || echo 2)
[ "$PROCESSES" -le 4 ] || PROCESSES=4
NOTHING_COLLECTED=5
failed=0

part() {
    .venv/bin/python -m pytest "$@"
    code=$?
    [ $code -eq 0 ] || [ $code -eq $NOTHING_COLLECTED ] || failed=1
}

part -m alone "$@"
part -m "not alone" -n "$PROCESSES" --dist loadfile "$@"
exit $failed
