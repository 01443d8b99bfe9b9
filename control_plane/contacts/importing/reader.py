"""Turns the bytes of a file, chunk by chunk, into accepted and rejected rows."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from control_plane.contacts.importing import columns as cols
from control_plane.contacts.importing.convert import Accepted, Converter, Rejected
from control_plane.contacts.importing.encoding import Unreadable
from control_plane.contacts.importing.rows import DELIMITERS, MAX_ROW, RawRow, RowSplitter, fields, sniff_delimiter
from control_plane.domain import phone

_EXCEL_HINT = "sep="
_HINTED = (*DELIMITERS, ":", "^", "~", "#")
_SHOWN = 2_000
_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class FileSettings:
    """What is known before the first row: encoding, the uploader's column mapping, the country of numbers without one."""

    encoding: str
    mapping: Mapping[str, str]
    default_country: str
    consent: Mapping[str, str] = field(default_factory=dict)
    """What the uploader says for every row about consents, by target."""
    latest: datetime | None = None
    """No consent can have been given later."""
    after: int = 0
    """Rows up to this one are done: they are counted and not given."""


class ContactReader:
    """Feed the file's bytes; rows come out. Raises `Unreadable` when the header makes the whole file unusable."""

    def __init__(self, settings: FileSettings) -> None:
        self._settings = settings
        self._text = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(settings.encoding)("strict"), translate=True)
        self._start = ""
        self._splitter: RowSplitter | None = None
        self._delimiter = ","
        self._converter: Converter | None = None
        self._rows = 0
        self.has_header = True
        self.samples: list[list[str]] = []
        """The cells of the first rows, to be shown."""

    @property
    def delimiter(self) -> str:
        return self._delimiter

    @property
    def columns(self) -> tuple[cols.Column, ...]:
        """As resolved; none before the first row has come."""
        return self._converter.columns if self._converter else ()

    @property
    def rows(self) -> int:
        """Rows seen so far, the header not counted."""
        return self._rows

    @property
    def mapping(self) -> dict[str, str]:
        """Header to target, as resolved."""
        return {column.header: column.target for column in self.columns}

    def feed(self, chunk: bytes) -> Iterator[Accepted | Rejected]:
        yield from self._feed_text(self._text.decode(chunk))

    def finish(self) -> Iterator[Accepted | Rejected]:
        """The rows still held back. Raises `Unreadable` when there was not even a header."""
        yield from self._feed_text(self._text.decode(b"", final=True) + ("" if self._splitter else "\n"))
        if self._splitter is not None:
            yield from self._take(self._splitter.finish())
        if self._converter is None:
            raise Unreadable("The file is empty.")

    def _feed_text(self, text: str) -> Iterator[Accepted | Rejected]:
        if self._splitter is None:
            text = self._begin(text)
        if self._splitter is not None:
            yield from self._take(self._splitter.feed(text))

    def _begin(self, text: str) -> str:
        """Hold text back until the header's first line is complete, then choose the delimiter; returns what is to be split."""
        self._start = (self._start + text).lstrip("\n")
        line, newline, rest = self._start.partition("\n")
        if len(line) > MAX_ROW:
            raise Unreadable("The first line of the file is longer than 64 kB; it should hold the names of the columns.")
        if not newline:
            return ""
        if line[:-1].lower() == _EXCEL_HINT and line[-1] in _HINTED:
            self._delimiter, self._start = line[-1], rest
        else:
            self._delimiter = sniff_delimiter(line)
        self._splitter = RowSplitter(self._delimiter)
        return self._start

    def _take(self, raws: Iterator[RawRow]) -> Iterator[Accepted | Rejected]:
        for raw in raws:
            cells = self._cells(raw)
            if self._converter is None and self._is_header(cells):
                continue
            assert self._converter is not None
            is_rejected = isinstance(cells, Rejected)
            if not is_rejected and not any(cells):
                continue
            self._rows += 1
            if self._rows <= self._settings.after:
                continue
            if is_rejected:
                yield cells._replace(row=self._rows)
            else:
                if self._rows <= _SAMPLES:
                    self.samples.append(cells)
                yield self._converter.convert(self._rows, cells, raw.text[:_SHOWN])

    def _is_header(self, first: list[str] | Rejected) -> bool:
        """Learn from the first row what the columns mean. False when it is a contact already."""
        if isinstance(first, Rejected):
            raise Unreadable(f"The line with the names of the columns cannot be read: {first.message}")
        at = self._phone_at(first)
        columns = cols.resolve(first, self._settings.mapping) if at is None else cols.headerless(len(first), at)
        self._converter = Converter(columns, self._settings.default_country, self._settings.consent, self._settings.latest)
        self.has_header = at is None
        return self.has_header

    def _cells(self, raw: RawRow) -> list[str] | Rejected:
        problem = raw.problem or ("The row holds a zero character." if "\0" in raw.text else "")
        if not problem:
            try:
                return fields(raw.text, self._delimiter)
            except csv.Error as error:
                problem = f"The row is not CSV: {error}."
        return Rejected(self._rows, problem, raw.text[:_SHOWN].replace("\0", "\N{REPLACEMENT CHARACTER}"))

    def _phone_at(self, first: list[str]) -> int | None:
        """Where the first row holds a number, when it is a contact already."""
        numbers = (i for i, cell in enumerate(first) if phone.parse(cell, self._settings.default_country) is not None)
        return None if self._settings.mapping else next(numbers, None)
