"""Menus and screeners: real livekit-server, the real worker, stand-in models, and the machine that the rehearsal carrier plays."""

import asyncio

import pytest_asyncio

from rehearsal.scripts import ScriptBook
from sip_config.contract import AnsweredBy, CallReport, EndCause, EventKind, MenuMode, MenuOrder, Outcome, Speaker
from tests.integration.agent_worker.control_plane import Kept
from tests.integration.agent_worker.harness import OPENING, TOLD, Stage


@pytest_asyncio.fixture(scope="module")
async def left_and_screened(calls: Stage, book: ScriptBook) -> tuple[Kept, Kept]:
    """A menu that nobody asked for, and a screener."""
    (menu, _), (screener, _) = await asyncio.gather(calls.call(book.scripts["phone-menu"]), calls.call(book.scripts["call-screener"]))
    return menu, screener


def answerers(kept: Kept) -> list[str]:
    return [event.data["answered_by"] for event in kept.events if event.kind is EventKind.SCREENED]


def spoken_by_agent(report: CallReport) -> list[str]:
    return [turn.text for turn in report.turns if turn.speaker is Speaker.AGENT]


async def test_a_menu_is_left_where_nothing_else_is_asked_for(left_and_screened: tuple[Kept, Kept]):
    kept, _ = left_and_screened
    assert kept.report is not None
    assert kept.report.answered_by is AnsweredBy.IVR, [event.data for event in kept.events]
    assert (kept.report.outcome, kept.report.end_cause) == (Outcome.NO_CONVERSATION, EndCause.AGENT_HANGUP)


async def test_a_menu_is_told_the_goal_and_the_person_behind_it_hears_the_whole_opening(calls: Stage, book: ScriptBook):
    kept, _ = await calls.call(book.scripts["phone-menu"], menu=MenuOrder(MenuMode.NAVIGATE, "make an appointment"))
    report = kept.report
    assert report is not None
    tools = [event.data for event in kept.events if event.kind is EventKind.TOOL_CALLED]
    assert [tool["arguments"] for tool in tools if tool["name"] == "press_key"] == ["2"], [event.data for event in kept.events]
    assert answerers(kept)[-2:] == ["ivr", "human"]
    assert report.answered_by is AnsweredBy.HUMAN
    assert OPENING in spoken_by_agent(report)


async def test_a_screener_is_told_who_calls_and_why_and_then_the_person_hears_the_whole_opening(left_and_screened: tuple[Kept, Kept]):
    _, kept = left_and_screened
    report = kept.report
    assert report is not None
    assert answerers(kept)[-2:] == ["call_screen", "human"], [event.data for event in kept.events]
    said = spoken_by_agent(report)
    introduced = next(number for number, text in enumerate(said) if text.startswith(TOLD.partition(". ")[0]) and text != OPENING)
    assert OPENING in said[introduced + 1 :]
