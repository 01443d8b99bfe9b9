"""Assistants: a draft that may change at any time, and versions that never do."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from control_plane.assistants.choices import left_behind
from control_plane.assistants.repository import AssistantRepository
from control_plane.assistants.schemas import (
    BUILT_IN,
    DEFAULT_VOICE,
    AssistantConfig,
    AssistantIn,
    AssistantOut,
    AssistantPatch,
    AssistantVersionOut,
    Probe,
)
from control_plane.audit.service import record
from control_plane.db.models import Assistant, AssistantVersion
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Conflict, FieldError, Invalid, NotFound
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.secrets.credentials import credentials_named
from control_plane.secrets.repository import SecretRepository
from sip_config.languages import SPOKEN, is_spoken
from sip_config.vendors import OPENAI, VENDORS

# Generous for a form of answers, small beside the prompt.
_MAX_SCHEMA_BYTES = 20_000

PROBE_TASK = "probe_assistant"
"""Saving waits for no model: its parts are tried afterwards (trials/tasks)."""
LOOK_TASK = "look_at_tools"
"""Publishing waits for no MCP server: what they say of the assistant's tools is looked at afterwards (tools/tasks)."""


class AssistantService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._repository = AssistantRepository(unit.session, workspace_id)

    async def page(self, *, is_active: bool | None, limit: int, cursor: str | None) -> Page[AssistantOut]:
        rows: Page[Assistant] = await page_of(
            self._unit.session, self._repository.all(is_active), Assistant.id, lambda row: row, limit=limit, cursor=cursor
        )
        published = await self._repository.versions_by_id([r.published_version_id for r in rows.items if r.published_version_id])
        return Page([AssistantOut.of(r, published.get(r.published_version_id or r.id)) for r in rows.items], rows.next_cursor)

    async def get(self, assistant_id: uuid.UUID) -> AssistantOut:
        return await self._out(await self._row(assistant_id))

    async def create(self, wanted: AssistantIn) -> AssistantOut:
        """A new assistant, published as version 1 at once."""
        config = wanted.config()
        _check(config)
        await self._require_knowledge(config)
        await self._require_credentials(msgspec.to_builtins(config.models))
        await self._require_tools(config.tools)
        await self._require_ready(config.tools)
        await self._require_calendars(config.calendar_ids)
        row = Assistant(
            id=new_id(),
            workspace_id=self._workspace_id,
            name=wanted.name,
            is_active=wanted.is_active,
            config=msgspec.to_builtins(config),
            created_at=self._unit.now,
            updated_at=self._unit.now,
        )
        self._unit.session.add(row)
        await self._unit.session.flush()
        await self._publish(row)
        self._unit.nudges.add(PROBE_TASK, row.id)
        record(self._unit, self._workspace_id, "assistant.create", "assistant", row.id, None, _trail(row))
        return await self._out(row)

    async def change(self, assistant_id: uuid.UUID, patch: AssistantPatch, if_match: str | None) -> AssistantOut:
        """Change the draft. `if_match` is the ETag that the caller has seen; another one by now is a `Conflict`."""
        row = await self._row(assistant_id, lock=True)
        require_match(if_match, await self._out(row), AssistantPatch)
        before = _trail(row)
        sent = {name: value for name in patch.__struct_fields__ if (value := getattr(patch, name)) is not UNSET}
        row.name, row.is_active = sent.pop("name", row.name), sent.pop("is_active", row.is_active)
        config = msgspec.convert(row.config | msgspec.to_builtins(sent), AssistantConfig)
        _check(config, row.config)
        await self._require_knowledge(config)
        await self._require_credentials(msgspec.to_builtins(config.models))
        await self._require_tools(config.tools)
        await self._require_calendars(config.calendar_ids)
        if _tried_parts(row.config) != _tried_parts(saved := msgspec.to_builtins(config)):
            self._unit.nudges.add(PROBE_TASK, row.id)
        row.config = saved
        row.updated_at = self._unit.now
        record(self._unit, self._workspace_id, "assistant.change", "assistant", row.id, before, _trail(row))
        return await self._out(row)

    async def publish(self, assistant_id: uuid.UUID) -> AssistantVersionOut:
        """The draft as the next version; campaigns that run keep theirs."""
        row = await self._row(assistant_id, lock=True)
        await self._require_knowledge(msgspec.convert(row.config, AssistantConfig))
        await self._require_credentials(row.config.get("models") or {})
        await self._require_tools(row.config.get("tools") or ())
        await self._require_ready(row.config.get("tools") or ())
        version = await self._publish(row)
        row.updated_at = self._unit.now
        record(self._unit, self._workspace_id, "assistant.publish", "assistant", row.id, None, {"number": version.number})
        published = AssistantVersionOut.of(version)
        published.last_probe = msgspec.convert(row.last_probe, Probe | None)
        return published

    async def versions(self, assistant_id: uuid.UUID, *, limit: int, cursor: str | None) -> Page[AssistantVersionOut]:
        row = await self._row(assistant_id)
        query = self._repository.versions(row.id)
        return await page_of(self._unit.session, query, AssistantVersion.id, AssistantVersionOut.of, limit=limit, cursor=cursor)

    async def delete(self, assistant_id: uuid.UUID) -> None:
        """Raises `Conflict` while something uses it."""
        row = await self._row(assistant_id, lock=True)
        user = await self._repository.used_by(row.id)
        if user is not None:
            raise Conflict(f"This assistant is used by {user}; to retire it, set is_active to false.", code="assistant_in_use")
        record(self._unit, self._workspace_id, "assistant.delete", "assistant", row.id, _trail(row))
        await self._unit.session.delete(row)

    async def _require_credentials(self, models: Mapping[str, Any]) -> None:
        """Raises `Invalid` for a credential that names no secret. Those that there are stay until the change is committed."""
        named = credentials_named(models)
        if not named:
            return
        known = await SecretRepository(self._unit.session, self._workspace_id).hold(named.values())
        lacking = [
            (f"models.{kind}.credential", f"There is no secret called {name!r}.") for kind, name in named.items() if name not in known
        ]
        if lacking:
            raise Invalid(" ".join(words for _, words in lacking), *(FieldError(*each) for each in lacking))

    async def _require_tools(self, tools: Iterable[str]) -> None:
        """Raises `Invalid` for a tool that there is not. Those that there are stay until the change is committed."""
        own = {place: name for place, name in enumerate(tools) if name not in BUILT_IN}
        known = await self._repository.hold_tools(list(own.values())) if own else set()
        lacking = [FieldError(f"tools[{place}]", f"There is no tool called {name!r}.") for place, name in own.items() if name not in known]
        if lacking:
            raise Invalid(" ".join(error.message for error in lacking), *lacking)

    async def _require_ready(self, tools: Sequence[str]) -> None:
        """Raises `Invalid` for tools of MCP servers that are not described as was agreed to: a version must be able to use its own."""
        unready = await self._repository.unready_tools([name for name in tools if name not in BUILT_IN])
        lacking = [FieldError(f"tools[{tools.index(name)}]", f"The tool {name!r} is not ready. {why}") for name, why in unready.items()]
        if lacking:
            raise Invalid(" ".join(error.message for error in lacking), *lacking)

    async def _require_calendars(self, ids: list[uuid.UUID]) -> None:
        """One that is deleted later is simply not booked in any more. Raises `NotFound` for what is not there, or not ours."""
        if ids and not await self._repository.has_calendars(ids):
            raise NotFound.of("calendar")

    async def _require_knowledge(self, config: AssistantConfig) -> None:
        """Raises `NotFound` for knowledge that there is not; what there is stays until the change is committed. `Invalid` for answers from
        nothing."""
        wanted = set(config.knowledge_ids)
        if wanted and await self._repository.hold_knowledge(list(wanted)) != wanted:
            raise NotFound.of("knowledge")
        if config.answers_only_from_knowledge and not wanted:
            raise Invalid.field("answers_only_from_knowledge", "To answer from knowledge only, say in knowledge_ids from which.")

    async def _publish(self, row: Assistant) -> AssistantVersion:
        version = AssistantVersion(
            id=new_id(),
            workspace_id=self._workspace_id,
            assistant_id=row.id,
            number=await self._repository.last_number(row.id) + 1,
            name=row.name,
            config=row.config,
            created_at=self._unit.now,
        )
        self._unit.session.add(version)
        await self._unit.session.flush()
        row.published_version_id = version.id
        if any(name not in BUILT_IN for name in row.config.get("tools") or ()):
            self._unit.nudges.add(LOOK_TASK, row.id)
        return version

    async def _row(self, assistant_id: uuid.UUID, *, lock: bool = False) -> Assistant:
        row = await self._repository.get(assistant_id, lock=lock)
        if row is None:
            raise NotFound.of("assistant")
        return row

    async def _out(self, row: Assistant) -> AssistantOut:
        published = await self._unit.session.get(AssistantVersion, row.published_version_id) if row.published_version_id else None
        return AssistantOut.of(row, published)


def _trail(row: Assistant) -> dict[str, object]:
    return {"name": row.name, "is_active": row.is_active, "config": row.config}


def _tried_parts(config: Mapping[str, Any]) -> list[Any]:
    return [config.get(part) for part in ("models", "voice", "tools", "language")]


def _of_voice(config: AssistantConfig) -> list[FieldError]:
    voice = config.voice
    vendor = VENDORS[voice.provider]
    slowest, fastest = vendor.speeds
    errors = []
    if voice.provider != OPENAI and voice.voice_id == DEFAULT_VOICE:
        errors.append(FieldError("voice.voice_id", f"Say which of {vendor.title}'s voices speaks; {DEFAULT_VOICE!r} is OpenAI's."))
    if not slowest <= voice.speed <= fastest:
        errors.append(FieldError("voice.speed", f"{vendor.title}'s voices speak at {slowest:g} to {fastest:g} of their speed."))
    return errors


def _check(config: AssistantConfig, before: Mapping[str, Any] | None = None) -> None:
    """What a schema cannot say, and what the draft `before` forbids. Raises `Invalid` with everything that is wrong."""
    errors = left_behind(before, msgspec.to_builtins(config)) if before is not None else []
    if not is_spoken(config.language):
        errors.append(FieldError("language", f"Calls are held in {', '.join(SPOKEN.values())} only: an opening and a no need their words."))
    if config.voicemail.mode == "leave_message" and not config.voicemail.message.strip():
        errors.append(FieldError("voicemail.message", "To leave a message on voicemail, say which."))
    errors += _of_voice(config)
    if config.turns.answer_after_s > config.turns.answer_within_s:
        errors.append(FieldError("turns.answer_within_s", "An answer's latest moment cannot lie before its earliest."))
    if len(set(config.outcome_labels)) < len(config.outcome_labels):
        errors.append(FieldError("outcome_labels", "Each outcome label may stand there once."))
    if config.extraction_schema and config.extraction_schema.get("type") != "object":
        errors.append(FieldError("extraction_schema", 'The extraction schema must be a JSON Schema with "type": "object".'))
    if len(msgspec.json.encode(config.extraction_schema)) > _MAX_SCHEMA_BYTES:
        errors.append(FieldError("extraction_schema", f"The extraction schema must not be larger than {_MAX_SCHEMA_BYTES} bytes."))
    for at, destination in enumerate(config.transfer.destinations):
        if not phone.is_valid(destination.e164):
            errors.append(FieldError(f"transfer.destinations[{at}].e164", "This is not a phone number in the form +14155552671."))
    if errors:
        raise Invalid(" ".join(error.message for error in errors), *errors)
