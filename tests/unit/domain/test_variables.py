"""Variables in prompts: everything is filled, or its absence is said before anybody is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.domain.errors import Invalid
from control_plane.domain.variables import as_text, contact_values, fill, first_name, missing, required

names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
plain = st.text(st.characters(exclude_characters="{}|", exclude_categories=("Cs",)))


@given(st.lists(st.tuples(plain, names, plain)))
def test_a_text_with_all_values_is_filled_completely(parts: list[tuple[str, str, str]]) -> None:
    template = "".join(f"{before}{{{name}}}" for before, name, _ in parts)
    values = {name: value for _, name, value in parts if value}
    lacking = missing(template, values)
    if lacking:
        with pytest.raises(Invalid):
            fill(template, values)
    else:
        assert fill(template, values) == "".join(before + values[name] for before, name, _ in parts)


@given(names, plain)
def test_a_default_stands_in_for_what_is_missing(name: str, default: str) -> None:
    template = f"Hello {{{name}|{default}}}!"
    assert required(template) == frozenset()
    assert fill(template, {}) == f"Hello {default}!"
    assert fill(template, {name: "Ada"}) == "Hello Ada!"


@given(plain)
def test_text_without_braces_stays_as_it_is(text: str) -> None:
    assert fill(text, {}) == text


@given(names, st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_a_value_is_never_read_as_a_template_itself(name: str, value: str) -> None:
    assert fill(f"{{{name}}}", {name: value}) == value


def test_doubled_braces_and_json_are_no_variables() -> None:
    text = 'Answer {{name}} as {"ok": true} or { x }.'
    assert required(text) == frozenset()
    assert fill(text, {}) == 'Answer {name} as {"ok": true} or { x }.'


def test_what_is_missing_is_named() -> None:
    with pytest.raises(Invalid, match=r"No value for \{plan\}, \{visit\}\."):
        fill("{visit} {plan} {name}", {"name": "Ada", "plan": ""})


def test_a_contact_contributes_its_fields_and_attributes() -> None:
    values = contact_values(
        name="Ada Lovelace", email=None, language="en", time_zone=None, attributes={"plan": 3.0, "email": "a@b.c", "vip": True, "x": None}
    )
    assert (values["name"], values["first_name"], values["email"], values["plan"]) == ("Ada Lovelace", "Ada", "a@b.c", "3")
    assert (values["vip"], values["x"]) == ("yes", "")
    assert first_name("  ") == ""
    assert as_text(["a"]) == "['a']"
