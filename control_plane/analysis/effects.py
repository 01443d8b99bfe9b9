"""What follows from an analysis: an opt-out that was missed is committed, an outcome that nobody set is set, the lead moves on, a number
that belongs to nobody becomes a contact.

In the transaction that stores the analysis, with the call's row locked. Nothing here makes a call, and nothing that a person or an opt-out
has decided is undone.
"""

from dataclasses import dataclass

from control_plane.analysis.findings import Result, Said, plain
from control_plane.analysis.repository import AnalysisWork
from control_plane.analysis.scoring import advanced
from control_plane.audit.service import record
from control_plane.calls.fact_repository import FactRepository
from control_plane.calls.settlement import settle_again
from control_plane.calls.stopping import never_call_again
from control_plane.contacts.schemas import ContactIn, PhoneIn
from control_plane.contacts.service import ContactService
from control_plane.db.models import Call, CallAnalysis, Contact
from control_plane.db.unit import Unit
from control_plane.webhooks.events import emit
from sip_config.contract import AnsweredBy, CallPurpose, Outcome

LEADS = frozenset({CallPurpose.CAMPAIGN, CallPurpose.SINGLE, CallPurpose.INBOUND})
"""A check-up or a call to a safety contact moves nobody towards a sale."""
SURE = 0.7
"""Below this confidence an outcome is shown and not set, and a model's opt-out is shown and not committed."""
_WORDS_OF_A_WISH = 3
_NOBODYS = (Outcome.WRONG_NUMBER, Outcome.WRONG_PERSON, Outcome.DO_NOT_CALL)


@dataclass(frozen=True, slots=True)
class Heard:
    """A call with what was found in it."""

    call: Call
    result: Result
    transcript: list[Said]

    @property
    def was_person(self) -> bool:
        spoken = any(said.is_callee and said.text.strip() for said in self.transcript)
        return spoken and is_person(self.call)


def is_person(call: Call) -> bool:
    """Whether what the callee's side said may have been said by a person."""
    return call.answered_by in (None, AnsweredBy.HUMAN, AnsweredBy.UNCERTAIN)


async def apply(unit: Unit, row: CallAnalysis, heard: Heard, before: Result | None) -> None:
    """`before`: what the version that was current until now had found."""
    await _opt_out(unit, heard)
    await _set_outcome(unit, heard)
    _summarize(heard, before)
    if heard.call.to_e164 and heard.was_person:
        await _know(unit, heard)
    row.lead_status = await _move_lead(unit, heard)
    await _remember(unit, heard)


async def _opt_out(unit: Unit, heard: Heard) -> None:
    """Once per call: a suppression that a person has lifted since is not made again by a second analysis."""
    call, wish = heard.call, heard.result.opt_out
    is_clear = wish.is_known and wish.confidence >= SURE and len(plain(wish.quote).split()) >= _WORDS_OF_A_WISH
    if not is_clear or not call.to_e164 or call.outcome == Outcome.DO_NOT_CALL or call.outcome_source == "opt_out":
        return
    await never_call_again(unit, call, f"{wish.quote} (at {wish.offset_s or 0:.1f} s of the call, found in its transcript afterwards)")
    record(unit, call.workspace_id, "call.opt_out_found", "call", call.id, None, {"outcome": "do_not_call"})


async def _set_outcome(unit: Unit, heard: Heard) -> None:
    """Where neither the agent nor a person has said what was achieved."""
    call, found = heard.call, heard.result.outcome
    if call.outcome not in (None, Outcome.UNKNOWN) or call.outcome_source is not None or not found.is_known or found.confidence < SURE:
        return
    call.outcome, call.outcome_source = found.value, "analysis"
    await unit.session.flush()
    await settle_again(unit, call)


def _summarize(heard: Heard, before: Result | None) -> None:
    """The agent's own summary stands; an earlier analysis' gives way."""
    call, summary = heard.call, heard.result.summary
    was_ours = before is not None and call.summary == before.summary.value
    if (not call.summary or was_ours) and summary.is_known:
        call.summary = str(summary.value)


async def _know(unit: Unit, heard: Heard) -> None:
    """A contact for a number that is nobody's. A call to a bare number may have reached anybody, so it is no named person's; nobody is
    taken up who wants no calls or whom the number is not."""
    call = heard.call
    if call.contact_id is not None or call.purpose not in LEADS or heard.result.opt_out.is_known:
        return
    if heard.result.outcome.value in _NOBODYS or call.outcome in _NOBODYS:
        return
    rows = AnalysisWork(unit.session)
    await rows.hold_number(call.workspace_id, call.to_e164)
    known = await rows.whose(call.workspace_id, call.to_e164)
    if not known:
        made = await ContactService(unit, call.workspace_id).create(ContactIn(phones=[PhoneIn(call.to_e164)]))
        known = [made.id]
    if len(known) == 1 and await rows.is_nameless(known[0]):
        call.contact_id = known[0]
        await unit.session.flush()
        await FactRepository(unit.session).adopt(call)


async def _move_lead(unit: Unit, heard: Heard) -> str:
    """The status that the contact's lead has come to, empty where nothing was moved."""
    call, result = heard.call, heard.result
    if call.contact_id is None or call.purpose not in LEADS:
        return ""
    contact = await AnalysisWork(unit.session).contact(call.contact_id)
    if contact is None:
        return ""
    status = advanced(contact.lead_status, result.opt_out, result.outcome, was_spoken_to=heard.was_person)
    changed = _changed(contact, status, result.lead_score)
    if changed:
        data = {"contact_id": contact.id, "changed": changed, "url": f"/api/v1/contacts/{contact.id}"}
        await emit(unit, call.workspace_id, "contact.updated", data, call_id=call.id)
    return status if "lead_status" in changed else ""


def _changed(contact: Contact, status: str, score: int | None) -> list[str]:
    """What of the lead is other than before, and is now as it should be."""
    changed = []
    if contact.lead_status != status:
        contact.lead_status = status
        changed.append("lead_status")
    if score is not None and contact.lead_score != score:
        contact.lead_score = score
        changed.append("lead_score")
    return changed


async def _remember(unit: Unit, heard: Heard) -> None:
    """What the transcript says of the person, in place of what an earlier analysis found there."""
    rows = FactRepository(unit.session)
    await rows.forget(heard.call.id, "analysis")
    for seq, fact in enumerate(heard.result.facts if heard.was_person else (), start=1):
        await rows.put(heard.call, "analysis", seq, str(fact.value), fact.quote, fact.offset_s)
