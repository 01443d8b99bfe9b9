"""No file with people's numbers outlives the list that it was uploaded for."""

from collections.abc import AsyncIterator
from pathlib import Path

from control_plane.contacts.tasks import run_import
from tests.fixtures.world import World

CONTENT = b"name,phone\nAda,+12025550101\n"


def files(world: World) -> list[Path]:
    folder = Path(world.app.state.settings.storage_url.removeprefix("file://")) / "imports"
    return list(folder.iterdir()) if folder.exists() else []


async def test_a_list_that_is_deleted_takes_along_the_file_that_waits_to_be_read(world: World) -> None:
    gone, kept = await world.contact_list(), await world.contact_list()
    waiting, other = await world.ours.upload(gone, CONTENT), await world.ours.upload(kept, CONTENT)
    assert len(files(world)) == 2
    await world.ours.delete(f"/contact-lists/{gone}")
    assert [file.stem for file in files(world)] == [other["id"]]
    await world.ours.get(f"/imports/{waiting['id']}", 404)
    await world.run_tasks()
    assert files(world) == []
    assert (await world.ours.get(f"/contact-lists/{kept}"))["size"] == 1


async def test_a_list_that_is_deleted_while_its_file_comes_in_leaves_none(world: World) -> None:
    list_id = await world.contact_list()

    async def body() -> AsyncIterator[bytes]:
        yield CONTENT
        await world.ours.delete(f"/contact-lists/{list_id}")
        yield b"Bob,+12025550102\n"

    path, headers = f"/api/v1/contact-lists/{list_id}/imports", {"Content-Type": "text/csv"}
    answer = await world.ours.client.post(path, content=body(), headers=headers)
    assert (answer.status_code, files(world)) == (404, [])


async def test_an_import_whose_file_is_gone_ends_and_says_so(world: World) -> None:
    accepted = await world.ours.upload(await world.contact_list(), CONTENT)
    for file in files(world):
        file.unlink()
    await run_import(world.ctx, accepted["id"])
    done = await world.ours.get(f"/imports/{accepted['id']}")
    assert (done["state"], done["error"]) == ("failed", "The file is not in the storage any more; upload it again.")
