"""Logs of the rehearsal processes: one JSON object per event, on standard error, so that a supervisor can collect them."""

import logging
import sys

import structlog

# What the rtc library calls an error whenever a room is deleted under it, which is how most calls end here.
_USUAL_END = ("data channel", "drop unknown FFI handle")


def log_to_stderr() -> None:
    """Configure structlog for a process of its own. Tracebacks come without local variables: those hold phone numbers."""
    logging.basicConfig(format="%(name)s %(levelname)s %(message)s", level=logging.WARNING)
    logging.getLogger("livekit").addFilter(lambda record: not any(text in record.getMessage() for text in _USUAL_END))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
