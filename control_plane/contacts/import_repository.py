"""SQL of imports as they are asked about: the row itself and its report (what a running one does: import_run_repository)."""

import uuid
from collections.abc import AsyncIterator, Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import ContactImport, ContactImportError, Workspace

UNFINISHED = ("queued", "running")
_PAGE = 1_000


class ImportRepository:
    """Rows of imports and their reports."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: ContactImport) -> None:
        self._session.add(row)
        await self._session.flush()

    async def find(self, workspace_id: uuid.UUID, import_id: uuid.UUID) -> ContactImport | None:
        query = select(ContactImport).where(ContactImport.id == import_id, ContactImport.workspace_id == workspace_id)
        return await self._session.scalar(query)

    async def default_country(self, workspace_id: uuid.UUID) -> str:
        return (await self._session.get_one(Workspace, workspace_id)).default_country

    async def unfinished(self) -> Sequence[uuid.UUID]:
        """Imports that a task should look at, oldest first: those whose file still lies in the storage are among them."""
        wanted = or_(ContactImport.state.in_(UNFINISHED), ContactImport.file_key != "")
        return (await self._session.scalars(select(ContactImport.id).where(wanted).order_by(ContactImport.id))).all()

    async def left_file(self, import_id: uuid.UUID) -> str | None:
        """Where the file of a finished import lies, which nobody needs any more; None when there is none."""
        query = select(ContactImport.file_key).where(ContactImport.id == import_id, ContactImport.state.not_in(UNFINISHED))
        return await self._session.scalar(query) or None

    async def forget_file(self, import_id: uuid.UUID) -> None:
        await self._session.execute(update(ContactImport).where(ContactImport.id == import_id).values(file_key=""))

    async def errors_after(self, import_id: uuid.UUID, row_number: int) -> Sequence[ContactImportError]:
        """The next page of rejected rows, in the order of the file."""
        query = select(ContactImportError).where(ContactImportError.import_id == import_id, ContactImportError.row_number > row_number)
        return (await self._session.scalars(query.order_by(ContactImportError.row_number).limit(_PAGE))).all()


async def error_rows(repository: ImportRepository, import_id: uuid.UUID) -> AsyncIterator[ContactImportError]:
    """Every rejected row, page by page."""
    last = 0
    while page := await repository.errors_after(import_id, last):
        for row in page:
            yield row
        last = page[-1].row_number
