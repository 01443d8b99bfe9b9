"""Background work on contacts. Each task carries an id, looks at the row first, and may run twice or never."""

import uuid
from typing import Any

from control_plane.contacts.import_repository import ImportRepository
from control_plane.contacts.importer import Importer
from control_plane.contacts.number_import_repository import NumberImportRepository
from control_plane.contacts.number_importer import NumberImporter
from control_plane.kit.queue import Nudge


async def run_import(ctx: dict[str, Any], import_id: str) -> None:
    """Import one file; afterwards running campaigns take the list's new members in."""
    importer = Importer(ctx["sessions"].kw["bind"], ctx["storage"], ctx["clock"])
    grown = await importer.run(uuid.UUID(import_id))
    if grown is not None:
        await ctx["queue"].send([Nudge("enroll_list", str(grown))])
    await _forget_file(ctx, ImportRepository, uuid.UUID(import_id))


async def run_number_import(ctx: dict[str, Any], import_id: str) -> None:
    """Import one do-not-call list or file of consents; whoever waited for a consent is looked at again at its own time. Whoever is on a
    list is called no more from then on; what waits for them is closed by a task of its own."""
    if await NumberImporter(ctx["sessions"], ctx["storage"], ctx["clock"]).run(uuid.UUID(import_id)):
        await ctx["queue"].send([Nudge("stop_listed", import_id)])
    await _forget_file(ctx, NumberImportRepository, uuid.UUID(import_id))


async def sweep_imports(ctx: dict[str, Any]) -> None:
    """Find imports whose nudge was lost or whose runner died, also right behind its end; a living runner keeps its import."""
    async with ctx["sessions"]() as session:
        contacts = await ImportRepository(session).unfinished()
        numbers = await NumberImportRepository(session).unfinished()
        unheeded = await NumberImportRepository(session).unheeded()
    nudges = [Nudge("run_import", str(import_id)) for import_id in contacts]
    nudges += [Nudge("run_number_import", str(import_id)) for import_id in numbers]
    await ctx["queue"].send([*nudges, *(Nudge("stop_listed", str(import_id)) for import_id in unheeded)])


async def _forget_file(ctx: dict[str, Any], repository: type[ImportRepository | NumberImportRepository], import_id: uuid.UUID) -> None:
    """What was read is in the tables; people's numbers need not lie about in a file as well."""
    async with ctx["sessions"].begin() as session:
        rows = repository(session)
        file_key = await rows.left_file(import_id)
        if file_key is not None:
            await ctx["storage"].delete(file_key)
            await rows.forget_file(import_id)
