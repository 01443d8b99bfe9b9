"""Bytes become text, and plain text and Markdown become passages."""

import codecs
import re
from collections.abc import Iterator

from control_plane.knowledge.reading.passages import Headings, Passage, Unreadable

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SAID = re.compile(rb"""<meta[^>]{0,200}charset\s{0,9}=\s{0,9}["']?([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]\n]{0,500})\]\([^)\n]{0,2000}\)")
_LINK = re.compile(r"\[([^\]\n]{1,500})\]\([^)\n]{0,2000}\)")
_EMPHASIS = re.compile(r"(?<!\w)(\*\*|__|\*)(?=\S)([^*_\n]{1,1000})(?<=\S)\1(?!\w)")


def decoded(content: bytes) -> str:
    """By its byte order mark, as UTF-8, by what an HTML page says of itself, as Western text. Raises `Unreadable` for what is no text."""
    named = next((encoding for bom, encoding in _BOMS if content.startswith(bom)), None)
    said = _SAID.search(content[:2048])
    for encoding in (named, "utf-8", said[1].decode() if said else None, "windows-1252"):
        try:
            text = content.decode(encoding) if encoding else ""
        except (ValueError, LookupError):
            continue
        if encoding and "\0" not in text:
            return text
    raise Unreadable("The file is no text in a known encoding; save it as UTF-8.")


def read_text(text: str) -> Iterator[Passage]:
    yield Passage("", None, text)


def read_markdown(text: str) -> Iterator[Passage]:
    """Passages under their headings, both ways of writing them; markup of links and emphasis goes, code stays as it is."""
    headings, lines, fence = Headings(), [], ""
    for line in _COMMENT.sub("", text.replace("\r\n", "\n")).split("\n"):
        mark = _FENCE.match(line)
        if mark or fence:
            fence = _still_fenced(fence, mark[1] if mark else "")
            lines.append("" if mark else line)
        elif found := _HEADING.fullmatch(line):
            yield Passage(headings.path, None, "\n".join(lines))
            headings.enter(len(found[1]), _plain(found[2]))
            lines = []
        elif lines and lines[-1].strip() and (found := _UNDERLINE.fullmatch(line)):
            yield Passage(headings.path, None, "\n".join(lines[:-1]))
            headings.enter(1 if found[1][0] == "=" else 2, lines[-1])
            lines = []
        else:
            lines.append(_plain(line))
    yield Passage(headings.path, None, "\n".join(lines))


def _still_fenced(fence: str, mark: str) -> str:
    """The fence that is open after a line with `mark`; empty outside of code."""
    if not fence:
        return mark
    return "" if mark[:1] == fence[0] and len(mark) >= len(fence) else fence


def _plain(line: str) -> str:
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", _IMAGE.sub(r"\1", line)))
