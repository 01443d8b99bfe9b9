"""What is wrong with a scenario's file is said with its place, before anybody is asked."""

from pathlib import Path

import pytest

from control_plane.remote.client import RemoteError
from control_plane.remote.scenario import judge, read

WHOLE = """
name: One
to: "+12025550101"
answers: Hello?
turns:
  - say: Yes.
    expect: {says: [wonderful], tools: [set_outcome]}
  - hang_up: true
expect: {outcome: success, is_over: false}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "one.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("name: One", "title: One", "'name' is a required property|Additional properties"),
        ("say: Yes.", "says: Yes.", r"one\.yaml: turns\[0\]"),
        ("hang_up: true", "press: up", r"turns\[1\].*press"),
        ('"+12025550101"', '"911"', r"one\.yaml: to: "),
        ("[wonderful]", "[/(/]", r"turns\[0\]: /\(/ is no regular expression"),
        ("expect: {outcome", "expect: [outcome", "is not YAML"),
    ],
)
def test_a_file_that_is_wrong_says_where(tmp_path: Path, was: str, becomes: str, says: str) -> None:
    with pytest.raises(RemoteError, match=says):
        read(written(tmp_path, WHOLE.replace(was, becomes)))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="cannot be read"):
        read(tmp_path / "none.yaml")


def test_a_conversation_that_ended_too_early_does_not_hold(tmp_path: Path) -> None:
    scenario = read(written(tmp_path, WHOLE.replace("hang_up: true", "say: Bye.\n    expect: {says: [bye]}")))
    turn = {"kind": "turn", "data": {"speaker": "agent", "text": "Wonderful."}}
    tool = {"kind": "tool_called", "data": {"name": "set_outcome"}}
    assert judge(scenario, [[], [tool, turn]], {"outcome": "success"}, is_over=False) == ["The conversation was over 1 turns too early."]
    assert judge(scenario, [[], [tool, turn], [turn]], {"outcome": "success"}, is_over=False) == ["After say 'Bye.': it should say 'bye'."]
