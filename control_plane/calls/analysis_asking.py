"""Every answered call is to be analysed once it is over. What becomes of it is the business of `analysis`, which knows calls and is not
known here."""

from datetime import timedelta

from control_plane.calls.analysis_repository import AnalysisAsking
from control_plane.db.models import Call
from control_plane.db.unit import Unit

WITHOUT_REPORT = timedelta(minutes=10)
"""An agent that has not reported by then has died, and what it sent while it lived is all there is."""


async def ask_for_analysis(unit: Unit, call: Call) -> None:
    """Soon, or after a while where the agent's report is still out. Asked twice it is done once; a report that comes after the analysis of
    what was there without it makes another."""
    if call.answered_at is None or call.erased_at is not None:
        return
    due_at = unit.now if call.reported_at is not None else unit.now + WITHOUT_REPORT
    await AnalysisAsking(unit.session).ask(call, due_at, "call")
    if due_at == unit.now:
        unit.nudges.add("analyze_calls")
