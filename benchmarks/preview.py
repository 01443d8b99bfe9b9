"""A preview of a whole campaign, in contacts per second against the bare SQL that reads the same rows."""

import asyncio
import random
import sys
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from benchmarks.processor import cpu_of, server_of
from benchmarks.recording import Statement, recorded
from benchmarks.stage import LOAD_CHUNK, copy, database
from control_plane.db.models import CampaignList, CampaignNumber, ContactList, Number, Trunk
from control_plane.db.session import create_engine, create_sessions
from control_plane.db.unit import Unit
from control_plane.explanations.preview import PreviewService
from control_plane.explanations.preview_schemas import PreviewIn, PreviewOut
from control_plane.kit.garbage import set_aside_what_is_there
from control_plane.kit.ids import new_id
from control_plane.rules.registry import registry
from tests.factories import rows

CONTACTS = 100_000
AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""A Monday, 10:00 in New York and 07:00 in Los Angeles: some are open, some open later."""
WINDOW = {"weekly": [{"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}]}
PLACES = {
    "212": "America/New_York",
    "617": "America/New_York",
    "305": "America/New_York",
    "312": "America/Chicago",
    "713": "America/Chicago",
}
PLACES |= {"303": "America/Denver", "602": "America/Phoenix", "213": "America/Los_Angeles", "206": "America/Los_Angeles"}
SUPPRESSED_SHARE, UNCONSENTED_SHARE = 0.02, 0.05
TICK_S = 0.005
_CONTACT = "copy contact (id, workspace_id, name, attributes) from stdin"
_PHONE = "copy contact_phone (id, workspace_id, contact_id, e164, time_zones) from stdin"
_ENTRY = "copy contact_list_entry (contact_list_id, contact_id) from stdin"
_CONSENT = "copy consent (id, workspace_id, e164, purpose, basis, granted_at, recorded_by) from stdin"
_SUPPRESSION = "copy suppression (id, workspace_id, e164, scope, source) from stdin"
_OF_CALLS = """
    select c.workspace_id, c.assistant_id, c.assistant_version_id, n.trunk_id
    from campaign c join campaign_number cn on cn.campaign_id = c.id join number n on n.id = cn.number_id where c.id = %s
"""
_CALL = """
    copy call (id, workspace_id, assistant_id, assistant_version_id, trunk_id, purpose, campaign_id, state, network_result, answered_by,
        counts_as_attempt, is_rehearsal, from_e164, request, usage, ringing_timeout_s, max_duration_s, attempt,
        contact_id, to_e164, due_at, dialing_at) from stdin
"""


@dataclass(frozen=True, slots=True)
class Previewed:
    """`seconds` of the whole preview, of this process's processor `cpu_seconds` and of the database server's `server_seconds`;
    `bare_seconds`: the same statements with the same parameters, sent by the bare driver, their rows fetched and nothing decided;
    `stalled_ms`: the event loop's longest standstill."""

    contacts: int
    seconds: float
    cpu_seconds: float
    server_seconds: float
    bare_seconds: float
    stalled_ms: float
    answer: PreviewOut

    @property
    def per_second(self) -> float:
        return self.contacts / self.seconds

    @property
    def bare_per_second(self) -> float:
        return self.contacts / self.bare_seconds

    @property
    def ratio(self) -> float:
        return self.bare_seconds / self.seconds


async def measure(contacts: int = CONTACTS, *, called: bool = False) -> Previewed:
    """A campaign to real American numbers, with a consent for nearly everybody; nobody is called. `called`: all have been, one to three
    times within two days."""
    with database() as url:
        engine = create_engine(url)
        try:
            return await _measured(url, engine, contacts, called)
        finally:
            await engine.dispose()


async def _measured(url: str, engine: AsyncEngine, contacts: int, called: bool) -> Previewed:
    sessions = create_sessions(engine, "benchmark")
    async with sessions.begin() as session:
        workspace_id, campaign_id, list_id = await _campaign(session)
    await asyncio.to_thread(_load, url, workspace_id, list_id, contacts)
    if called:
        await asyncio.to_thread(_call_all, url, campaign_id)
    # As the API does when it starts.
    registry()
    set_aside_what_is_there()
    stalls = Stalls()
    async with sessions() as session, stalls.watched():
        server = await server_of(session)
        begun, cpu, served = time.perf_counter(), time.process_time(), cpu_of(server)
        answer = await PreviewService(Unit(session, AT, "bench"), workspace_id).preview(campaign_id, PreviewIn())
        seconds, cpu_seconds, server_seconds = time.perf_counter() - begun, time.process_time() - cpu, cpu_of(server) - served
    assert answer.contacts == contacts
    statements = await _statements(engine, workspace_id, campaign_id)
    bare = await asyncio.to_thread(_bare, url, statements)
    return Previewed(contacts, seconds, cpu_seconds, server_seconds, bare, stalls.longest_s * 1000, answer)


async def _statements(engine: AsyncEngine, workspace_id: uuid.UUID, campaign_id: uuid.UUID) -> list[Statement]:
    """What a preview sends, with its parameters: of a second one, since keeping all of that would slow down the first."""
    with recorded() as statements:
        async with create_sessions(engine, "benchmark")() as session:
            await PreviewService(Unit(session, AT, "bench"), workspace_id).preview(campaign_id, PreviewIn())
    return statements


async def _campaign(session: AsyncSession) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    """A campaign at rest with one real number and one list: workspace, campaign, list."""
    world = await rows.world(session, window=WINDOW, rule_pack="default", execution_status="idle")
    of = {"workspace_id": world.workspace.id}
    contact_list = ContactList(id=new_id(), name="People", **of)
    trunk = Trunk(id=new_id(), name="carrier", provider="generic", is_rehearsal=False, address="sip.example.com", sync_state="synced", **of)
    session.add_all([contact_list, trunk])
    await session.flush()
    number = Number(id=new_id(), trunk_id=trunk.id, is_rehearsal=False, e164="+14155552671", **of)
    session.add(number)
    await session.delete(await session.get_one(CampaignNumber, (world.campaign.id, world.number.id)))
    await session.flush()
    session.add(CampaignNumber(campaign_id=world.campaign.id, number_id=number.id))
    session.add(CampaignList(campaign_id=world.campaign.id, contact_list_id=contact_list.id))
    return world.workspace.id, world.campaign.id, contact_list.id


def _load(url: str, workspace: uuid.UUID, list_id: uuid.UUID, contacts: int) -> None:
    """Contacts on the list with one number each; most with a consent, some suppressed."""
    draw = random.Random(1)
    areas, asked = list(PLACES), datetime(2026, 1, 1, tzinfo=UTC)
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        for first in range(0, contacts, LOAD_CHUNK):
            people = [new_id() for _ in range(first, min(contacts, first + LOAD_CHUNK))]
            numbers = [f"+1{draw.choice(areas)}{456 + (first + i) // 10_000:03d}{(first + i) % 10_000:04d}" for i in range(len(people))]
            pairs = list(zip(people, numbers, strict=True))
            copy(connection, _CONTACT, ((p, workspace, "Sam Doe", '{"visit": "Monday"}') for p in people))
            copy(connection, _PHONE, ((uuid.uuid4(), workspace, p, n, [PLACES[n[2:5]]]) for p, n in pairs))
            copy(connection, _ENTRY, ((list_id, p) for p in people))
            consented = (n for n in numbers if draw.random() > UNCONSENTED_SHARE)
            copy(connection, _CONSENT, ((uuid.uuid4(), workspace, n, "informational", "written", asked, "import") for n in consented))
            barred = (n for n in numbers if draw.random() < SUPPRESSED_SHARE)
            copy(connection, _SUPPRESSION, ((uuid.uuid4(), workspace, n, "workspace", "import") for n in barred))
        connection.commit()
        connection.autocommit = True
        connection.execute("vacuum analyze contact, contact_phone, contact_list_entry, consent, suppression")


def _call_all(url: str, campaign_id: uuid.UUID) -> None:
    """Everybody on the list has been called once to three times, at a second of their own within the last two days."""
    draw = random.Random(2)
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        same = connection.execute(_OF_CALLS, (campaign_id,)).fetchone() or ()
        people = connection.execute("select contact_id, e164 from contact_phone").fetchall()
        dials = ((*p, AT - timedelta(seconds=draw.randrange(2 * 86400))) for p in people for _ in range(draw.randrange(1, 4)))
        ended = ("campaign", campaign_id, "ended", "no_answer", "none", True, False, "+14155552671", "{}", "[]", 28, 600, 1)
        copy(connection, _CALL, ((uuid.uuid4(), *same, *ended, contact, e164, at, at) for contact, e164, at in dials))
        connection.commit()
        connection.autocommit = True
        connection.execute("vacuum analyze call")


def _bare(url: str, statements: Sequence[Statement]) -> float:
    """Seconds that the statements take when nobody looks at their rows."""
    with psycopg.connect(url.replace("+psycopg", "", 1), options="-c timezone=UTC -c jit=off", prepare_threshold=5) as connection:
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            for statement, parameters in statements:
                cursor.execute(cast(Any, statement), parameters)
                cursor.fetchall()
        return time.perf_counter() - begun


class Stalls:
    """How long the event loop served nobody: other requests wait for so long while a preview runs."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()

    async def _watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK_S)
            self.longest_s = max(self.longest_s, time.perf_counter() - before - TICK_S)


SECTION = """\
| previewed contacts per second, {contacts:,} contacts{who} | {per_second:,.0f} ({seconds:.1f} s) | ≤ 10 s on 2 cores |
| of the bare SQL of the same rows ({bare_per_second:,.0f}/s) | {ratio:.0%} | |
| processor seconds of the process that previews, of the database server | {cpu_seconds:.1f} s, {server_seconds:.1f} s | |
| longest standstill of the event loop meanwhile | {stalled_ms:.0f} ms | |"""


def section(made: Previewed, who: str = "") -> str:
    """The rows of the benchmarks' table. `who`: what is special about the contacts."""
    values = {
        name: getattr(made, name)
        for name in ("contacts", "per_second", "seconds", "bare_per_second", "ratio", "cpu_seconds", "server_seconds")
    }
    return SECTION.format(**values, who=who, stalled_ms=made.stalled_ms)


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()]
    result = asyncio.run(measure(sizes[0] if sizes else CONTACTS, called="called" in sys.argv))
    print(section(result))
    print({name: getattr(result.answer, name) for name in ("contacts", "now", "later_today", "later", "never")})
