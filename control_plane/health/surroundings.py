"""What the doctor looks at on this machine and from it: whether others find us, and whether recordings have room."""

import asyncio
import ipaddress
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from control_plane.health.findings import Finding, note, ok, problem
from control_plane.kit.ids import new_id
from control_plane.kit.storage import FolderStorage
from control_plane.settings import Settings

_PATIENCE_S = 5.0
_LEAST_FREE = 1 << 30
"""Bytes; an hour of recordings of ten calls at once is about 150 MB."""


async def public_address(settings: Settings) -> Finding:
    """Whether LiveKit's webhooks and carriers' callbacks find us. Asked from here, where the way can be another than from outside."""
    url, name = settings.public_url, "public_url"
    if _is_of_this_machine(urlsplit(url).hostname or ""):
        said = f"{url} is this machine's own."
        if settings.rehearsal:
            return note(name, f"{said} For rehearsals that suffices.")
        return problem(name, f"{said} LiveKit's webhooks and carriers' callbacks cannot come in.", "Set CALLWRIGHT_PUBLIC_URL.")
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE_S, follow_redirects=False) as client:
            answer = await client.get(f"{url.rstrip('/')}/health/live")
        is_ours = answer.status_code == 200 and answer.json() == {"live": True}
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        advice = "Start the API, and look at DNS, certificate, proxy and firewall between it and the world."
        return problem(name, f"Nobody answers at {url} ({type(error).__name__}).", advice)
    except ValueError:
        is_ours = False
    if not is_ours:
        return problem(name, f"What answers at {url} is not this API.", "Let the proxy lead all paths of that address to `callwright api`.")
    if urlsplit(url).scheme != "https":
        return problem(
            name, f"{url} is not encrypted: keys and recordings can be read on the way.", "Put a proxy with a certificate before it."
        )
    return ok(name, f"The API answers at {url}; LiveKit's webhooks belong to {url.rstrip('/')}/webhooks/livekit.")


def _is_of_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


async def storage(settings: Settings) -> Finding:
    """Writes, reads and removes a small file where recordings lie."""
    parts = urlsplit(settings.storage_url)
    folder = Path(unquote(parts.netloc + parts.path))
    # Two doctors at once do not take each other's file away.
    kept, probe = FolderStorage(folder), f"doctor-{new_id().hex}"
    try:
        written = await kept.put(probe, _one_byte())
        found = b"".join([chunk async for chunk in kept.open(probe)])
        await kept.delete(probe)
        free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
    except OSError as error:
        detail = f"{folder} cannot be written ({error.strerror or type(error).__name__})."
        return problem("storage", detail, "Give the processes' user that folder, or another in CALLWRIGHT_STORAGE_URL.")
    if (written, found) != (1, b"1"):
        return problem("storage", f"{folder} does not give back what is written to it.", "Look at the disk.")
    if free < _LEAST_FREE:
        return problem("storage", f"{folder} has {free >> 20} MB left.", "Make room, or keep recordings for a shorter time.")
    return ok("storage", f"{folder} can be written; {free >> 30} GB are free.")


async def _one_byte() -> AsyncIterator[bytes]:
    yield b"1"
