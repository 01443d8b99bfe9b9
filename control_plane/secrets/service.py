"""Secrets of a workspace: stored sealed, replaced, deleted when nothing uses them."""

import uuid
from typing import Any

from msgspec import UNSET

from control_plane.audit.service import record
from control_plane.db.models import Secret
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound, Refused
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.outbound_guard import Forbidden, Guard
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.secrets import SecretBox
from control_plane.secrets.repository import SecretRepository
from control_plane.secrets.schemas import SecretIn, SecretOut, SecretPatch

MOST_SECRETS = 200


class SecretService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, box: SecretBox, guard: Guard) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._box = box
        self._guard = guard
        self._rows = SecretRepository(unit.session, workspace_id)

    async def page(self, *, limit: int, cursor: str | None) -> Page[SecretOut]:
        page: Page[Secret] = await page_of(self._unit.session, self._rows.all(), Secret.id, lambda row: row, limit=limit, cursor=cursor)
        users = await self._rows.used_by([row.name for row in page.items])
        return Page([SecretOut.of(row, users[row.name]) for row in page.items], page.next_cursor)

    async def get(self, secret_id: uuid.UUID) -> SecretOut:
        return await self._out(await self._row(secret_id))

    async def create(self, wanted: SecretIn) -> SecretOut:
        """Raises `Invalid` for an endpoint that must not be called, `Conflict` for a name that is taken."""
        self._check(wanted.base_url)
        if await self._rows.count() >= MOST_SECRETS:
            raise Refused(f"A workspace has at most {MOST_SECRETS} secrets.", code="too_many_secrets")
        if await self._rows.named([wanted.name]):
            raise Conflict(f"There is a secret called {wanted.name!r} already.", code="secret_exists")
        row = Secret(
            id=new_id(),
            workspace_id=self._workspace_id,
            name=wanted.name,
            description=wanted.description,
            base_url=wanted.base_url,
            value_sealed=self._box.seal(wanted.value),
            created_at=self._unit.now,
            updated_at=self._unit.now,
        )
        self._unit.session.add(row)
        await self._unit.session.flush()
        self._record("created", row, None, _trail(row))
        return await self._out(row)

    async def change(self, secret_id: uuid.UUID, patch: SecretPatch, if_match: str | None = None) -> SecretOut:
        """Change what was sent; calls that begin from now on use the new value. Raises `Invalid`."""
        if patch.base_url is not UNSET:
            self._check(patch.base_url)
        row = await self._row(secret_id, lock=True)
        require_match(if_match, await self._out(row), SecretPatch)
        before = _trail(row)
        if patch.base_url is not UNSET and patch.base_url != row.base_url:
            if patch.value is UNSET:
                raise Invalid.field("base_url", "Send the value too: it is never sent to another endpoint than it was given for.")
            row.base_url = patch.base_url
        if patch.description is not UNSET:
            row.description = patch.description
        if patch.value is not UNSET:
            row.value_sealed = self._box.seal(patch.value)
        row.updated_at = self._unit.now
        self._record("changed", row, before, _trail(row) | {"value_replaced": patch.value is not UNSET})
        return await self._out(row)

    async def delete(self, secret_id: uuid.UUID) -> None:
        """Raises `Conflict` while an assistant uses it."""
        row = await self._row(secret_id, lock=True)
        users = (await self._rows.used_by([row.name]))[row.name]
        if users:
            named = ", ".join(repr(user) for user in users[:5])
            words = f"This secret is used by {named}; give these another credential first, and publish the assistants."
            raise Conflict(words, code="secret_in_use")
        self._record("deleted", row, _trail(row), None)
        await self._unit.session.delete(row)

    async def _row(self, secret_id: uuid.UUID, *, lock: bool = False) -> Secret:
        row = await self._rows.get(secret_id, lock=lock)
        if row is None:
            raise NotFound.of("secret")
        return row

    async def _out(self, row: Secret) -> SecretOut:
        return SecretOut.of(row, (await self._rows.used_by([row.name]))[row.name])

    def _check(self, base_url: str | None) -> None:
        if base_url is not None:
            try:
                parts = self._guard.check_url(base_url)
            except Forbidden as error:
                raise Invalid.field("base_url", str(error)) from error
            if parts.query:
                raise Invalid.field("base_url", "The endpoint takes no query.")

    def _record(self, what: str, row: Secret, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        record(self._unit, self._workspace_id, f"secret.{what}", "secret", row.id, before, after)


def _trail(row: Secret) -> dict[str, Any]:
    """Never the value, sealed or not."""
    return {"name": row.name, "description": row.description, "base_url": row.base_url}
