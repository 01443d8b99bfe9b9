"""Where trials take place: a LiveKit room without a phone, and a box in which steps go to the agent and news come back."""

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from control_plane.domain.errors import Conflict, NotFound, Refused, Unavailable
from control_plane.kit.clock import monotonic
from control_plane.kit.mailbox import Mailbox
from control_plane.kit.secrets import digest
from control_plane.telephony.port import Dispatch, Telephony, TelephonyError
from sip_config.codec import decode, encode
from sip_config.contract.trial import TrialNews, TrialTicket
from sip_config.naming import trial_room

LIFETIME = timedelta(minutes=10)
"""Since the last word."""
MOST_AT_ONCE = 5
"""Of a workspace."""
MOST_STEPS, MOST_NEWS = 200, 2000
"""Of a trial, in all: more turns than any call has, and what may come of them."""
STARTS_WITHIN_S = 15.0
ANSWERS_WITHIN_S = 20.0
PROBES_WITHIN_S = 25.0
"""Starting, and twice what the slowest part may take (agent_worker/trial/probe)."""
STEPS, NEWS = "steps", "news"


class About(msgspec.Struct):
    """What a trial is of; no texts of the assistant and no secret."""

    workspace_id: uuid.UUID
    assistant_id: uuid.UUID
    kind: str
    token_hash: str
    asked: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Note:
    """What would have been done: in a call it would stand in the ledger under this kind."""

    kind: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told(TrialNews):
    """News as the box has them: the agent's, or what the control plane has noted itself."""

    notes: tuple[Note, ...] = ()


class TrialRoom:
    def __init__(self, mailbox: Mailbox, telephony: Telephony) -> None:
        self._mailbox, self._telephony = mailbox, telephony

    async def open(self, kind: str, workspace_id: uuid.UUID, assistant_id: uuid.UUID, asked: dict[str, Any]) -> uuid.UUID:
        """Send an agent to a room for one trial. Raises `Refused` when there are too many, `Unavailable` without LiveKit or Redis."""
        trial_id, token = uuid.uuid4(), secrets.token_urlsafe(24)
        about = About(workspace_id, assistant_id, kind, digest(token), asked)
        if not await self._mailbox.open(str(trial_id), msgspec.json.encode(about), str(workspace_id), MOST_AT_ONCE):
            raise Refused(f"At most {MOST_AT_ONCE} trials are held at once; end one, or wait some minutes.", code="too_many_trials")
        ticket = encode(TrialTicket(str(trial_id), token))
        try:
            await self._telephony.dispatch(Dispatch(trial_room(str(trial_id)), ticket, empty_timeout_s=60, departure_timeout_s=5))
        except TelephonyError as error:
            await self._mailbox.close(str(trial_id), str(workspace_id))
            raise Unavailable(
                "The voice side (LiveKit) cannot be reached, so no agent can be tried now.", code="voice_unavailable"
            ) from error
        return trial_id

    async def about(self, trial_id: uuid.UUID) -> About:
        """Raises `NotFound`."""
        said = await self._mailbox.about(str(trial_id))
        if said is None:
            raise NotFound.of("trial")
        return msgspec.json.decode(said, type=About)

    async def opened_by(self, trial_id: uuid.UUID, token: str) -> About:
        """What the agent's ticket opens. Raises `NotFound` also for a wrong one, and once the trial is over: it gives keys of models."""
        about = await self.about(trial_id)
        is_right = secrets.compare_digest(about.token_hash, digest(token))
        if not is_right or not await self._mailbox.is_open(str(trial_id), str(about.workspace_id)):
            raise NotFound.of("trial")
        return about

    async def step(self, trial_id: uuid.UUID, steps: list[bytes]) -> int:
        """Hand over steps; how many there are in all. Raises `Conflict` when they become too many, `NotFound`."""
        holder = (await self.about(trial_id)).workspace_id
        count = await self._mailbox.put(str(trial_id), STEPS, steps, str(holder), MOST_STEPS)
        if count is None:
            raise Conflict(f"A trial has at most {MOST_STEPS} steps; begin another.", code="too_many_steps")
        return count

    async def steps(self, trial_id: uuid.UUID, after: int, within_s: float) -> list[bytes]:
        return await self._mailbox.read(str(trial_id), STEPS, after, within_s)

    async def tell(self, trial_id: uuid.UUID, news: bytes, holder: uuid.UUID, *, is_last: bool) -> None:
        """Hand over news. Raises `Conflict`, and ends the trial, when they become too many."""
        count = await self._mailbox.put(str(trial_id), NEWS, [news], str(holder), MOST_NEWS)
        if is_last or count is None:
            await self._mailbox.close(str(trial_id), str(holder))
        if count is None:
            raise Conflict(f"A trial has at most {MOST_NEWS} news.", code="too_much_news")

    async def note(self, trial_id: uuid.UUID, note: Note, holder: uuid.UUID) -> None:
        """Keep, for as long as the trial is kept, what would have been done, and tell it. Raises as `tell`."""
        await self.tell(trial_id, encode(Told(notes=(note,))).encode(), holder, is_last=False)

    async def notes(self, trial_id: uuid.UUID, kind: str) -> list[Note]:
        """Those of a kind, from the first on."""
        told = [decode(Told, news) for news in await self._mailbox.read(str(trial_id), NEWS, 0, 0.0)]
        return [note for news in told for note in news.notes if note.kind == kind]

    async def news(self, trial_id: uuid.UUID, after: int, until: float) -> list[bytes]:
        """Those that come before the moment `until` (monotonic seconds). Raises `Unavailable`, and ends the trial, when no agent has
        come at all."""
        found = await self._mailbox.read(str(trial_id), NEWS, after, until - monotonic())
        if not found and after == 0:
            await self._mailbox.close(str(trial_id), str((await self.about(trial_id)).workspace_id))
            raise Unavailable("No agent worker has taken the trial; is one running, and is it not too busy?", code="no_agent_worker")
        return found
