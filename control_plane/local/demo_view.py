"""Shows a campaign while it runs: a live table on a terminal, one line per change elsewhere."""

from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

_COLUMNS = ("Contact", "Number", "State", "Attempts", "Network", "Answered by", "Outcome", "Ended by")
_COLOURS = {"done": "green", "exhausted": "yellow", "suppressed": "magenta", "claimed": "cyan"}


def row_of(enrollment: dict[str, Any]) -> tuple[str, ...]:
    """The cells of one contact; what is not known yet is empty."""
    call = enrollment["last_call"] or {}
    is_live = call.get("state") not in (None, "ended", "released", "lost")
    state = call["state"] if is_live else enrollment["state"]
    facts = [(call.get(name) or "").replace("_", " ") for name in ("network_result", "answered_by", "outcome", "end_cause")]
    return (enrollment["contact_name"], enrollment["contact_number"], state.replace("_", " "), str(enrollment["attempts"]), *facts)


class CampaignView:
    """`with CampaignView(console) as view: view.show(enrollments)`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=4) if console.is_terminal else None
        self._shown: dict[str, tuple[str, ...]] = {}

    def __enter__(self) -> "CampaignView":
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def show(self, enrollments: list[dict[str, Any]]) -> None:
        """The campaign as it is now."""
        rows = {enrollment["id"]: row_of(enrollment) for enrollment in enrollments}
        if self._live:
            self._live.update(table(rows.values()))
            return
        for key, row in rows.items():
            if self._shown.get(key) != row:
                self._console.print(" · ".join(cell for cell in row if cell), highlight=False, soft_wrap=True)
        self._shown = rows


def table(rows: Any, title: str | None = None, columns: tuple[str, ...] = _COLUMNS) -> Table:
    """A table of `rows` under `columns`, the third of which is a state with a colour."""
    made = Table(*columns, title=title, title_justify="left")
    for row in rows:
        made.add_row(*row, style=_COLOURS.get(row[2], ""))
    return made
