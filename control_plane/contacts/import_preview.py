"""What an import would make of a file, told from its beginning before anything is stored: so that columns can be put right first."""

from collections.abc import AsyncIterator
from dataclasses import replace

from msgspec import Struct

from control_plane.contacts.importing.convert import Rejected
from control_plane.contacts.importing.encoding import EncodingProbe, Unreadable
from control_plane.contacts.importing.reader import ContactReader, FileSettings
from control_plane.domain.errors import Invalid

BEGINNING = 64 * 1024
"""Bytes that are looked at; some hundreds of rows."""
_SHOWN_REJECTIONS, _LONGEST_VALUE = 10, 200


class ColumnOut(Struct):
    """`target` is what the column becomes: as the mapping says, else guessed. `values` are cells of the first rows."""

    header: str
    target: str
    values: list[str]


class RejectionOut(Struct):
    row: int
    reason: str
    text: str


class ImportPreview(Struct):
    """`accepted` and `rejected` count rows of the beginning; `rejections` has the first of them."""

    encoding: str
    delimiter: str
    default_country: str
    has_header: bool
    columns: list[ColumnOut]
    accepted: int
    rejected: int
    rejections: list[RejectionOut]


async def beginning_of(chunks: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    """The first bytes of a file, and whether they are all of it."""
    read = bytearray()
    async for chunk in chunks:
        read += chunk
        if len(read) > BEGINNING:
            return bytes(read[:BEGINNING]), False
    return bytes(read), True


def preview(beginning: bytes, is_whole: bool, settings: FileSettings) -> ImportPreview:
    """Raises `Invalid` when the file cannot be imported at all. `settings.encoding` may be empty: it is found out then."""
    try:
        return _preview(beginning, is_whole, settings)
    except Unreadable as error:
        raise Invalid.field("file", str(error)) from error


def _preview(beginning: bytes, is_whole: bool, settings: FileSettings) -> ImportPreview:
    probe = EncodingProbe(settings.encoding)
    probe.feed(beginning)
    encoding = probe.encoding(is_whole=is_whole)
    reader = ContactReader(replace(settings, encoding=encoding))
    rows = [*reader.feed(beginning), *(reader.finish() if is_whole else ())]
    if not reader.columns:
        raise Unreadable("The first line of the file is longer than 64 kB; it should hold the names of the columns.")
    rejected = [row for row in rows if isinstance(row, Rejected)]
    return ImportPreview(
        encoding=encoding,
        delimiter=reader.delimiter,
        default_country=settings.default_country,
        has_header=reader.has_header,
        columns=[ColumnOut(column.header, column.target, _values(reader, i)) for i, column in enumerate(reader.columns)],
        accepted=len(rows) - len(rejected),
        rejected=len(rejected),
        rejections=[RejectionOut(row.row, row.message, row.text) for row in rejected[:_SHOWN_REJECTIONS]],
    )


def _values(reader: ContactReader, column: int) -> list[str]:
    return [cells[column][:_LONGEST_VALUE] for cells in reader.samples if column < len(cells)]
