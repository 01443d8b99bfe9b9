"""Contacts, suppressions and consents as CSV, sent while it is read."""

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from control_plane.contacts.consent_repository import ConsentRepository
from control_plane.contacts.consent_schemas import ConsentOut
from control_plane.contacts.importing.columns import ATTRIBUTE
from control_plane.contacts.repository import ContactRepository, ListRepository
from control_plane.contacts.schemas import SuppressionOut
from control_plane.contacts.suppression_repository import SuppressionRepository
from control_plane.db.models import Consent, Contact, Suppression
from control_plane.db.unit import Unit
from control_plane.domain.errors import NotFound
from control_plane.kit.csv_text import csv_line
from control_plane.kit.pagination import every

_OF_CONTACT = ("contact_id", "name", "email", "language", "time_zone", "score")
MOST_ATTRIBUTES = 150
"""Columns for attributes, so that the file can be imported again; what more there is stands together in one."""
_REST = "more_attributes"


class Exports:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._session = unit.session
        self._workspace_id = workspace_id

    async def contacts(self, list_id: uuid.UUID | None) -> AsyncIterator[bytes]:
        """One line per contact, of a list or all. Its header is what an import guesses rightly. Raises `NotFound` before the first line."""
        if list_id is not None and await ListRepository(self._session, self._workspace_id).find(list_id) is None:
            raise NotFound.of("contact list")
        numbers, keys = await ContactRepository(self._session, self._workspace_id).width(list_id)
        return self._contacts(list_id, numbers, keys)

    async def _contacts(self, list_id: uuid.UUID | None, numbers: int, keys: Sequence[str]) -> AsyncIterator[bytes]:
        shown, rest = keys[:MOST_ATTRIBUTES], frozenset(keys[MOST_ATTRIBUTES:])
        phones = [f"phone_{i + 1}" for i in range(numbers)]
        yield csv_line((*_OF_CONTACT, *phones, *(ATTRIBUTE + key for key in shown), *([_REST] if rest else [])))
        rows = ContactRepository(self._session, self._workspace_id).listing(list_id=list_id)
        async for row in every(self._session, rows, Contact.id):
            has = [number.e164 for number in row.phones[:numbers]]
            own = (row.id, row.name, row.email, row.language, row.time_zone, row.score)
            attributes = [_text(row.attributes.get(key)) for key in shown]
            more = [_text({key: value for key, value in row.attributes.items() if key in rest})] if rest else []
            yield csv_line((*own, *has, *[""] * (numbers - len(has)), *attributes, *more))

    async def suppressions(self) -> AsyncIterator[bytes]:
        """One line per suppression, with the fields that the API gives."""
        rows = SuppressionRepository(self._session, self._workspace_id).listing()
        return self._as_the_api_says(rows, Suppression, SuppressionOut)

    async def consents(self) -> AsyncIterator[bytes]:
        """One line per consent, also revoked ones, with the fields that the API gives."""
        return self._as_the_api_says(ConsentRepository(self._session).listing(self._workspace_id), Consent, ConsentOut)

    async def _as_the_api_says(self, rows: Any, model: Any, view: type[msgspec.Struct]) -> AsyncIterator[bytes]:
        yield csv_line(view.__struct_fields__)
        async for row in every(self._session, rows, model.id):
            yield csv_line([_text(getattr(row, name)) for name in view.__struct_fields__])


def _text(value: Any) -> Any:
    """Times as the API writes them; what has parts as JSON."""
    if isinstance(value, datetime):
        return msgspec.to_builtins(value)
    return msgspec.json.encode(value).decode() if isinstance(value, (dict, list, bool)) else value
