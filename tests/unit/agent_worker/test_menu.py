"""Which key of a phone menu leads where one wants to go."""

import pytest

from agent_worker.answering.menu import Option, choose, options

ENGLISH = "Thank you for calling Acme. For sales, press one. For appointments, press 2. To speak to an operator, press zero."


def test_the_choices_of_a_menu_are_read_with_the_key_after_or_before_its_purpose():
    assert options(ENGLISH) == [Option("1", "for sales"), Option("2", "for appointments"), Option("0", "to speak to an operator")]
    assert options("Press 1 for billing, press 2 to make a payment.") == [Option("1", "billing"), Option("2", "make a payment")]


@pytest.mark.parametrize(
    ("heard", "goal", "key"),
    [
        (ENGLISH, "make an appointment", "2"),
        (ENGLISH, "", "0"),
        ("Para ventas, marque uno. Para citas, oprima el dos.", "citas", "2"),
        ("Pour le service commercial, tapez un. Pour un rendez-vous, appuyez sur la touche deux.", "rendez-vous", "2"),
        ("Für den Vertrieb drücken Sie die Eins. Für einen Termin drücken Sie die Zwei.", "Termin vereinbaren", "2"),
        ("Para marcar uma consulta, pressione três. Para falar com um atendente, digite nove.", "", "9"),
        ("बिक्री के लिए एक दबाएं। सहायता के लिए तीन दबाएं।", "सहायता", "3"),
        ("To accept this call, press star. For the directory, press pound.", "directory", "#"),
    ],
)
def test_the_key_towards_the_goal_is_chosen_in_several_languages(heard: str, goal: str, key: str):
    assert choose(heard, goal, is_over=True) == key


def test_a_goal_that_has_not_been_named_yet_is_waited_for_and_then_a_person_is_asked_for():
    assert choose(ENGLISH, "warehouse", is_over=False) is None
    assert choose(ENGLISH, "warehouse", is_over=True) == "0"


def test_nothing_is_pressed_where_no_choice_leads_anywhere():
    assert choose("For sales, press one.", "warehouse", is_over=True) is None
    assert choose("Please hold for the next representative.", "", is_over=True) is None
    assert choose("", "", is_over=True) is None
