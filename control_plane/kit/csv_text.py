"""CSV that we write, safe to open in a spreadsheet, and how it is handed out."""

import csv
import io
import re
from collections.abc import AsyncIterator, Iterable
from typing import Any

from litestar.response import Stream

# A spreadsheet runs cells that begin so as formulas (OWASP, CSV injection); plain numbers, also in E.164, are harmless.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9.]+")


def csv_line(cells: Iterable[Any]) -> bytes:
    """One line with its line end, in UTF-8. None is an empty cell."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([_cell(value) for value in cells])
    return buffer.getvalue().encode()


def csv_download(lines: AsyncIterator[bytes], filename: str) -> Stream:
    """An answer that a browser saves as `filename`, sent while the lines are made."""
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Stream(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
