"""The stand-in's conversation, rule by rule, in the packaged table."""

import pytest

from rehearsal.models.rules import Conversation, Reply, answer, load_rules

BOOK = load_rules()
LABELS = ["interested", "not_interested", "callback", "do_not_call", "wrong_number"]
OUTCOME = {"properties": {"label": {"enum": LABELS}, "note": {"type": "string"}}}
TOOLS = {"end_call": {}, "opt_out": {"properties": {"quote": {"type": "string"}}}, "set_outcome": OUTCOME}


def after(said: str, *results: str, tools: dict = TOOLS, **facts) -> Reply:
    return answer(BOOK, Conversation(said, results=results, **facts), tools)


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("Yes, that sounds good.", "interested"),
        ("Sí, me parece bien.", "interested"),
        ("Ja, das klingt gut.", "interested"),
        ("I'm busy right now, call me back later.", "callback"),
        ("Estoy ocupado, llámeme más tarde.", "callback"),
        ("No me llame ahora, llámeme mañana.", "callback"),
        ("Ich habe gerade keine Zeit, rufen Sie später an.", "callback"),
        ("No thank you, I'm not interested.", "not_interested"),
        ("No me interesa.", "not_interested"),
        ("Nein danke, kein Interesse.", "not_interested"),
        ("You have the wrong number.", "wrong_number"),
        ("Número equivocado.", "wrong_number"),
        ("Sie sind falsch verbunden.", "wrong_number"),
    ],
)
def test_what_the_callee_wants_is_recorded_as_an_outcome(said: str, label: str) -> None:
    reply = after(said)
    assert (reply.tool, reply.arguments["label"]) == ("set_outcome", label)


@pytest.mark.parametrize(
    ("said", "text", "tool"),
    [
        ("Yes, that sounds good.", "Wonderful. Is there anything else?", ""),
        ("Sí, me parece bien.", "Estupendo. ¿Hay algo más?", ""),
        ("Ja, das klingt gut.", "Wunderbar. Gibt es noch etwas?", ""),
        ("I'm busy right now, call me back later.", "Of course, I will call you back later. Goodbye.", "end_call"),
        ("No thank you, I'm not interested.", "I understand. Thank you for your time. Goodbye.", "end_call"),
        ("You have the wrong number.", "I am sorry, I have the wrong number. Goodbye.", "end_call"),
    ],
)
def test_after_the_outcome_was_recorded_the_conversation_goes_on_or_ends(said: str, text: str, tool: str) -> None:
    reply = after(said, "Recorded.")
    assert (reply.text, reply.tool) == (text, tool)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Thank you, goodbye.", "Thank you for your time. Goodbye."),
        ("Muchas gracias, adiós.", "Gracias por su tiempo. Adiós."),
        ("Danke, auf Wiederhören.", "Vielen Dank für Ihre Zeit. Auf Wiederhören."),
    ],
)
def test_a_goodbye_is_returned_and_the_call_ended_in_one_answer(said: str, text: str) -> None:
    assert after(said) == Reply("goodbye", text, "end_call", {})


@pytest.mark.parametrize(
    "said",
    ["Please stop calling me.", "Do not call me again!", "Deje de llamarme.", "No me llame más.", "Rufen Sie mich bitte nicht mehr an."],
)
def test_an_opt_out_is_recorded_in_the_callees_own_words(said: str) -> None:
    assert after(said) == Reply("opt_out", "", "opt_out", {"quote": said})


def test_an_opt_out_is_confirmed_only_once_it_succeeded() -> None:
    said = "Please stop calling me."
    assert after(said, "recorded") == Reply("opt_out", "I have removed your number. Goodbye.")
    failed = after(said, "Error: the list could not be reached")
    assert (failed.tool, failed.arguments["label"]) == ("set_outcome", "do_not_call")
    last = after(said, "Error: the list could not be reached", "Recorded.")
    assert "removed" not in last.text
    assert last.tool == "end_call"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Hello?", "Hello! Do you have a moment to talk?"),
        ("¿Hola?", "¡Hola! ¿Tiene un momento para hablar?"),
        ("Guten Tag.", "Guten Tag! Haben Sie einen Moment Zeit?"),
        ("The moon is made of cheese.", "I see. Do you have a moment to talk?"),
    ],
)
def test_a_greeting_or_unknown_words_lead_back_to_the_question(said: str, text: str) -> None:
    reply = after(said)
    assert (reply.text, reply.tool) == (text, "")


def test_the_question_is_the_first_one_of_the_agenda() -> None:
    prompt = "You are kind. Is it late?\n\n# Agenda\nOffer a visit. Would Tuesday suit you? Or Friday?\n\n# Tools\nWhy?"
    assert after("Hello?", system=prompt).text == "Hello! Would Tuesday suit you?"


def test_no_after_the_outcome_means_that_nothing_else_is_wanted() -> None:
    assert after("No, thank you.").arguments["label"] == "not_interested"
    assert after("No, thank you.", called=frozenset({"set_outcome"})).tool == "end_call"


def test_words_of_no_language_are_answered_in_the_one_of_the_prompt() -> None:
    assert after("Xyzzy.", system="# Language\nSpeak es unless the person asks for another language.").text.startswith("Ya veo.")


def test_a_tool_that_is_not_offered_is_never_called() -> None:
    for said in ("Yes, that sounds good.", "Please stop calling me.", "Thank you, goodbye.", "I'm busy."):
        reply = after(said, tools={})
        assert reply.text
        assert not reply.tool


def test_an_outcome_takes_only_labels_that_the_campaign_has() -> None:
    def offered(*labels: str) -> dict:
        return {"set_outcome": {"properties": {"label": {"enum": list(labels)}}}, "end_call": {}}

    assert after("Yes.", tools=offered("Success", "lost")).arguments == {"label": "Success"}
    assert after("Yes.", tools=offered("booked")).arguments == {"label": "booked"}
    assert after("I'm busy, call me later.", tools=offered("booked")).tool == "end_call"


def test_a_call_ends_after_so_many_answers_whatever_is_said() -> None:
    reply = after("Tell me more.", agent_turns=BOOK.agent_turns)
    assert reply.tool == "end_call"


def test_nothing_is_said_once_all_steps_are_done() -> None:
    assert after("Thank you, goodbye.", "The call ends.") == Reply("goodbye")


def test_without_any_words_of_the_callee_the_agent_opens() -> None:
    assert answer(BOOK, Conversation(None), TOOLS).text == "Hello! Do you have a moment to talk?"


PLAN_TOOLS = {
    "create_schedule": {"properties": {"words": {}, "about": {}, "is_confirmed": {}}},
    "flag_risk": {"properties": {"kind": {"enum": ["self_harm"]}, "level": {"enum": ["concern", "crisis"]}, "quote": {}}},
    "set_outcome": {"properties": {"label": {"enum": ["confirmed", "reschedule", "cancel"]}, "note": {}}},
    "end_call": {},
}


def test_a_plan_is_asked_for_read_back_and_confirmed() -> None:
    asked = after("Please call me again in two hours.", tools=PLAN_TOOLS)
    assert asked.arguments == {"words": "Please call me again in two hours.", "about": "", "is_confirmed": False}
    told = "Nothing is stored yet. Read this to the person and ask whether it is right: we will call you at noon."
    assert after("Please call me again in two hours.", told, tools=PLAN_TOOLS).text == "we will call you at noon. Is that right?"
    confirmed = after("Yes, that is right.", tools=PLAN_TOOLS, called=frozenset({"create_schedule"}))
    assert (confirmed.tool, confirmed.arguments["is_confirmed"]) == ("create_schedule", True)


def test_who_asks_to_be_called_where_no_plan_can_be_made_is_a_callback() -> None:
    assert after("Please call me again in two hours.", tools={"set_outcome": {}}).tool == "set_outcome"


def test_something_grave_is_flagged() -> None:
    flagged = after("I do not want to live any more.", tools=PLAN_TOOLS)
    assert flagged.arguments == {"kind": "self_harm", "level": "crisis", "quote": "I do not want to live any more."}


@pytest.mark.parametrize(
    ("said", "label"), [("I am away that day, please move it.", "reschedule"), ("Please cancel it, I will not come.", "cancel")]
)
def test_an_appointment_is_moved_or_given_up(said: str, label: str) -> None:
    assert after(said, tools=PLAN_TOOLS).arguments["label"] == label


CALENDAR = {"calendar": {"enum": ["Homes"]}}
BOOKS = {"properties": CALENDAR | {"at": {}, "is_confirmed": {}}}
LOOKS = {"properties": CALENDAR | {"after": {}}}
BOOKING = {"check_availability": LOOKS, "schedule_tour": BOOKS, "book_appointment": BOOKS}


@pytest.mark.parametrize(
    ("said", "tool"), [("I would like to book a tour.", "schedule_tour"), ("Please make an appointment.", "book_appointment")]
)
def test_a_time_is_looked_up_read_back_and_booked_on_a_yes(said: str, tool: str) -> None:
    looks = after(said, tools=BOOKING)
    assert (looks.tool, looks.arguments) == ("check_availability", {"calendar": "Homes", "after": ""})
    asks = after(said, "Free are: 2026-11-30T15:00 (Monday).", tools=BOOKING, free="2026-11-30T15:00")
    assert (asks.tool, asks.arguments) == (tool, {"calendar": "Homes", "at": "2026-11-30T15:00", "is_confirmed": False})
    read = "Nothing is booked yet. Read this to the person, and ask whether it is right: Tour: Monday."
    assert after(said, "Free are: …", read, tools=BOOKING).text == "Tour: Monday. Is that right?"
    books = after("Yes, that is right.", tools=BOOKING, called=frozenset({tool}), free="2026-11-30T15:00")
    assert (books.tool, books.arguments["at"], books.arguments["is_confirmed"]) == (tool, "2026-11-30T15:00", True)
    booked = after("Yes, that is right.", "Booked. Tell the person: Tour: Monday.", tools=BOOKING, called=frozenset({tool}))
    assert booked.text == "Tour: Monday. Is there anything else?"


def test_where_nothing_can_be_booked_that_is_said() -> None:
    assert after("I would like to book a tour.").text.startswith("I am sorry, that did not work.")
