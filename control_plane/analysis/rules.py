"""Analysis without a model: deterministic rules over the transcript. Pure.

Only the callee's words decide anything; what the agent said is at most the question to which they are an answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from control_plane.analysis.asked import extract
from control_plane.analysis.findings import LONGEST_QUOTE, UNKNOWN, Finding, MoodAt, Result, Said, found, one_line, talk_of
from control_plane.analysis.scoring import score
from control_plane.analysis.words import NEGATIVE, NO, OFFERS, OPT_OUT, POSITIVE, TOPICS, YES, is_negated, outcomes_in
from sip_config.contract import Outcome

SAID, ANSWERED, WORD = 0.9, 0.75, 0.6
"""Confidence of a whole phrase, of a bare answer to a question, and of a single word."""
_FINAL = (Outcome.WRONG_NUMBER, Outcome.DECEASED_OR_VULNERABLE)
"""Once said, nothing that follows takes it back."""
_MOST_TOPICS = 10


def analyze(transcript: Sequence[Said], extraction_schema: Mapping[str, Any]) -> Result:
    opt_out, outcome = opt_out_of(transcript), outcome_of(transcript)
    sentiment, topics = sentiment_of(transcript), topics_of(transcript)
    points, reasons = score(opt_out, outcome, sentiment, topics)
    return Result(
        summary=_summary(transcript, outcome),
        outcome=outcome,
        opt_out=opt_out,
        sentiment=sentiment,
        topics=topics,
        mood_course=mood_course_of(transcript),
        talk=talk_of(transcript),
        extraction=extract(transcript, extraction_schema),
        lead_score=points,
        lead_reasons=reasons,
    )


def opt_out_of(transcript: Sequence[Said]) -> Finding:
    return next((found(True, SAID, said) for said in transcript if said.is_callee and OPT_OUT.search(said.words)), Finding())


def outcome_of(transcript: Sequence[Said]) -> Finding:
    """The last thing that the callee decided; an opt-out, and what nobody can take back, stand above it."""
    opted_out = opt_out_of(transcript)
    if opted_out.is_known:
        return Finding(Outcome.DO_NOT_CALL.value, opted_out.confidence, opted_out.quote, opted_out.offset_s)
    decided = Finding()
    asked = ""
    for said in transcript:
        if not said.is_callee:
            asked = said.words
            continue
        outcome, confidence = _decided(said.words, asked)
        if outcome is not None and decided.value not in _FINAL:
            decided = found(outcome.value, confidence, said)
        asked = ""
    return decided


def _decided(text: str, asked: str) -> tuple[Outcome | None, float]:
    if outcomes := outcomes_in(text):
        return outcomes[0], SAID
    if asked.strip() and OFFERS.search(asked):
        if YES.search(text):
            return Outcome.SUCCESS, ANSWERED
        if NO.search(text):
            return Outcome.NOT_INTERESTED, ANSWERED
    return None, 0.0


def topics_of(transcript: Sequence[Said]) -> tuple[Finding, ...]:
    """Each topic with the first utterance of the callee that touches it."""
    first = {
        topic: next((said for said in transcript if said.is_callee and pattern.search(said.words)), None)
        for topic, pattern in TOPICS.items()
    }
    known = sorted(((said, topic) for topic, said in first.items() if said is not None), key=lambda each: each[0].seq)
    return tuple(found(topic, WORD, said) for said, topic in known[:_MOST_TOPICS])


def sentiment_of(transcript: Sequence[Said]) -> Finding:
    """By which kind of words is more frequent; of as many of both the later counts."""
    moods = [(said, mood) for said in transcript if said.is_callee and (mood := _feeling(said.words))]
    if not moods:
        neutral = next((said for said in transcript if said.is_callee and len(said.words.split()) >= _ENOUGH_WORDS), None)
        return found("neutral", 0.3, neutral) if neutral is not None else Finding()
    balance = sum(1 if mood == "positive" else -1 for _, mood in moods)
    prevailing = moods[-1][1] if balance == 0 else "positive" if balance > 0 else "negative"
    said = next(said for said, mood in reversed(moods) if mood == prevailing)
    return found(prevailing, min(SAID, WORD + 0.1 * abs(balance)), said)


_ENOUGH_WORDS = 3
"""In an utterance before one can say that it sounds like nothing in particular."""


def _feeling(words: str) -> str:
    for feeling, pattern, opposite in (("negative", NEGATIVE, ""), ("positive", POSITIVE, "negative")):
        if match := pattern.search(words):
            return opposite if is_negated(words, match.start()) else feeling
    return ""


def mood_course_of(transcript: Sequence[Said]) -> tuple[MoodAt, ...]:
    """As the agent judged each turn, else as its words sound; turns that say nothing of it are left out."""
    words = {"negative": "stressed", "positive": "happy"}
    course = []
    for said in transcript:
        mood = (said.mood or words.get(_feeling(said.words))) if said.is_callee else None
        if mood:
            quote = one_line(said.text)[:LONGEST_QUOTE]
            course.append(MoodAt(said.seq, said.started_at_s, mood, "agent" if said.mood else "rules", quote))
    return tuple(course)


_IN_WORDS = {
    Outcome.SUCCESS: "They agreed",
    Outcome.NOT_INTERESTED: "They are not interested",
    Outcome.CALLBACK: "They asked to be called another time",
    Outcome.DO_NOT_CALL: "They asked not to be called again",
    Outcome.WRONG_NUMBER: "It was the wrong number",
    Outcome.WRONG_PERSON: "Somebody else was on the phone",
    Outcome.LANGUAGE_BARRIER: "They do not speak the language",
    Outcome.DECEASED_OR_VULNERABLE: "The person has died",
}
_LONGEST_SAID = 160


def _summary(transcript: Sequence[Said], outcome: Finding) -> Finding:
    """What was decided in the callee's own words, else the longest thing they said."""
    spoken = [said for said in transcript if said.is_callee and said.words.strip()]
    if not spoken:
        return Finding()
    if outcome.value != UNKNOWN:
        text = f'{_IN_WORDS[Outcome(outcome.value)]}: "{outcome.quote[:_LONGEST_SAID]}"'
        return Finding(text, outcome.confidence, outcome.quote, outcome.offset_s)
    most = max(spoken, key=lambda said: len(said.text))
    return found(f'Nothing was decided. They said: "{one_line(most.text)[:_LONGEST_SAID]}"', WORD, most)
