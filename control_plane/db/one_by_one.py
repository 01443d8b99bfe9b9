"""Background work on many rows, a transaction for each."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from structlog import get_logger

from control_plane.db.unit import open_unit

log = get_logger(__name__)


async def one_by_one(ctx: dict[str, Any], work: Callable[..., Awaitable[None]], subjects: Sequence[tuple[Any, ...]]) -> None:
    """Call `work(unit, *subject)` for each subject. What goes wrong with one is logged and holds up none of the others; the next run of
    the task finds its row again."""
    for subject in subjects:
        try:
            async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
                await work(unit, *subject)
        except Exception:
            log.exception("row_not_worked_on", work=work.__name__, subject=str(subject[-1]))
