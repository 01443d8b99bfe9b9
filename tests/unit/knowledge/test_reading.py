"""What becomes of files of all kinds: passages under their headings and on their pages, cut into chunks."""

import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from control_plane.knowledge.reading.__main__ import read
from control_plane.knowledge.reading.chunks import OVERLAP, SIZE, chunks_of
from control_plane.knowledge.reading.passages import Passage, Unreadable, filled


def told(kind: str, content: bytes | str) -> list[tuple[object, ...]]:
    """Heading, page and text of each chunk."""
    found = read(kind, content if isinstance(content, bytes) else content.encode())["chunks"]
    assert isinstance(found, list)
    return [tuple(chunk) for chunk in found]


def pdf(*pages: str, outline: tuple[tuple[str, int], ...] = (), password: str = "") -> bytes:
    """A PDF with a line of text on each page."""
    writer = PdfWriter()
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    fonts = DictionaryObject({NameObject("/F1"): DictionaryObject({NameObject(k): NameObject(v) for k, v in font.items()})})
    for text in pages:
        page = writer.add_blank_page(300, 300)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 10 200 Td ({text}) Tj ET".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    for title, page in outline:
        writer.add_outline_item(title, page)
    writer.add_metadata({"/Title": "Price list"})
    if password:
        writer.encrypt(password)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_markdown_stands_under_the_path_of_its_headings_and_code_is_no_heading() -> None:
    page = (
        "Before.\n\n# A #\nSee **this** [site](https://x.example) ![pic](p.png).\n<!-- not\nsaid -->\n## B\n"
        "```\n# no heading\n```\nSetext\n---\nLast_one"
    )
    assert told("markdown", page) == [
        ("", None, "Before."),
        ("A", None, "See this site pic."),
        ("A › B", None, "# no heading"),
        ("A › Setext", None, "Last_one"),
    ]


def test_a_page_says_what_a_reader_sees() -> None:
    page = (
        "<title>The &amp; shop</title><style>p{}</style><h1>Prices <b>now</b></h1><p>One\n two<br>three<script>evil()</script>"
        "<template><p>hidden <template>twice</template> still</template><table><tr><th>Gold<td>40<tr><td>Silver</table><h3>Terms<h2>Open"
    )
    now = "Prices now"
    assert told("html", page) == [(now, None, "One two\nthree\n| Gold | 40\n| Silver"), (now, None, "Terms"), (now, None, "Open")]
    assert read("html", page.encode())["title"] == "The & shop"


def test_text_is_read_in_the_encoding_that_it_has() -> None:
    assert (
        told("text", "Grüße".encode("windows-1252"))
        == told("text", "Grüße")
        == told("text", "Grüße".encode("utf-16"))
        == [("", None, "Grüße")]
    )
    assert told("html", b'<meta charset="koi8-r"><p>' + "Цены".encode("koi8-r")) == [("", None, "Цены")]
    with pytest.raises(Unreadable, match="no text in a known encoding"):
        read("text", b"a\0b\xff")


def test_a_pdf_has_pages_and_the_headings_of_its_outline() -> None:
    content = pdf("Welcome to us.", "Gold is 40 dollars.", "Silver is 20.", outline=(("Gold", 1), ("Silver", 2)))
    assert told("pdf", content) == [("", 1, "Welcome to us."), ("Gold", 2, "Gold is 40 dollars."), ("Silver", 3, "Silver is 20.")]
    found = read("pdf", content)
    assert (found["title"], found["pages"]) == ("Price list", 3)


def test_a_pdf_that_is_locked_empty_or_broken_says_so() -> None:
    for content, words in ((pdf("Secret", password="x"), "password"), (pdf(""), "pictures"), (pdf("Whole")[:200], "no complete PDF")):
        with pytest.raises(Unreadable, match=words):
            read("pdf", content)


def test_a_file_without_words_or_with_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable, match="says nothing"):
        read("html", b"<script>only()</script>")
    monkeypatch.setattr("control_plane.knowledge.reading.__main__.MOST_CHUNKS", 1)
    with pytest.raises(Unreadable, match="too long"):
        read("markdown", b"# A\none\n# B\ntwo")


def test_a_chunk_ends_where_a_sentence_does_and_the_next_one_repeats_its_last() -> None:
    sentences = [f"Sentence number {number} of this text is quite as long as all of the others." for number in range(40)]
    chunks = [each.text for each in chunks_of([Passage("H", 7, " ".join(sentences))])]
    assert all(len(chunk) <= SIZE and chunk.startswith("Sentence") and chunk.endswith("others.") for chunk in chunks)
    for former, latter in pairwise(chunks):
        assert latter.split(". ")[0] in former


@given(st.lists(st.text(alphabet="ab .!?\n।é", max_size=400), max_size=5))
def test_nothing_that_is_written_is_lost_and_no_chunk_is_too_long(texts: list[str]) -> None:
    passages = filled(Passage("", None, text * 9) for text in texts)
    for passage in passages:
        chunks = [each.text for each in chunks_of([passage])]
        assert all(0 < len(chunk) <= SIZE + 1 for chunk in chunks)
        assert set(passage.text.split()) - set(" ".join(chunks).split()) == set() or max(map(len, passage.text.split())) > SIZE
        assert sum(map(len, chunks)) <= len(passage.text) + len(chunks) * (OVERLAP + 1)
