"""Encodings are found by reading, and what cannot be known is not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.contacts.importing.encoding import EncodingProbe, Unreadable


def probe(content: bytes, size: int = 3) -> str:
    """The encoding of `content` that arrives in pieces; the first one holds the signature, as a storage's does."""
    found = EncodingProbe()
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
