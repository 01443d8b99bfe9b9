#!/bin/sh
# Makes .venv from the hashed lock: with what runs, or by `bootstrap.sh dev` also with what tests and checks it. Needs Python 3.11 or 3.12 and
# a package registry; quick when nothing changed. Changes nothing outside this folder except the caches of uv.
set -eu
cd "$(dirname "$0")/.."

TOOLS=.callwright/tools
RUN=requirements.lock DEV=requirements-dev.lock
LOCK=$RUN
[ "${1:-}" != dev ] || LOCK=$DEV

# The machine's own certificates where it has any, as pip and Go do: behind a company's proxy uv's bundled ones do not suffice.
if [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ]; then
    export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"
fi

wanted() { cat "$RUN" "$DEV" pyproject.toml .python-version scripts/bootstrap.sh | sha256sum | cut -d' ' -f1; }
say() { printf '%s\n' "$*" >&2; }

works() { "$1" --version >/dev/null 2>&1; } # a pyenv shim may be on PATH and still have nothing behind it

first_python() {
    for python in python3.11 python3.12 python3; do
        if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then
            echo "$python"
            return
        fi
    done
}

private_uv() {
    mkdir -p "$TOOLS"
    python=$(first_python)
    if [ -n "$python" ]; then
        # A Python's own pip is the quickest; one without it may still make an environment that has one.
        if "$python" -m pip install -q --no-deps --no-compile --disable-pip-version-check --target "$TOOLS/pip" 'uv>=0.8,<1' >/dev/null 2>&1; then
            echo "$TOOLS/pip/bin/uv"
            return
        fi
        if "$python" -m venv "$TOOLS/venv" >/dev/null 2>&1 && "$TOOLS/venv/bin/python" -m pip install -q 'uv>=0.8,<1' >&2; then
            echo "$TOOLS/venv/bin/uv"
            return
        fi
    fi
    curl -LsSf https://astral.sh/uv/install.sh | env UV_UNMANAGED_INSTALL="$PWD/$TOOLS/bin" sh >&2
    echo "$TOOLS/bin/uv"
}

find_uv() {
    for uv in uv "$TOOLS/venv/bin/uv" "$TOOLS/pip/bin/uv" "$TOOLS/bin/uv"; do
        if works "$uv"; then
            echo "$uv"
            return
        fi
    done
    say "Getting uv, the installer (into $TOOLS) …"
    private_uv
}

# A distribution may have installed only a part of its own Python.
is_whole() { "$1" -c 'import asyncio, bz2, ctypes, lzma, sqlite3, ssl, zoneinfo' >/dev/null 2>&1; }

make_venv() {
    # A Python that is here first; one that uv downloads only when there is none. The system's own goes before others of its version: it is
    # built with all optimisations, which one of pyenv's is not unless it was asked for, and so takes a fifth less of the processor.
    system=/usr/bin/python3.11
    { is_whole "$system" && "$UV" venv -q --python "$system" --no-python-downloads .venv 2>/dev/null; } ||
        "$UV" venv -q --python 3.11 --no-python-downloads .venv 2>/dev/null ||
        "$UV" venv -q --python '>=3.11,<3.13' --no-python-downloads .venv 2>/dev/null ||
        "$UV" venv -q --python 3.11 .venv
}

stamp() { echo ".venv/.installed-$1"; }
has() { [ "$(cat "$(stamp "$1")" 2>/dev/null)" = "$(wanted)" ]; }

# What tests need holds what runs.
if has "$LOCK" || has "$DEV"; then exit 0; fi

UV=$(find_uv)
works .venv/bin/python || { rm -rf .venv && make_venv; }
say "Installing from $LOCK …"
export VIRTUAL_ENV="$PWD/.venv"
"$UV" pip install -q --require-hashes -r "$LOCK"
# The lock holds the build backend for Linux x86_64; elsewhere uv fetches it.
"$UV" pip install -q --no-deps --no-build-isolation -e . 2>/dev/null || "$UV" pip install -q --no-deps -e .
wanted >"$(stamp "$LOCK")"
