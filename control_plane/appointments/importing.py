"""Appointments from a CSV file of moderate size, read within the request: what is wrong with a row is answered, the others are taken."""

import csv
import io
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from control_plane.appointments.repository import AppointmentRepository
from control_plane.appointments.schemas import AppointmentImportOut, AppointmentIn, AppointmentPatch, RejectedRow
from control_plane.appointments.service import AppointmentService
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.contacts.importing.rows import sniff_delimiter
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import CallwrightError, Invalid
from control_plane.domain.rule_values import is_zone

MOST_BYTES = 1_000_000
MOST_ROWS = 2_000
"""More than a practice has in months; every row is a few statements of one transaction."""
COLUMNS = ("phone", "contact_id", "starts_at", "time_zone", "place", "title", "reminders", "external_id")
_UNITS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 7 * 86_400}
_REMINDER = re.compile(r"(\d{1,4}) ?(minute|hour|day|week)s?")


class AppointmentImporter:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, assistant_id: uuid.UUID) -> None:
        self._service = AppointmentService(unit, workspace_id)
        self._rows = AppointmentRepository(unit.session, workspace_id)
        self._lookups = LookupRepository(unit.session, workspace_id)
        self._assistant_id = assistant_id
        self._country = ""
        self._time_zone = ""

    async def run(self, chunks: AsyncIterator[bytes]) -> AppointmentImportOut:
        """Raises `Invalid` for a file that is no such table, `NotFound` for a foreign assistant."""
        # First of all, because a slow upload must not hold a connection.
        rows = _table(await _text(chunks))
        await self._lookups.active_assistant(self._assistant_id)
        workspace = await self._lookups.workspace()
        self._country, self._time_zone = workspace.default_country, workspace.time_zone
        done = AppointmentImportOut(0, 0, [])
        for number, row in enumerate(rows, start=1):
            try:
                is_new = await self._take(row)
            except CallwrightError as error:
                done.rejected.append(RejectedRow(number, error.detail))
            else:
                done.created += is_new
                done.updated += not is_new
        return done

    async def _take(self, row: Mapping[str, str]) -> bool:
        """Returns whether the appointment is new."""
        given = self._given(row)
        known = await self._service.by_external_id(given["external_id"]) if "external_id" in given else None
        if known is not None:
            await self._service.update(known, _checked(given, AppointmentPatch))
            return False
        contact = {"contact_id": await self._contact(row), "assistant_id": self._assistant_id}
        await self._service.create(_checked(given | contact, AppointmentIn))
        return True

    def _given(self, row: Mapping[str, str]) -> dict[str, Any]:
        given: dict[str, Any] = {name: row[name] for name in ("place", "title", "external_id", "time_zone") if row.get(name)}
        zone = given.get("time_zone", self._time_zone)
        given["starts_at"] = _instant(row.get("starts_at", ""), zone)
        if row.get("reminders"):
            given["reminder_offsets_s"] = _offsets(row["reminders"])
        return given

    async def _contact(self, row: Mapping[str, str]) -> uuid.UUID:
        if row.get("contact_id"):
            try:
                return uuid.UUID(row["contact_id"])
            except ValueError as error:
                raise Invalid.field("contact_id", "The contact_id is not an id.") from error
        found = await self._rows.contacts_with(phone.require(row.get("phone", ""), self._country, field="phone"))
        if len(found) != 1:
            many = (
                "Several contacts have this number; say contact_id." if found else "No contact has this number; import the contacts first."
            )
            raise Invalid.field("phone", many)
        return found[0]


async def _text(chunks: AsyncIterator[bytes]) -> str:
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > MOST_BYTES:
            raise Invalid.field("file", f"The file is larger than {MOST_BYTES // 1_000_000} MB; divide it.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid.field("file", "The file is not UTF-8; save it as CSV UTF-8.") from error


def _table(text: str) -> list[dict[str, str]]:
    header, _, _ = text.lstrip("\r\n").partition("\n")
    reader = csv.DictReader(io.StringIO(text.replace("\0", "")), delimiter=sniff_delimiter(header), restkey="", restval="")
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    if "starts_at" not in names or not {"phone", "contact_id"} & set(names):
        raise Invalid.field("file", f"The first line must name starts_at and phone or contact_id; known are {', '.join(COLUMNS)}.")
    reader.fieldnames = names
    try:
        rows = [{name: value.strip() for name, value in row.items() if isinstance(value, str)} for row in reader]
    except csv.Error as error:
        raise Invalid.field("file", f"The file is not CSV: {error}.") from error
    if len(rows) > MOST_ROWS:
        raise Invalid.field("file", f"The file has more than {MOST_ROWS} rows; divide it.")
    return rows


def _instant(text: str, time_zone: str) -> datetime:
    """ISO 8601; without a zone of its own the time is that of the place."""
    if not is_zone(time_zone):
        raise Invalid.field("time_zone", f"The time zone {time_zone[:64]!r} is not known; write it like America/New_York.")
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid.field("starts_at", f"{text[:40]!r} is not a time; write it like 2026-11-30 14:30.") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(time_zone))


def _offsets(text: str) -> list[int]:
    """`2 days, 2 hours`."""
    parts = [part.strip().lower() for part in text.split(",")]
    read = [_REMINDER.fullmatch(part) for part in parts]
    if not all(read):
        raise Invalid.field("reminders", f"{text[:60]!r} is not understood; write it like 2 days, 2 hours.")
    return [int(match[1]) * _UNITS[match[2]] for match in read if match is not None]


def _checked(given: dict[str, Any], kind: type[Any]) -> Any:
    """With the bounds of the API."""
    try:
        return msgspec.convert(msgspec.to_builtins(given), kind)
    except msgspec.ValidationError as error:
        raise Invalid.field("row", f"{error}.") from error
