"""Verdicts of one call in their order, and which of them are acted on."""

from typing import Any

from agent_worker.screener import Screener
from sip_config.contract import AnsweredBy, EventKind

MENU = "Welcome to our office. For opening hours, press one. For appointments, press two."


class Log:
    def __init__(self) -> None:
        self.noted: list[dict[str, Any]] = []

    def note(self, kind: EventKind, data: dict[str, Any]) -> None:
        assert kind is EventKind.SCREENED
        self.noted.append(data)


class Stage:
    def __init__(self) -> None:
        self.now, self.log, self.met = 100.0, Log(), list[AnsweredBy]()
        self.screener = Screener(self.log, lambda: self.now, self.met.append)  # type: ignore[arg-type]
        self.screener.begin(100.0)

    def hears(self, seconds: float, text: str, *, after_opening: bool = False) -> None:
        self.screener.speech(self.now, self.now + seconds)
        self.now += seconds + 0.5
        self.screener.text(text, after_opening=after_opening)


def test_a_menu_that_began_like_a_person_is_met_once_its_words_are_known():
    stage = Stage()
    stage.hears(1.2, "Welcome to our office.")
    assert stage.screener.by is AnsweredBy.HUMAN
    stage.hears(4.0, MENU)
    assert (stage.screener.by, stage.met) == (AnsweredBy.IVR, [AnsweredBy.IVR])
    assert [data["answered_by"] for data in stage.log.noted] == ["human", "ivr"]
    assert stage.log.noted[-1]["confidence"] > 0.75


def test_who_comes_after_a_menu_is_judged_anew_and_no_person_before_that_is_said():
    stage = Stage()
    stage.hears(5.0, MENU)
    stage.screener.again()
    stage.hears(0.5, "Hello?")
    assert stage.screener.by is AnsweredBy.IVR
    assert stage.screener.verdict is not None
    assert stage.screener.verdict.by is AnsweredBy.HUMAN
    stage.screener.is_person()
    assert stage.screener.by is AnsweredBy.HUMAN


def test_after_a_mailbox_only_its_being_full_changes_the_verdict():
    stage = Stage()
    stage.hears(3.0, "You have reached the voicemail of Sam Miller.")
    assert stage.screener.is_final
    stage.hears(1.0, "Hello, who is this?")
    assert stage.screener.by is AnsweredBy.VOICEMAIL
    stage.hears(3.0, "The mailbox is full and cannot accept any messages at this time.")
    assert stage.met == [AnsweredBy.VOICEMAIL, AnsweredBy.MAILBOX_UNAVAILABLE]
