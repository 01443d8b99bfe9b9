"""When the words of somebody outside of the session began: their transcript comes long after them."""

from collections.abc import AsyncIterator

from livekit.agents.stt import SpeechData, SpeechEvent, SpeechEventType

from agent_worker.warm.ears import utterances


def event(kind: SpeechEventType, at: float, text: str = "", started_at: float | None = None) -> SpeechEvent:
    said = [SpeechData(language="en", text=text)] if text else []
    return SpeechEvent(kind, alternatives=said, created_at=at, speech_start_time=started_at)


async def heard(*events: SpeechEvent) -> list[tuple[str, float]]:
    async def stream() -> AsyncIterator[SpeechEvent]:
        for each in events:
            yield each

    return [each async for each in utterances(stream())]


async def test_words_began_when_speech_did() -> None:
    assert await heard(
        event(SpeechEventType.START_OF_SPEECH, 1.0),
        event(SpeechEventType.END_OF_SPEECH, 1.5),
        event(SpeechEventType.FINAL_TRANSCRIPT, 3.0, "Yes?"),
        event(SpeechEventType.START_OF_SPEECH, 5.0, started_at=4.5),
        event(SpeechEventType.INTERIM_TRANSCRIPT, 5.2, "I"),
        event(SpeechEventType.FINAL_TRANSCRIPT, 6.0, "I do."),
    ) == [("Yes?", 1.0), ("I do.", 4.5)]


async def test_an_ear_that_tells_of_no_beginning_has_its_first_word_for_it() -> None:
    assert await heard(
        event(SpeechEventType.INTERIM_TRANSCRIPT, 1.0, "y"),
        event(SpeechEventType.INTERIM_TRANSCRIPT, 1.2, "yes"),
        event(SpeechEventType.FINAL_TRANSCRIPT, 2.0, "Yes."),
        event(SpeechEventType.FINAL_TRANSCRIPT, 3.0, "No."),
    ) == [("Yes.", 1.0), ("No.", 3.0)]


async def test_a_sound_without_words_is_nobodys_beginning() -> None:
    assert await heard(
        event(SpeechEventType.START_OF_SPEECH, 1.0),
        event(SpeechEventType.END_OF_SPEECH, 1.1),
        event(SpeechEventType.START_OF_SPEECH, 4.0),
        event(SpeechEventType.FINAL_TRANSCRIPT, 5.0, "Yes."),
    ) == [("Yes.", 4.0)]
