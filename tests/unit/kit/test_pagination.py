"""Pages and cursors."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.domain.errors import Invalid
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import cut, decode_cursor, encode_cursor


@dataclass
class Row:
    id: UUID


@given(st.uuids())
def test_a_cursor_says_the_same_in_both_directions(value: UUID) -> None:
    assert decode_cursor(encode_cursor(value)) == value


@pytest.mark.parametrize("text", ["", "zz", "not base64 !", "A" * 22 + "é", "A" * 40, "AaH9e-n_fBSSRHcS8wzI0Q=="])
def test_any_other_text_is_no_cursor_and_is_said_so(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        decode_cursor(text)
    assert caught.value.errors[0].field == "cursor"


@pytest.mark.parametrize(("rows", "limit", "shown", "more"), [(0, 5, 0, False), (5, 5, 5, False), (6, 5, 5, True), (2, 1, 1, True)])
def test_the_extra_row_only_says_that_there_is_more(rows: int, limit: int, shown: int, more: bool) -> None:
    page = cut([Row(new_id()) for _ in range(rows)], limit, lambda row: row.id)
    assert (len(page.items), page.next_cursor is not None) == (shown, more)
    assert page.next_cursor is None or decode_cursor(page.next_cursor) == page.items[-1]
