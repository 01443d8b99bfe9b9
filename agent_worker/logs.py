"""Structured logs of the agent worker: one JSON object per line on stderr, never a phone number, a name or a transcript."""

import logging
import sys

import structlog

HIDDEN = ("text", "transcript", "prompt", "quote", "to", "number", "name")
"""Keys whose values are personal data; masked whatever a caller passes."""


def configure(level: str) -> None:
    """Send this process's events to stderr at `level`, those of libraries too, as one JSON object per line.

    Libraries hand over their message only: what they attach may quote people.
    """
    number = logging.getLevelNamesMapping()[level]
    shared = [structlog.contextvars.merge_contextvars, structlog.processors.add_log_level]
    shared += [structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.format_exc_info, _mask]
    render = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[remove_meta, render], foreign_pre_chain=shared))
    logging.basicConfig(level=number, handlers=[handler])
    for talkative in ("httpx", "httpx2", "livekit", "livekit.agents"):
        logging.getLogger(talkative).setLevel(max(number, logging.WARNING) if number > logging.DEBUG else number)


def _mask(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: "***" if key in HIDDEN else value for key, value in event.items()}
