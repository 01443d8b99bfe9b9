"""How many, in words that people read."""

from control_plane.domain.counted import counted


def test_one_is_one_and_all_others_are_several() -> None:
    assert [counted(count, "contact") for count in (0, 1, 2)] == ["0 contacts", "1 contact", "2 contacts"]
    assert [counted(count, "delivery is", "deliveries are") for count in (1, 2)] == ["1 delivery is", "2 deliveries are"]
