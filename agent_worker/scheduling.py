"""Further calls that a callee asks for: the control plane reads the words, the callee hears the plan, and only their own yes stores it."""

import structlog

from agent_worker.consent_words import says_yes
from agent_worker.control_plane_client import CallClient, Refused, Superseded, Unreachable

log = structlog.get_logger()

_NOT_NOW = "That cannot be planned now. Tell the person that it did not work, and do not promise it."


class Scheduling:
    """One plan at a time: a new proposal takes the place of the former."""

    def __init__(self, client: CallClient) -> None:
        self._client = client
        self._words, self._about = "", ""
        self._answer = ""
        """What the callee has said since the plan was read; the model's own word that they agreed counts for nothing."""

    def heard(self, text: str) -> None:
        self._answer = text

    async def propose(self, words: str, about: str) -> str:
        self._words = self._about = self._answer = ""
        found = await self._asked(words, about, "")
        if found is None:
            return _NOT_NOW
        if "question" in found:
            return f"Ask the person: {found['question']}"
        self._words, self._about, self._answer = words, about, ""
        return f"Nothing is stored yet. Read this to the person and ask whether it is right: we will call you {found['read_back']}."

    async def confirm(self) -> str:
        if not self._words:
            return "Say first what the person wants, with is_confirmed false."
        if says_yes(self._answer) is not True:
            return "The person has not said yes to the plan. Read it to them and wait for their answer."
        found = await self._asked(self._words, self._about, self._answer)
        self._words = ""
        return f"Stored. Tell the person: we will call you {found['read_back']}." if found and "read_back" in found else _NOT_NOW

    async def _asked(self, words: str, about: str, yes: str) -> dict[str, str] | None:
        try:
            return await self._client.schedule(words, about, yes)
        except (Unreachable, Refused, Superseded) as error:
            log.warning("schedule_not_planned", error=str(error))
            return None
