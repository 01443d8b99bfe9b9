"""Which text encoding a file is in, found by reading all of it once, before anything is imported.

UTF-8 and UTF-16 are certain when they decode. What is left in practice is Windows-1252 from Western spreadsheets; it decodes almost any
bytes, so it is taken only when the bytes look like it. Any other one has to be said by whoever uploads the file.
"""

import codecs
import re

_SIGNATURES = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_NOT_TEXT = (
    (b"PK\x03\x04", "an Excel workbook or ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "compressed"),
)
_ADVICE = "Save it as CSV UTF-8 and import it again."
_OR_SAY = "Save it as CSV UTF-8 and import it again, or say with `encoding` what it is in."
# What spreadsheets and address books of the world save text in: Windows, DOS, Macintosh and the national standards.
_PAGES = (874, *range(1250, 1259), 932, 936, 949, 950, 437, 850, 852, 858, 866)
_UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
_MACINTOSH = ("mac-roman", "mac-latin2", "mac-cyrillic", "mac-greek", "mac-turkish")
_NATIONAL = ("shift_jis", "euc_jp", "iso2022_jp", "gb18030", "gbk", "big5", "big5hkscs", "euc_kr", "johab", "koi8-r", "koi8-u", "tis-620")
_LATIN = (f"iso8859-{part}" for part in (*range(1, 12), *range(13, 17)))
_KNOWN = {codecs.lookup(name).name for name in (*_UNICODE, *(f"cp{page}" for page in _PAGES), *_MACINTOSH, *_NATIONAL, *_LATIN)}
# Accented letters of Western languages stand alone or in pairs between plain ones; other scripts run on.
_FOREIGN_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")
_UNDEFINED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_MOST_FOREIGN = 0.1


class Unreadable(Exception):
    """The file as a whole cannot be imported; the text is one sentence or two for the person who uploaded it."""


def known_encoding(name: str) -> str | None:
    """Python's name of an encoding that text files come in, by any of its usual names (`windows-1251`, `latin1`); None for others."""
    try:
        found = codecs.lookup(name.strip()[:40]).name
    except (LookupError, ValueError):
        return None
    return found if found in _KNOWN else None


class EncodingProbe:
    """Feed it the whole file, then ask `encoding()`. Raises `Unreadable` from either.

    `told` is what the uploader says (`known_encoding`): it is only tried then, and nothing is guessed.
    """

    def __init__(self, told: str = "") -> None:
        self._told = told
        self._encoding = ""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._lines = 0
        self._failure = ""
        self._high = self._foreign = 0
        self._fits_cp1252 = True

    def feed(self, chunk: bytes) -> None:
        if not self._encoding:
            self._encoding = self._told_or_seen(chunk)
            self._decoder = codecs.getincrementaldecoder(self._encoding)("strict")
        if self._encoding == "utf-8" and not self._told:
            self._look(chunk)
        if not self._failure:
            self._decode(chunk, final=False)

    def encoding(self, *, is_whole: bool = True) -> str:
        """The Python codec name, once everything was fed, or as far as its beginning (not `is_whole`) tells."""
        if not self._encoding:
            raise Unreadable("The file is empty.")
        if not self._failure and is_whole:
            self._decode(b"", final=True)
        if not self._failure:
            return self._encoding
        if self._high and self._fits_cp1252 and self._foreign <= self._high * _MOST_FOREIGN and self._encoding == "utf-8":
            return "cp1252"
        raise Unreadable(self._failure)

    def _decode(self, chunk: bytes, *, final: bool) -> None:
        assert self._decoder is not None
        try:
            self._lines += self._decoder.decode(chunk, final).count("\n")
        except UnicodeDecodeError as error:
            line = self._lines + error.object[: error.start].count(b"\n") + 1
            name = self._told or ("UTF-16" if self._encoding.startswith("utf-16") else "UTF-8")
            self._failure = f"Line {line} of the file is not {name} text. {_OR_SAY}"

    def _told_or_seen(self, head: bytes) -> str:
        seen = _signature(head)
        # The mark at its beginning says the same more exactly, and would else be read as a part of the first name.
        is_marked = seen in ("utf-8-sig", "utf-16") and self._told.startswith(seen[:5])
        return seen if not self._told or is_marked else self._told

    def _look(self, chunk: bytes) -> None:
        self._high += len(_HIGH.findall(chunk))
        self._foreign += sum(len(run) for run in _FOREIGN_RUN.findall(chunk))
        self._fits_cp1252 = self._fits_cp1252 and not _UNDEFINED_IN_CP1252.search(chunk)


def _signature(head: bytes) -> str:
    for magic, what in _NOT_TEXT:
        if head.startswith(magic):
            raise Unreadable(f"The file is {what}, not CSV text. {_ADVICE}")
    for mark, encoding in _SIGNATURES:
        if head.startswith(mark):
            return encoding
    return _unmarked(head[:4096])


def _unmarked(head: bytes) -> str:
    """UTF-16 without its mark has a zero in every other byte of plain text."""
    if len(head) >= 4 and head.count(0) > len(head) // 4:
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    return "utf-8"
