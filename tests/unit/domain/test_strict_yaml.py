"""What YAML makes of text on its own is taken back: a time is a time, a country a country."""

import pytest

from control_plane.domain.errors import Invalid
from control_plane.domain.strict_yaml import MOST_BYTES, read_strictly


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("08:00", "08:00"),
        ("NO", "NO"),
        ("off", "off"),
        ("True", "True"),
        ("2026-11-01", "2026-11-01"),
        ("2026-07-01T09:00:00+02:00", "2026-07-01T09:00:00+02:00"),
        ("007", "007"),
        ("1e3", "1e3"),
        ("0x10", "0x10"),
        ("+12025550123", "+12025550123"),
        ("1_000", "1_000"),
        ("true", True),
        ("12", 12),
        ("-3", -3),
        ("250.5", 250.5),
        ("~", None),
        ("null", None),
        ("", None),
    ],
)
def test_a_value_is_what_people_mean(written: str, read: object) -> None:
    assert read_strictly(f"a: {written}\n".encode(), "x.yaml") == {"a": read}


@pytest.mark.parametrize(
    "data",
    [
        b"a: [",
        b"\xff\xfe\xfa",
        b"a: !!python/object:os.x 1",
        b'a: !!int "x"',
        b'a: !!timestamp "x"',
        b'a: !!bool "x"',
        b"[" * 100_000,
        b"a" * (MOST_BYTES + 1),
    ],
)
def test_what_cannot_be_read_is_a_sentence_that_names_the_file(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_strictly(data, "x.yaml")
    assert refused.value.detail.startswith("x.yaml is ")
    assert refused.value.detail.endswith(".")
    assert len(refused.value.detail) < 400
