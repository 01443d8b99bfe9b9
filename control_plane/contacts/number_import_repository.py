"""SQL of files of numbers. Each part of a file is one short transaction that also says how far it has come, so a crash resumes there."""

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.contacts.import_repository import UNFINISHED
from control_plane.db.models import NumberImport, NumberImportError, Suppression
from control_plane.kit.ids import new_id

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class ListAge:
    """The newest completed import of one do-not-call list."""

    workspace_id: uuid.UUID
    source: str
    obtained_at: datetime
    numbers: int


class NumberImportRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: NumberImport) -> None:
        self._session.add(row)
        await self._session.flush()

    async def find(self, workspace_id: uuid.UUID, kind: str, import_id: uuid.UUID) -> NumberImport | None:
        mine = (NumberImport.workspace_id == workspace_id, NumberImport.kind == kind, NumberImport.id == import_id)
        return await self._session.scalar(select(NumberImport).where(*mine))

    async def get(self, import_id: uuid.UUID) -> NumberImport | None:
        return await self._session.get(NumberImport, import_id)

    async def unfinished(self) -> Sequence[uuid.UUID]:
        """Imports that a task should look at, oldest first: those whose file still lies in the storage are among them."""
        wanted = or_(NumberImport.state.in_(UNFINISHED), NumberImport.file_key != "")
        return (await self._session.scalars(select(NumberImport.id).where(wanted).order_by(NumberImport.id))).all()

    async def left_file(self, import_id: uuid.UUID) -> str | None:
        """Where the file of a finished import lies, which nobody needs any more; None when there is none."""
        query = select(NumberImport.file_key).where(NumberImport.id == import_id, NumberImport.state.not_in(UNFINISHED))
        return await self._session.scalar(query) or None

    async def forget_file(self, import_id: uuid.UUID) -> None:
        await self._session.execute(update(NumberImport).where(NumberImport.id == import_id).values(file_key=""))

    async def unheeded(self) -> Sequence[uuid.UUID]:
        """Do-not-call lists that are in, as far as they could be read, and nobody has given up who waits for one of their numbers."""
        over = (NumberImport.kind == "suppressions", NumberImport.state.not_in(UNFINISHED), NumberImport.heeded_at.is_(None))
        return (await self._session.scalars(select(NumberImport.id).where(*over).order_by(NumberImport.id))).all()

    async def heed(self, import_id: uuid.UUID, now: datetime) -> None:
        await self._session.execute(update(NumberImport).where(NumberImport.id == import_id).values(heeded_at=now))

    async def advance(self, import_id: uuid.UUID, *, added: int = 0, duplicates: int = 0, rejected: int = 0, **values: Any) -> None:
        """Add to the counts and set the other columns."""
        counts = {
            "added": NumberImport.added + added,
            "duplicates": NumberImport.duplicates + duplicates,
            "rejected": NumberImport.rejected + rejected,
        }
        await self._session.execute(update(NumberImport).where(NumberImport.id == import_id).values(**counts, **values))

    async def reject(self, import_id: uuid.UUID, rows: Sequence[tuple[int, str, str]]) -> None:
        """Store rejected rows (number, reason, text) for the report."""
        if rows:
            values = [{"id": new_id(), "import_id": import_id, "row_number": n, "message": why, "row_text": text} for n, why, text in rows]
            await self._session.execute(insert(NumberImportError), values)

    async def put_on_list(self, row: NumberImport, numbers: Sequence[str]) -> int:
        """Suppress the numbers for the workspace because the list says so. Returns how many the list did not have before."""
        if not numbers:
            return 0
        common = {"workspace_id": row.workspace_id, "source": "import", "list_source": row.source, "import_id": row.id}
        values = [{"id": new_id(), "e164": e164, "reason": f"stands on the list {row.source}", **common} for e164 in numbers]
        statement = upsert(Suppression).values(values)
        statement = statement.on_conflict_do_update(
            index_elements=[Suppression.workspace_id, Suppression.e164, Suppression.list_source],
            index_where=Suppression.campaign_id.is_(None),
            set_={"import_id": row.id},
        ).returning(literal_column("(xmax = 0)"))
        return sum((await self._session.scalars(statement)).all())

    async def forget_older(self, row: NumberImport) -> int:
        """Numbers of older versions of this list, which the new one no longer has, leave it. Returns how many."""
        older = (
            Suppression.workspace_id == row.workspace_id,
            Suppression.list_source == row.source,
            Suppression.import_id.is_distinct_from(row.id),
        )
        gone = delete(Suppression).where(*older).returning(Suppression.id).cte("gone")
        return await self._session.scalar(select(func.count()).select_from(gone)) or 0

    async def list_ages(self, workspace_ids: Sequence[uuid.UUID]) -> list[ListAge]:
        """For each do-not-call list of these workspaces when its newest version was obtained, and how many numbers it brought.

        The gate fails closed where a list it needs is missing here or older than its rules allow (47 CFR 64.1200(c)(2)(i)(D): 31 days).
        """
        done = (NumberImport.kind == "suppressions", NumberImport.state == "completed", NumberImport.list_date.is_not(None))
        query = (
            select(NumberImport)
            .ext(distinct_on(NumberImport.workspace_id, NumberImport.source))
            .where(NumberImport.workspace_id.in_(workspace_ids), *done)
            .order_by(NumberImport.workspace_id, NumberImport.source, NumberImport.list_date.desc(), NumberImport.id.desc())
        )
        rows = (await self._session.scalars(query)).all()
        return [ListAge(r.workspace_id, r.source, r.list_date, r.added + r.duplicates) for r in rows if r.list_date is not None]

    async def errors(self, import_id: uuid.UUID) -> AsyncIterator[NumberImportError]:
        """Every rejected row in the order of the file, page by page."""
        last = 0
        while page := await self._errors_after(import_id, last):
            for row in page:
                yield row
            last = page[-1].row_number

    async def _errors_after(self, import_id: uuid.UUID, row_number: int) -> Sequence[NumberImportError]:
        query = select(NumberImportError).where(NumberImportError.import_id == import_id, NumberImportError.row_number > row_number)
        return (await self._session.scalars(query.order_by(NumberImportError.row_number).limit(_PAGE))).all()
