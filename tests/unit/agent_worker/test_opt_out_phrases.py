"""The plain ways to say "never again", and the sentences that only sound like it."""

import pytest

from agent_worker.opt_out_phrases import is_opt_out

NEVER_AGAIN = [
    "Please stop calling me.",
    "Stop calling!",
    "Don't call me again.",
    "Do not ever call me anymore",
    "I said don’t call here",
    "Never call this number again, please.",
    "Take me off your list.",
    "Please remove my phone number from your database",
    "Put me on the do not call list.",
    "No more calls, thanks.",
    "Lose my number.",
    "Don't call me at all.",
    "No me vuelva a llamar.",
    "Por favor, no me llamen más.",
    "Dejen de llamarme.",
    "Quíteme de su lista, por favor.",
    "Rufen Sie mich bitte nie wieder an.",
    "Rufen Sie mich nicht mehr an!",
    "Hören Sie auf, mich anzurufen.",
    "Streichen Sie meine Nummer aus Ihrer Liste.",
    "Ne m'appelez plus.",
    "Arrêtez de m'appeler.",
    "Ne me rappelez plus jamais.",
    "Retirez-moi de votre liste.",
    "Não me ligue mais.",
    "Parem de me ligar.",
    "Tire o meu número da lista.",
]
OTHER_WISHES = [
    "Don't call me before noon.",
    "Please don't call me at work.",
    "Do not call me today, tomorrow is better",
    "Stop calling me at night",
    "I'm busy right now, call me back later.",
    "Call me again tomorrow.",
    "No thank you, I'm not interested.",
    "I'll stop by the shop and call you.",
    "Stop calling in the evening, mornings are fine",
    "Is this on your list?",
    "Llámeme más tarde.",
    "No me llame antes de las diez.",
    "Rufen Sie mich morgen wieder an.",
    "Rappelez-moi plus tard.",
    "Me ligue mais tarde.",
    "Hello?",
    "",
]


@pytest.mark.parametrize("text", NEVER_AGAIN)
def test_a_plain_wish_never_to_be_called_is_recognised(text: str):
    assert is_opt_out(text)


@pytest.mark.parametrize("text", OTHER_WISHES)
def test_other_wishes_are_left_to_the_model(text: str):
    assert not is_opt_out(text)
