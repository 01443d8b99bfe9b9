"""A PDF becomes passages by page, under the headings of its outline where it has one."""

import io
import re
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from control_plane.knowledge.reading.passages import Headings, Passage, Unreadable

MOST_PAGES = 2_000
_MOST_ENTRIES = 5_000
_DIVIDED = re.compile(r"(?<=[^\W\d_])-\n(?=[^\W\d_])")
_FAULTS = (PyPdfError, ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RecursionError, OSError)
"""What a damaged file makes pypdf stumble over."""
_NO_PDF = "The file is no complete PDF."


def read_pdf(content: bytes) -> tuple[str, int, list[Passage]]:
    """The title, the number of pages, and the passages. Raises `Unreadable`."""
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("The PDF opens with a password only; save it without one.")
        pages = len(reader.pages)
    except _FAULTS as error:
        raise Unreadable(_NO_PDF) from error
    if pages > MOST_PAGES:
        raise Unreadable(f"The PDF has more than {MOST_PAGES:,} pages; divide it.")
    return _title(reader), pages, list(_passages(reader))


def _passages(reader: PdfReader) -> Iterator[Passage]:
    headings, entries = Headings(), _outline(reader)
    for number, page in enumerate(reader.pages, start=1):
        for level, name in entries.get(number, ()):
            headings.enter(level, name)
        try:
            text = page.extract_text()
        except _FAULTS:
            # A page that cannot be read is missing, and the others are there.
            continue
        yield Passage(headings.path, number, _DIVIDED.sub("", text))


def _title(reader: PdfReader) -> str:
    try:
        return str((reader.metadata and reader.metadata.title) or "")
    except _FAULTS:
        return ""


def _outline(reader: PdfReader) -> dict[int, list[tuple[int, str]]]:
    """By page the headings that begin there, as (level, name)."""
    found: dict[int, list[tuple[int, str]]] = {}
    try:
        for place, (level, entry) in enumerate(_flat(reader.outline, 1)):
            page = reader.get_destination_page_number(entry)
            if page is not None and place < _MOST_ENTRIES:
                found.setdefault(page + 1, []).append((level, str(entry.title or "")))
    except _FAULTS:
        return {}
    return found


def _flat(entries: Any, level: int) -> Iterator[tuple[int, Any]]:
    for entry in entries:
        if isinstance(entry, list):
            yield from _flat(entry, level + 1)
        else:
            yield level, entry
