"""Callee scripts are refused with the place and the reason, and play the same way every time."""

import pytest

from rehearsal.scripts import DEFAULT_SCRIPT, ScriptBook, ScriptError, load_scripts, read_script
from sip_config.causes import of_sip_answer

GOOD = """
name: good
about: A test.
numbers: ["+12025550199"]
enrollment: done
attempts:
  - answer: {after_s: [1, 2]}
    steps: [{say: "Hello?", after: answer}]
    expect: {network_result: answered, answered_by: human, outcome: success, end_cause: agent_hangup}
  - refuse: {code: 486, reason: Busy Here}
    expect: {network_result: busy, answered_by: none, outcome: no_conversation, end_cause: none}
"""


@pytest.fixture(scope="module")
def book() -> ScriptBook:
    return load_scripts()


def test_the_packaged_scripts_cover_every_ending_of_the_issue(book: ScriptBook) -> None:
    results = {behaviour.expect.network_result for script in book.scripts.values() for behaviour in script.attempts}
    assert results == {"answered", "busy", "rejected", "invalid_number", "unreachable", "congestion", "throttled", "no_answer"}
    assert len(book.scripts) >= 16


def test_the_file_name_of_a_packaged_script_is_its_name(book: ScriptBook) -> None:
    assert DEFAULT_SCRIPT in book.scripts
    assert all(script.about and script.attempts for script in book.scripts.values())


def test_a_name_wins_over_the_number_and_an_unknown_number_is_polite(book: ScriptBook) -> None:
    busy = book.scripts["busy"]
    assert book.choose(busy.numbers[0]) is busy
    assert book.choose(busy.numbers[0], "silent").name == "silent"
    assert book.choose("+19995550150").name == DEFAULT_SCRIPT


@pytest.mark.parametrize("name", ["", "answers-and-talks"])
def test_nobody_is_played_behind_a_number_that_may_be_somebodys(book: ScriptBook, name: str) -> None:
    behaviour = book.choose("+14155552671", name).behaviour(1)
    assert behaviour.answer is None
    assert behaviour.refuse is not None
    assert of_sip_answer(behaviour.refuse.code, behaviour.refuse.reason) is behaviour.expect.network_result


def test_an_unknown_script_name_is_an_error_that_lists_the_known_ones(book: ScriptBook) -> None:
    with pytest.raises(ScriptError, match=r"'nobody'.*answers-and-talks"):
        book.choose("+12025550101", "nobody")


def test_the_last_behaviour_repeats() -> None:
    script = read_script(GOOD, "good.yaml")
    assert [script.behaviour(n).refuse is None for n in (0, 1, 2, 3)] == [True, True, False, False]


def test_ringing_times_depend_on_seed_number_and_attempt_only() -> None:
    behaviour = read_script(GOOD, "good.yaml").behaviour(1)
    times = [behaviour.ring_s(seed, "+12025550199", 1) for seed in range(50)]
    assert times == [behaviour.ring_s(seed, "+12025550199", 1) for seed in range(50)]
    assert len(set(times)) == 50
    assert all(1 <= seconds <= 2 for seconds in times)
    assert behaviour.ring_s(1, "+12025550199", 1) != behaviour.ring_s(1, "+12025550198", 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("answer: {after_s: [1, 2]}", "answer: {after_s: [2, 1]}", r"good.yaml.attempts\[0\].answer.after_s: expected \[seconds\]"),
        ("answer: {after_s: [1, 2]}", "ring_out: true", r"attempts\[0\].steps: only an answered call has steps"),
        ("code: 486", "code: 200", r"attempts\[1\].refuse.code: expected a SIP code"),
        ("+12025550199", "+12025551234", r"numbers: \+12025551234 is not of the fictional range"),
        ('say: "Hello?"', "shout: 1", r"steps\[0\]: expected no field shout"),
        ('{say: "Hello?", after: answer}', '{say: "Hello?", beep: true}', r"steps\[0\]: exactly one of"),
        ('{say: "Hello?", after: answer}', '{press: "9x"}', r"steps\[0\].press: only"),
        ("outcome: success", "outcome: fame", r"expect.outcome: 'fame' is not one of"),
        ("network_result: busy", "network_result: answered", r"attempts\[1\].expect: network_result must be answered exactly when"),
        ("enrollment: done", "enrollment: gone", "good.yaml.enrollment: 'gone' is not one of waiting, done"),
        ("name: good", "", "missing 1 required"),
        ("about: A test.", "about: [", "good.yaml"),
    ],
)
def test_a_broken_script_is_refused_with_place_and_reason(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(ScriptError, match=message):
        read_script(GOOD.replace(old, new), "good.yaml")
