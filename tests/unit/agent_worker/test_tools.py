"""The tools, called by a model inside a real AgentSession without a room."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from livekit.agents import Agent, AgentSession, llm
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS

from agent_worker.scheduling import CallBack
from agent_worker.tools import tools_for
from sip_config.contract import BookableCalendar, CallOrder, CallPurpose, EndCause, PlannedCalls, PromiseOwner, RiskLevel

ORDER = CallOrder(
    "c1",
    1,
    "call-c1",
    "callee-c1",
    "+12025550101",
    CallPurpose.SINGLE,
    "You are Ada.",
    "Hello.",
    outcome_labels=("interested", "callback"),
    time_zone="America/New_York",
)


AGREED = datetime(2026, 11, 30, 20, tzinfo=UTC)


class Control:
    """Keeps what the tools ask for, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []

    def hang_up(self, cause: EndCause) -> None:
        self.asked.append(("hang_up", cause))

    stays_on = False

    async def opt_out(self, quote: str) -> bool:
        self.asked.append(("opt_out", quote))
        return True

    def set_outcome(self, label: str, note: str, callback_at: datetime | None = None, quote: str = "") -> None:
        self.asked.append(("outcome", label, note, *([callback_at, quote] if callback_at else [])))

    @property
    def scheduling(self) -> "Control":
        return self

    @property
    def booking(self) -> "Control":
        return self

    @property
    def handing_over(self) -> "Control":
        return self

    async def to(self, destination: str, about: str) -> str | None:
        assert about == "a refund"
        self.asked.append(("transfer", destination))
        return None if destination == "Ada" else "Nobody took the call."

    async def check(self, calendar: str, after: str) -> str:
        self.asked.append(("check", calendar, after))
        return "Nothing is free."

    async def book(self, calendar: str, at: str, note: str, *, is_confirmed: bool) -> str:
        self.asked.append(("book", calendar, at, note, is_confirmed))
        return "Read it."

    async def create(self, words: str, about: str, *, is_confirmed: bool) -> str:
        self.asked.append(("create", words, about, is_confirmed))
        return "Read it."

    async def change(self, which: str, words: str, *, is_confirmed: bool) -> str:
        self.asked.append(("change", which, words, is_confirmed))
        return "Read it."

    async def cancel(self, which: str, *, is_confirmed: bool) -> str:
        self.asked.append(("cancel", which, is_confirmed))
        return "Read it."

    async def call_back(self, words: str, *, is_confirmed: bool) -> CallBack:
        self.asked.append(("call_back", words, is_confirmed))
        return CallBack("Stored.", True, AGREED, "we will call you") if is_confirmed else CallBack("Read it.")

    def flag_risk(self, kind: str, level: RiskLevel, quote: str) -> None:
        self.asked.append(("risk", kind, level, quote))

    def record_mood(self, mood: str) -> None:
        self.asked.append(("mood", mood))

    def note_promise(self, what: str, owner: PromiseOwner, due_at: datetime | None, quote: str) -> None:
        self.asked.append(("promise", what, owner, due_at, quote))


class ScriptedLLM(llm.LLM):
    """Answers with the next of its replies: text, and tool calls as (name, arguments)."""

    def __init__(self, *replies: tuple[str, list[tuple[str, dict]]]) -> None:
        super().__init__()
        self.replies = list(replies)

    def chat(self, *, chat_ctx, tools=None, conn_options=DEFAULT_API_CONNECT_OPTIONS, **_) -> llm.LLMStream:
        return _Stream(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options)


class _Stream(llm.LLMStream):
    async def _run(self) -> None:
        scripted = self._llm
        assert isinstance(scripted, ScriptedLLM)
        text, calls = scripted.replies.pop(0)
        made = [llm.FunctionToolCall(name=name, arguments=json.dumps(given), call_id=f"call-{name}") for name, given in calls]
        self._event_ch.send_nowait(llm.ChatChunk(id="1", delta=llm.ChoiceDelta(role="assistant", content=text or None, tool_calls=made)))


async def conversation(*replies: tuple[str, list[tuple[str, dict]]], order: CallOrder = ORDER) -> tuple[list[tuple], list[str]]:
    """What the tools asked for and what was said when the callee says one thing."""
    control = Control()
    async with AgentSession(llm=ScriptedLLM(*replies), vad=None) as session:
        await session.start(Agent(instructions="", tools=tools_for(order, control)))
        await session.run(user_input="something")
        said = [item.text_content or "" for item in session.history.items if item.type == "message" and item.role == "assistant"]
        failed = [item.output for item in session.history.items if item.type == "function_call_output" and item.is_error]
    return control.asked, [*said, *failed]


async def test_the_call_is_ended_after_a_goodbye_in_the_same_reply():
    asked, said = await conversation(("Goodbye.", [("end_call", {})]))
    assert said == ["Goodbye."]
    assert asked == [("hang_up", EndCause.AGENT_HANGUP)]


async def test_a_model_that_hangs_up_without_a_word_is_made_to_say_goodbye_first():
    asked, said = await conversation(("", [("end_call", {})]), ("Bye then.", []))
    assert said == ["Bye then."]
    assert asked == [("hang_up", EndCause.AGENT_HANGUP)]


async def test_an_outcome_with_spoken_words_needs_no_second_reply():
    asked, said = await conversation(("Gladly.", [("set_outcome", {"label": "interested", "note": "yes"})]))
    assert said == ["Gladly."]
    assert asked == [("outcome", "interested", "yes")]


async def test_an_outcome_without_a_word_is_followed_by_one():
    asked, said = await conversation(("", [("set_outcome", {"label": "callback", "note": "later"})]), ("When?", []))
    assert said == ["When?"]
    assert asked == [("outcome", "callback", "later")]


async def test_an_outcome_that_the_campaign_does_not_know_is_refused_with_the_list():
    asked, said = await conversation(("", [("set_outcome", {"label": "purple", "note": ""})]), ("Sorry.", []))
    assert asked == []
    assert any("interested, callback" in text for text in said)


async def test_an_outcome_and_the_end_in_one_reply_give_one_goodbye():
    asked, said = await conversation(("Goodbye.", [("set_outcome", {"label": "interested", "note": ""}), ("end_call", {})]))
    assert said == ["Goodbye."]
    assert asked == [("outcome", "interested", ""), ("hang_up", EndCause.AGENT_HANGUP)]


async def test_after_an_opt_out_the_model_gets_no_further_word():
    asked, said = await conversation(("", [("opt_out", {"quote": "never again"})]))
    assert asked == [("opt_out", "never again")]
    assert said == []


@pytest.mark.parametrize(
    ("labels", "names"), [(("a",), {"end_call", "opt_out", "set_outcome", "note_promise"}), ((), {"end_call", "opt_out", "note_promise"})]
)
def test_a_call_without_labels_has_no_outcome_tool(labels: tuple[str, ...], names: set[str]):
    order = CallOrder("c1", 1, "r", "i", "+12025550101", CallPurpose.SINGLE, "", "Hello.", outcome_labels=labels)
    assert {tool.id for tool in tools_for(order, Control())} == names


@pytest.mark.parametrize(
    ("said", "promised"),
    [
        ("2026-11-30T15:00", datetime(2026, 11, 30, 20, 0, tzinfo=UTC)),
        ("2026-11-30T15:00:00+01:00", datetime(2026, 11, 30, 14, 0, tzinfo=UTC)),
        ("", None),
    ],
)
async def test_a_promised_time_is_read_where_the_callee_is(said: str, promised: datetime | None):
    given = {"label": "callback", "note": "later", "callback_at": said, "quote": "I will call you at three."}
    asked, _ = await conversation(("Gladly.", [("set_outcome", given)]))
    assert asked == [("outcome", "callback", "later", *([promised, "I will call you at three."] if promised else []))]


async def test_a_time_that_is_none_is_asked_for_again():
    asked, said = await conversation(("", [("set_outcome", {"label": "callback", "note": "", "callback_at": "tomorrow"})]), ("When?", []))
    assert asked == []
    assert "2026-11-30T15:00" in said[-1]


async def test_a_promise_is_noted_with_its_owner_its_time_and_the_words():
    given = {"what": "Send the list.", "owner": "team", "quote": "You will have it at three.", "due_at": "2026-11-30T15:00"}
    asked, _ = await conversation(("You will have it at three.", [("note_promise", given)]))
    at = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
    assert asked == [("promise", "Send the list.", PromiseOwner.TEAM, at, "You will have it at three.")]


async def test_a_promise_of_nothing_is_refused():
    asked, _ = await conversation(("", [("note_promise", {"what": " ", "owner": "team", "quote": "", "due_at": ""})]), ("Well.", []))
    assert asked == []


PLANNED = replace(
    ORDER,
    tools=("create_schedule", "change_schedule", "cancel_schedule", "flag_risk"),
    planned=(PlannedCalls("s1", "every day at noon"), PlannedCalls("s2", "every Monday at 2:00 PM", is_checkup=True)),
)


async def test_planned_calls_are_moved_and_ended_by_their_number():
    given = {"which": "2", "words": "Tuesday at noon", "is_confirmed": False}
    asked, _ = await conversation(("", [("change_schedule", given)]), ("Is that right?", []), order=PLANNED)
    assert asked == [("change", "2", "Tuesday at noon", False)]
    asked, _ = await conversation(("", [("cancel_schedule", {"which": "1", "is_confirmed": True})]), ("Done.", []), order=PLANNED)
    assert asked == [("cancel", "1", True)]


def test_the_model_is_shown_numbers_and_no_ids():
    schemas = json.dumps([tool.info.raw_schema for tool in tools_for(PLANNED, Control())])  # type: ignore[union-attr]
    assert '"enum": ["1", "2"]' in schemas
    assert "s1" not in schemas
    assert "s2" not in schemas


def test_without_planned_calls_there_is_nothing_to_move_or_end():
    assert {tool.id for tool in tools_for(replace(PLANNED, planned=()), Control())} == {"opt_out", "create_schedule", "flag_risk"}


CALLS_BACK = replace(ORDER, tools=("set_outcome", "schedule_callback"))


async def test_a_call_back_that_is_agreed_is_the_outcome_of_the_call_with_its_time_and_the_words_that_were_heard():
    read, agreed = {"words": "Monday at 3 PM", "is_confirmed": False}, {"words": "", "is_confirmed": True}
    asked, _ = await conversation(("", [("schedule_callback", read)]), ("Is that right?", []), order=CALLS_BACK)
    assert asked == [("call_back", "Monday at 3 PM", False)]
    asked, _ = await conversation(("", [("schedule_callback", agreed)]), ("Until then.", []), order=CALLS_BACK)
    assert asked == [("call_back", "", True), ("outcome", "callback", "", AGREED, "we will call you")]


def test_a_time_is_promised_where_it_is_read_back_and_nowhere_else():
    tools = {tool.id: json.dumps(tool.info.raw_schema) for tool in tools_for(CALLS_BACK, Control())}  # type: ignore[union-attr]
    assert "callback_at" not in tools["set_outcome"]
    without = tools_for(replace(CALLS_BACK, outcome_labels=("interested",)), Control())
    assert "schedule_callback" not in {tool.id for tool in without}


OF_HOMES = replace(
    ORDER,
    tools=("check_availability", "book_appointment", "schedule_tour"),
    calendars=(BookableCalendar("Homes", "America/New_York", "Tour"), BookableCalendar("Office", "America/New_York")),
)


@pytest.mark.parametrize("name", ["book_appointment", "schedule_tour"])
async def test_times_are_looked_up_and_booked_in_the_calendars_of_the_order(name: str):
    given = {"calendar": "Homes", "at": "2026-11-30T15:00", "note": "", "is_confirmed": True}
    asked, _ = await conversation(
        ("", [("check_availability", {"calendar": "Office", "after": ""})]), ("", [(name, given)]), ("Done.", []), order=OF_HOMES
    )
    assert asked == [("check", "Office", ""), ("book", "Homes", "2026-11-30T15:00", "", True)]


def test_without_calendars_there_is_nothing_to_book():
    assert {tool.id for tool in tools_for(replace(OF_HOMES, calendars=()), Control())} == {"opt_out"}


OF_PEOPLE = replace(ORDER, tools=("transfer_to_human",), destinations=("Ada", "Front desk"))


async def test_the_person_is_put_through_with_a_word_and_nothing_is_said_after_it():
    asked, said = await conversation(
        ("I put you through.", [("transfer_to_human", {"destination": "Ada", "about": "a refund"})]), order=OF_PEOPLE
    )
    assert asked == [("transfer", "Ada")]
    assert said == ["I put you through."]


async def test_nobody_is_put_through_without_a_word():
    asked, _ = await conversation(
        ("", [("transfer_to_human", {"destination": "Ada", "about": "a refund"})]), ("One moment.", []), order=OF_PEOPLE
    )
    assert asked == []


async def test_who_was_not_put_through_is_talked_to_and_nobody_else_can_be_named():
    replies = ("I put you through.", [("transfer_to_human", {"destination": "Front desk", "about": "a refund"})]), ("Nobody is there.", [])
    asked, said = await conversation(*replies, order=OF_PEOPLE)
    assert (asked, said) == ([("transfer", "Front desk")], ["I put you through.", "Nobody is there."])
    other = ("I put you through.", [("transfer_to_human", {"destination": "+19005550100", "about": "a refund"})]), ("I cannot.", [])
    asked, said = await conversation(*other, order=OF_PEOPLE)
    assert asked == []
    assert "Choose one of: Ada, Front desk." in said[-1]


def test_without_destinations_nobody_is_put_through():
    assert {tool.id for tool in tools_for(replace(OF_PEOPLE, destinations=()), Control())} == {"opt_out"}


async def test_something_grave_is_flagged_with_the_callees_words():
    given = {"kind": "self_harm", "level": "crisis", "quote": "I cannot go on."}
    asked, said = await conversation(("I am here with you.", [("flag_risk", given)]), order=PLANNED)
    assert asked == [("risk", "self_harm", RiskLevel.CRISIS, "I cannot go on.")]
    assert said == ["I am here with you."]


async def test_a_risk_of_no_known_kind_is_refused_with_the_list():
    given = {"kind": "dragons", "level": "crisis", "quote": ""}
    asked, said = await conversation(("", [("flag_risk", given)]), ("Well.", []), order=PLANNED)
    assert asked == []
    assert any("self_harm" in text for text in said)
