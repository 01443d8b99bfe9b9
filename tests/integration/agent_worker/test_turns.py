"""Who pauses for whom: real livekit-server, the real worker, and a callee who listens aloud."""

from dataclasses import replace

from rehearsal.scripts import After, Answer, Behaviour, ScriptBook, Step
from sip_config.contract import Speaker
from tests.integration.agent_worker.harness import LINE, TOLD, Stage

LONG_LINE = f"{LINE} We would like to know which of our books you have enjoyed most in this year, and why that was so."
SAYS_MHM_S = 5.0
"""After who calls has been said: nothing pauses the agent before."""


async def test_a_sound_of_listening_pauses_the_agent_which_goes_on_where_it_was(calls: Stage, book: ScriptBook):
    script = book.scripts["answers-and-talks"]
    listens = Behaviour(
        script.attempts[0].expect,
        answer=Answer((0.5,)),
        steps=(
            Step(say="Hello?", after=After.ANSWER, delay_s=0.3),
            Step(say="Mhm.", after=After.AGENT_SPEAKS, delay_s=SAYS_MHM_S),
            Step(say="Thank you, goodbye.", after=After.AGENT_STOPS, delay_s=9.0),
        ),
    )
    kept, heard = await calls.call(replace(script, attempts=(listens,)), listens, opening_line=LONG_LINE)
    report = kept.report
    assert report is not None
    opening = next(turn for turn in report.turns if turn.speaker is Speaker.AGENT)
    assert (opening.text, opening.interrupted) == (f"{TOLD} {LONG_LINE}", False)
    before, after, *_ = heard.agent
    sound = heard.callee[1]
    # Figures are the benchmark's; these bounds hold on a machine that does much else.
    assert 0 < before.ended_at - sound["started_at"] < 0.8
    assert 0 < after.started_at - sound["ended_at"] < 1.3
