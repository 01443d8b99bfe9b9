"""What a call has achieved and promised, as the model says it, on its way into the call's log."""

from collections.abc import Callable
from datetime import datetime

from agent_worker.keeper import Keeper
from sip_config.contract import EventKind, PromiseOwner


class Notes:
    """One call's. `has_opted_out`: whether the callee's wish stands above any outcome."""

    def __init__(self, keeper: Keeper, has_opted_out: Callable[[], bool]) -> None:
        self._keeper, self._has_opted_out, self._promises, self._remembered = keeper, has_opted_out, 0, 0

    def set_outcome(self, label: str, note: str, callback_at: datetime | None = None, quote: str = "") -> None:
        """Note the outcome, unless the callee has opted out: that stands."""
        if not self._has_opted_out():
            promised = {"callback_at": callback_at.isoformat(), "quote": quote} if callback_at else {}
            self._keeper.note(EventKind.OUTCOME_SET, {"label": label, "note": note, **promised})

    def remember(self, text: str, quote: str) -> None:
        """Note something about the callee that is worth knowing in a later call."""
        self._remembered += 1
        self._keeper.note(EventKind.REMEMBERED, {"seq": self._remembered, "text": text, "quote": quote})

    def note_promise(self, what: str, owner: PromiseOwner, due_at: datetime | None, quote: str) -> None:
        """Note something that was promised, for those who have to keep it."""
        self._promises += 1
        due = {"due_at": due_at.isoformat()} if due_at else {}
        self._keeper.note(EventKind.PROMISED, {"seq": self._promises, "what": what, "owner": owner.value, "quote": quote, **due})
