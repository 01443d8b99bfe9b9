"""What the doctor asks the database: whether it is there, as new as the program, on the same time, and how trunks and webhooks do."""

from datetime import datetime, timedelta

from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from control_plane.calls.repository import database_now
from control_plane.db.migrate import alembic_config
from control_plane.db.session import Sessions
from control_plane.domain.counted import counted
from control_plane.health.findings import Finding, note, ok, problem
from control_plane.health.repository import HealthRepository
from control_plane.kit.clock import Clock
from control_plane.kit.number_hash import fingerprint
from control_plane.knowledge.vector_repository import room_of
from control_plane.settings import Settings
from control_plane.trunks.faults import faults_of
from control_plane.trunks.health import judge
from control_plane.trunks.repository import TrunkRepository
from control_plane.workspaces.sealed_repository import SealedRepository

EMBEDDED = "callwright-embedded"
"""`cluster_name` of the server that `callwright up` starts (local/postgres)."""
OLDEST_VERSION = 15
_LAST_HOUR = timedelta(hours=1)
_MOST_APART = timedelta(seconds=5)
_LATE = timedelta(minutes=10)


class DatabaseFindings:
    """Each look opens a session of its own; none raises for a database that is away."""

    def __init__(self, settings: Settings, sessions: Sessions, clock: Clock) -> None:
        self._settings = settings
        self._sessions = sessions
        self._clock = clock

    async def server(self) -> Finding:
        try:
            async with self._sessions() as session:
                repository = HealthRepository(session)
                version, schema = await repository.server_version(), await repository.schema()
                is_embedded = await repository.cluster_name() == EMBEDDED
                number_key = await SealedRepository(session).number_key() if schema == newest_schema() else ""
        except (SQLAlchemyError, OSError) as error:
            return problem(
                "postgresql",
                f"The database cannot be reached ({type(error).__name__}).",
                "Start PostgreSQL, and look at host, password and name in CALLWRIGHT_DATABASE_URL.",
            )
        wrong = self._wrong(version, schema, number_key)
        if wrong is not None:
            return wrong
        if is_embedded:
            return note(
                "postgresql",
                f"PostgreSQL {version}, embedded: for trials and one machine.",
                "For more, give your own server in CALLWRIGHT_DATABASE_URL.",
            )
        return ok("postgresql", f"PostgreSQL {version} with the schema {schema}.")

    def _wrong(self, version: str, schema: str, number_key: str) -> Finding | None:
        if int(version.split(".")[0]) < OLDEST_VERSION:
            return problem("postgresql", f"PostgreSQL {version} is too old.", f"Upgrade it to {OLDEST_VERSION} or newer.")
        if not schema:
            return problem("postgresql", "The database has no tables yet.", "Run `callwright migrate`.")
        if schema not in _schemas():
            return problem(
                "postgresql", f"The database has the schema {schema}, which this program does not know.", "Run the newer program."
            )
        if schema != newest_schema():
            return problem(
                "postgresql", f"The schema {schema} is older than this program ({newest_schema()}).", "Run `callwright migrate`."
            )
        if number_key not in ("", fingerprint(self._settings.number_secret)):
            return problem(
                "postgresql",
                "The numbers of erased people were hashed with another key.",
                "Set CALLWRIGHT_NUMBER_HASH_KEY to what `callwright secrets rotate` printed.",
            )
        return None

    async def trunks(self) -> list[Finding]:
        """One finding for each trunk that does not do well, and one for the others together."""
        async with self._sessions() as session:
            rows, since = await HealthRepository(session).trunks(), await database_now(session) - _LAST_HOUR
            if not rows:
                return [
                    note("trunks", "There is no trunk yet.", "Make one with POST /api/v1/trunks; docs/guides says how for five carriers.")
                ]
            judged = []
            for row in rows:
                repository = TrunkRepository(session, row.workspace_id)
                ended = await repository.ended_since(row.id, since)
                health = judge(row, await repository.live_calls(row.id), await repository.results_since(row.id, since), faults_of(ended))
                judged.append((row, health))
        findings = [
            Finding(f"trunk {row.name}", "problem" if health.status == "failing" else "note", health.detail, _advice(row.sync_state))
            for row, health in judged
            if health.status != "ok"
        ]
        well = len(judged) - len(findings)
        told = f"{counted(well, 'trunk does', 'trunks do')} well."
        return [ok("trunks", told) if well else note("trunks", "No trunk does well."), *findings]

    async def endpoints(self) -> Finding:
        """Whether those who want to be told are told."""
        async with self._sessions() as session:
            repository = HealthRepository(session)
            enabled, failing, disabled = await repository.endpoints()
            late = await repository.late_deliveries(await database_now(session) - _LATE)
        if disabled or failing:
            return problem(
                "webhook_endpoints",
                f"{counted(disabled, 'endpoint is', 'endpoints are')} disabled and {failing} failing, of {enabled + disabled}.",
                "See why with `callwright webhooks list`, and send again with `callwright webhooks replay --failed`.",
            )
        if late:
            return problem(
                "webhook_endpoints",
                f"{counted(late, 'message is', 'messages are')} more than {int(_LATE.total_seconds()) // 60} minutes late.",
                "Look whether a task worker runs (`callwright task-worker`).",
            )
        told = f"{counted(enabled, 'endpoint is', 'endpoints are')} told what happens."
        return ok("webhook_endpoints", told if enabled else "Nobody has asked to be told.")

    async def meaning(self) -> Finding:
        """Whether documents can be searched by meaning."""
        async with self._sessions() as session:
            lacks = (await room_of(session)).lacks
        if lacks:
            said = "This PostgreSQL keeps no vectors: documents are searched by words only."
            return note("knowledge", said, f"{lacks[0].upper()}{lacks[1:]}")
        model = self._settings.embedding_model
        named = f"by {model}" if model else "where they name a model in `embedding`; CALLWRIGHT_EMBEDDING_MODEL names none for all"
        return ok("knowledge", f"Documents are searched by words, and by meaning {named}.")

    async def clock(self) -> Finding:
        """Decisions go by the database's clock, LiveKit's tokens and signatures by this machine's."""
        before = self._clock.now()
        async with self._sessions() as session:
            theirs = await HealthRepository(session).clock()
        return apart("clock", "the database", theirs, before, self._clock.now())


def apart(name: str, whose: str, theirs: datetime, before: datetime, after: datetime) -> Finding:
    """Compares another's clock with ours, which was read before and after."""
    off = max(before - theirs, theirs - after, timedelta(0))
    if off <= _MOST_APART:
        return ok(name, f"This machine and {whose} agree about the time.")
    return problem(
        name,
        f"This machine and {whose} are {off.total_seconds():.0f} s apart.",
        "Let both keep time by NTP (chrony or systemd-timesyncd).",
    )


def newest_schema() -> str:
    return _scripts().get_current_head() or ""


def _schemas() -> set[str]:
    return {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config(""))


def _advice(sync_state: str) -> str:
    if sync_state == "failed":
        return "Put right what LiveKit says, then `callwright trunks sync`."
    if sync_state == "pending":
        return "Look whether a task worker runs (`callwright task-worker`)."
    return "See `callwright trunks health`, and what the carrier's console says of its last calls."
