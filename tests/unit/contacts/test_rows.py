"""Cutting text into rows: the same rows however the text arrives, within bounded memory, whatever it holds."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from control_plane.contacts.importing.rows import MAX_ROW, RawRow, RowSplitter, _whole, ends_open, fields, sniff_delimiter

cells = st.text(st.sampled_from('ab,;" \n'), max_size=6)
tables = st.lists(st.lists(cells, min_size=1, max_size=4), max_size=8)


def split(text: str, delimiter: str = ",", size: int = 7) -> list[RawRow]:
    splitter = RowSplitter(delimiter)
    rows = [row for i in range(0, len(text), size) for row in splitter.feed(text[i : i + size])]
    return rows + list(splitter.finish())


@given(tables, st.integers(1, 30), st.sampled_from([",", ";"]))
def test_what_a_csv_writer_wrote_is_read_back(table: list[list[str]], size: int, delimiter: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
    rows = split(buffer.getvalue(), delimiter, size)
    assert [row.problem for row in rows] == [""] * len(table)
    assert [fields(row.text, delimiter) for row in rows] == [[cell.strip() for cell in row] for row in table]


@given(st.text(st.sampled_from('ab,"\n'), max_size=60), st.integers(1, 20))
def test_how_the_text_arrives_makes_no_difference(text: str, size: int) -> None:
    assert split(text, size=size) == split(text, size=1_000)


@given(st.text(st.sampled_from('ab,"\n'), max_size=60))
def test_no_line_is_lost(text: str) -> None:
    lines = "\n".join(row.text for row in split(text)).split("\n")
    assert [line for line in lines if line.strip()] == [line for line in text.split("\n") if line.strip()]


def test_an_unclosed_quotation_mark_spoils_its_own_line_only() -> None:
    text = 'a,"b\n' + "c,d\n" * 30_000
    rows = split(text, size=4_096)
    assert rows[0].problem == "A quotation mark is opened and not closed."
    assert len(rows) == 30_001
    assert all(row.text == "c,d" for row in rows[1:])


def test_a_row_beyond_64_kb_is_a_problem_and_the_next_is_not() -> None:
    rows = split("x" * (MAX_ROW * 3) + "\na,b", size=10_000)
    assert [(row.line, bool(row.problem)) for row in rows] == [(1, True), (2, False)]
    assert len(rows[0].text) <= 200


def test_quotation_marks_inside_a_plain_cell_mean_nothing() -> None:
    assert [fields(row.text, ",") for row in split('Bob "The Boss,1\nPipe 5",2\n')] == [['Bob "The Boss', "1"], ['Pipe 5"', "2"]]


def test_the_delimiter_is_the_one_the_header_uses() -> None:
    assert [sniff_delimiter(h) for h in ("a,b", "a;b;c,d", "a\tb", "a|b", "phone")] == [",", ";", "\t", "|", ","]


def test_a_delimiter_within_quotation_marks_separates_nothing() -> None:
    assert sniff_delimiter('"Name, first, last";"Phone, mobile"') == ";"


@given(st.text(st.sampled_from('ab," ;'), max_size=14), st.sampled_from(",;"))
def test_lines_that_are_whole_at_first_sight_are_whole(line: str, delimiter: str) -> None:
    if _whole(delimiter).fullmatch(line):
        assert not ends_open(line, delimiter, is_open=False)


@given(st.text(st.sampled_from("ab ;,\t'"), max_size=14), st.sampled_from(",;\t"))
def test_cells_without_quotation_marks_are_those_of_a_csv_reader(line: str, delimiter: str) -> None:
    read = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [""]) or [""]
    assert fields(line, delimiter) == [cell.strip() for cell in read]
