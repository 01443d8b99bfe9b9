"""Encodings are found by reading, and what cannot be known is not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.contacts.importing.encoding import EncodingProbe, Unreadable, known_encoding


def probe(content: bytes, size: int = 3, told: str = "") -> str:
    """The encoding of `content` that arrives in pieces; the first one holds the signature, as a storage's does."""
    found = EncodingProbe(told)
    found.feed(content[:8])
    for i in range(8, len(content), size):
        found.feed(content[i : i + size])
    return found.encoding()


@given(st.text(st.characters(exclude_categories=("Cs",), min_codepoint=32), min_size=4), st.integers(1, 9))
def test_valid_utf_8_is_always_utf_8(text: str, size: int) -> None:
    content = b"name\n" + text.encode()
    assert probe(content, size) == "utf-8"


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_western_text_in_windows_1252_is_recognised(size: int) -> None:
    assert probe("name,city\nZoë Müller,Köln\nJosé,Málaga – “Centro”\n".encode("cp1252"), size) == "cp1252"


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "shift_jis", "gb18030"])
def test_other_scripts_in_old_encodings_are_refused_naming_the_line(encoding: str) -> None:
    text = {"shift_jis": "東京都渋谷区", "gb18030": "北京市朝阳区"}.get(encoding, "Анна Петрова")
    with pytest.raises(Unreadable, match=r"Line 2 of the file is not UTF-8 text\. Save it as CSV UTF-8"):
        probe(f"name\n{text}\n".encode(encoding))


def test_nothing_at_all_is_an_empty_file() -> None:
    with pytest.raises(Unreadable, match="empty"):
        EncodingProbe().encoding()


@pytest.mark.parametrize(
    ("told", "text"),
    [
        *(
            ("cp1251", "Анна Петрова"),
            ("koi8-r", "Анна"),
            ("shift_jis", "東京都渋谷区"),
            ("gb18030", "北京市"),
            ("cp1253", "Αθήνα"),
            ("mac-roman", "Zoë"),
        ),
        *(("cp1250", "Łódź"), ("utf-8", "Zoë"), ("utf-16", "Zoë"), ("utf-16-le", "Zoë")),
    ],
)
def test_an_encoding_that_is_said_is_taken(told: str, text: str) -> None:
    assert probe(f"name\n{text}\n".encode(told), told=told) == told


@pytest.mark.parametrize(("told", "content"), [("utf-8", "utf-8-sig"), ("utf-16-le", "utf-16")])
def test_the_mark_at_the_beginning_is_no_part_of_the_first_name(told: str, content: str) -> None:
    assert probe("name\nZoë\n".encode(content), told=told) == content


def test_what_is_not_in_the_encoding_that_is_said_is_refused_and_nothing_else_is_tried() -> None:
    with pytest.raises(Unreadable, match="Line 2 of the file is not utf-8 text"):
        probe("name\nZoë\n".encode("cp1252"), told="utf-8")


@pytest.mark.parametrize(
    ("name", "known"),
    [("windows-1251", "cp1251"), ("Latin1", "iso8859-1"), ("UTF8", "utf-8"), ("Shift-JIS", "shift_jis"), (" utf-16 ", "utf-16")],
)
def test_encodings_go_by_their_usual_names(name: str, known: str) -> None:
    assert known_encoding(name) == known


@pytest.mark.parametrize("name", ["rot13", "hex", "idna", "unicode_escape", "zlib", "a\0b", "", "x" * 1_000])
def test_what_is_no_encoding_of_text_files_is_none(name: str) -> None:
    assert known_encoding(name) is None
