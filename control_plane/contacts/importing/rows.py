"""Cuts text into CSV rows with bounded memory, whatever the file does.

A row longer than `MAX_ROW` characters becomes a problem instead of a string. A quotation mark that is never closed spoils its own line
only: the lines it swallowed are read again.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

MAX_ROW = 65_536
_SHOWN = 200
DELIMITERS = (",", ";", "\t", "|")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


class RawRow(NamedTuple):
    """One row of the file. `line` counts physical lines from 1; with a `problem` the text is only its beginning."""

    line: int
    text: str
    problem: str = ""


class RowSplitter:
    """Feed decoded text with `\\n` line ends; complete rows come out, blank lines do not."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._whole = _whole(delimiter)
        self._rest = ""
        self._line = 0
        self._open: deque[tuple[int, str]] = deque()
        self._open_size = 0
        self._skipping = False

    def feed(self, text: str) -> Iterator[RawRow]:
        lines = (self._rest + text).split("\n")
        self._rest = lines.pop()
        for line in lines:
            # Nearly every line of nearly every file; a million of them may not take the long way.
            if len(line) <= MAX_ROW and not self._open and not self._skipping and ('"' not in line or self._whole.fullmatch(line)):
                self._line += 1
                if line and not line.isspace():
                    yield RawRow(self._line, line)
            else:
                yield from self._finish_line(line)
        if len(self._rest) > MAX_ROW:
            yield from self._give_up_line()

    def finish(self) -> Iterator[RawRow]:
        """The last row, when the file does not end with a line break."""
        if self._rest or self._skipping:
            yield from self._finish_line(self._rest)
            self._rest = ""
        while self._open:
            yield from self._reread()

    def _finish_line(self, line: str) -> Iterator[RawRow]:
        self._line += 1
        if self._skipping:
            self._skipping = False
        elif len(line) > MAX_ROW:
            yield from self._too_long(self._line, line)
        else:
            yield from self._take(self._line, line)

    def _give_up_line(self) -> Iterator[RawRow]:
        if not self._skipping:
            yield from self._too_long(self._line + 1, self._rest)
        self._skipping, self._rest = True, ""

    def _too_long(self, number: int, line: str) -> Iterator[RawRow]:
        while self._open:
            yield from self._reread()
        yield RawRow(number, line[:_SHOWN], "The row is longer than 64 kB.")

    def _take(self, number: int, line: str) -> Iterator[RawRow]:
        if ends_open(line, self._delimiter, is_open=bool(self._open)):
            self._open.append((number, line))
            self._open_size += len(line) + 1
            if self._open_size > MAX_ROW:
                yield from self._reread()
        elif self._open:
            first = self._open[0][0]
            text = "\n".join([*(part for _, part in self._open), line])
            self._forget_open()
            yield RawRow(first, text)
        elif line.strip():
            yield RawRow(number, line)

    def _reread(self) -> Iterator[RawRow]:
        """The quotation mark of the first open line is never closed: that line is a problem, the others are rows of their own."""
        (number, text), *others = self._open
        self._forget_open()
        yield RawRow(number, text[:_SHOWN], "A quotation mark is opened and not closed.")
        for other in others:
            yield from self._take(*other)

    def _forget_open(self) -> None:
        self._open.clear()
        self._open_size = 0


@cache
def _whole(delimiter: str) -> re.Pattern[str]:
    """Lines whose cells are all plain or all quoted and closed: what `ends_open` says of them is known. Without possessive quantifiers,
    which match too much in the first releases of Python 3.11; no two parts begin alike, so that there is next to nothing to go back to."""
    end = re.escape(delimiter)
    cell = rf'(?:[^"{end}]*(?!")| *"[^"]*(?:""[^"]*)*" *)'
    return re.compile(f"(?:{cell}{end})*{cell}")


def ends_open(line: str, delimiter: str, *, is_open: bool) -> bool:
    """Does a quoted field go on behind the end of this line? Quotation marks count at the start of a field only, as in RFC 4180."""
    if not is_open and '"' not in line:
        return False
    at = 0
    while True:
        if is_open:
            at = _closing_quote(line, at)
            if at < 0:
                return True
            is_open = False
        elif (start := at + len(line[at:]) - len(line[at:].lstrip(" "))) < len(line) and line[start] == '"':
            at, is_open = start + 1, True
            continue
        at = line.find(delimiter, at) + 1
        if at == 0:
            return False


def _closing_quote(line: str, at: int) -> int:
    """Behind the quotation mark that closes the field, or -1. Two in a row stand for one inside."""
    while (at := line.find('"', at)) >= 0:
        if not line.startswith('""', at):
            return at + 1
        at += 2
    return -1


def sniff_delimiter(header: str) -> str:
    """The separator that the header uses most outside of quotation marks; a comma when it has one column."""
    return max(DELIMITERS, key=_QUOTED.sub("", header).count)


def fields(text: str, delimiter: str) -> list[str]:
    """The cells of one row without surrounding blanks. Raises `csv.Error` for what no dialect reads."""
    if '"' not in text:
        return [cell.strip() for cell in text.split(delimiter)]
    return [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), [])]
