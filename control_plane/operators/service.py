"""Operators as people edit them."""

import uuid
from typing import Any

from msgspec import UNSET, to_builtins

from control_plane.audit.service import record
from control_plane.db.models import Operator, Workspace
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.calling_window import minutes_of_day
from control_plane.domain.errors import Conflict, Invalid, NotFound, Refused
from control_plane.domain.rule_values import is_zone
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.operators.repository import OperatorRepository
from control_plane.operators.schemas import OperatorIn, OperatorOut, OperatorPatch

MOST_OPERATORS = 500
"""Per workspace."""
_TRAIL = ("name", "mode", "time_zone", "weekly", "is_active")


class OperatorService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = OperatorRepository(unit.session, workspace_id)

    async def page(self, limit: int, cursor: str | None) -> Page[OperatorOut]:
        return await page_of(self._unit.session, self._rows.all(), Operator.id, OperatorOut.of, limit=limit, cursor=cursor)

    async def get(self, operator_id: uuid.UUID) -> OperatorOut:
        return OperatorOut.of(await self._find(operator_id))

    async def create(self, data: OperatorIn) -> OperatorOut:
        """Raises `Conflict` for a name that is taken, `Invalid` for a number, zone or hours that cannot be, `NotFound` for an assistant."""
        if await self._rows.count() >= MOST_OPERATORS:
            raise Refused(f"A workspace has at most {MOST_OPERATORS} operators.", code="too_many_operators")
        sent: dict[str, Any] = {name: getattr(data, name) for name in data.__struct_fields__}
        sent["time_zone"] = data.time_zone or (await self._unit.session.get_one(Workspace, self._workspace_id)).time_zone
        row = Operator(id=new_id(), workspace_id=self._workspace_id)
        await self._apply(row, sent)
        await self._rows.save(row)
        self._record("created", row, None, _trail(row))
        return OperatorOut.of(row)

    async def change(self, operator_id: uuid.UUID, data: OperatorPatch, if_match: str | None) -> OperatorOut:
        row = await self._find(operator_id, lock=True)
        require_match(if_match, OperatorOut.of(row), OperatorPatch)
        before = _trail(row)
        await self._apply(row, {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET})
        await self._rows.save(row)
        self._record("changed", row, before, _trail(row))
        return OperatorOut.of(row)

    async def delete(self, operator_id: uuid.UUID) -> None:
        row = await self._find(operator_id, lock=True)
        self._record("deleted", row, _trail(row), None)
        await self._rows.delete(row)

    async def _apply(self, row: Operator, sent: dict[str, Any]) -> None:
        if "name" in sent and await self._rows.named(sent["name"]) not in (None, row.id):
            raise Conflict("There is an operator with this name already.", code="operator_exists")
        if not is_zone(sent.get("time_zone", "UTC")):
            raise Invalid.field("time_zone", f"The time zone {sent['time_zone']!r} is not known; write it like America/New_York.")
        if sent.get("assistant_ids") and not await self._rows.has_assistants(sent["assistant_ids"]):
            raise NotFound.of("assistant")
        if "e164" in sent:
            sent["e164"] = phone.require(sent["e164"])
        if "weekly" in sent:
            sent["weekly"] = _checked(to_builtins(sent["weekly"]))
        for name, value in sent.items():
            setattr(row, name, value)

    async def _find(self, operator_id: uuid.UUID, *, lock: bool = False) -> Operator:
        row = await self._rows.find(operator_id, lock=lock)
        if row is None:
            raise NotFound.of("operator")
        return row

    def _record(self, what: str, row: Operator, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        record(self._unit, self._workspace_id, f"operator.{what}", "operator", row.id, before, after)


def _checked(weekly: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for at, each in enumerate(weekly):
        if minutes_of_day(each["start"], f"weekly[{at}].start") >= minutes_of_day(each["end"], f"weekly[{at}].end"):
            raise Invalid.field(f"weekly[{at}].end", "Hours end after they begin; write those that pass midnight as two.")
    return weekly


def _trail(row: Operator) -> dict[str, Any]:
    """Without the number: it is a person's."""
    return {name: getattr(row, name) for name in _TRAIL} | {"assistant_ids": [str(each) for each in row.assistant_ids]}
