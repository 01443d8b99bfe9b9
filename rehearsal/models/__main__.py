"""`python -m rehearsal.models`: the stand-in models as a process. It listens once the catalogue is loaded."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog
from aiohttp import web

from rehearsal.models.catalogue import CatalogueError, load_catalogue
from rehearsal.models.server import Delays, StandIn
from rehearsal.scripts import ScriptError

EXIT_CONFIG = 78
"""EX_CONFIG of sysexits: a supervisor must not restart this."""

_log = structlog.get_logger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        utterances = load_catalogue(options.catalogue)
    except (CatalogueError, ScriptError) as error:
        sys.stderr.write(f"The stand-in models cannot start: {error}\n")
        return EXIT_CONFIG
    stand_in = StandIn(utterances, Delays(options.llm_delay_ms, options.stt_delay_ms, options.tts_delay_ms))
    try:
        web.run_app(stand_in.app(), host=options.host, port=options.port, access_log=None, print=_say, loop=asyncio.new_event_loop())
    except OSError as error:
        sys.stderr.write(f"The stand-in models cannot listen on {options.host}:{options.port}: {error.strerror or error}\n")
        return EXIT_CONFIG
    return 0


def _say(message: str) -> None:
    if message.startswith("======== Running on"):
        _log.info("stand_in_models_ready")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rehearsal.models", description="Stand-in models for rehearsals: chat, speech, recognition."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    for model in ("llm", "stt", "tts"):
        parser.add_argument(f"--{model}-delay-ms", type=int, default=0, help=f"milliseconds before the first byte of the {model.upper()}")
    parser.add_argument("--catalogue", type=Path, help="folder of callee scripts, one script, or a YAML list of {text, voice, speed}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
