"""Station 2: which due rows become calls now. One transaction at a time claims, so that every counted limit holds."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from control_plane.calls.announcing import QUEUED
from control_plane.calls.caller_repository import CallerRepository
from control_plane.calls.gate import Answer, Question, ask_all, reasons_of, says_the_same, verdict_of
from control_plane.calls.giving_way import A_PLANNED_CALL, ANOTHER_CALL
from control_plane.calls.leases import lease_of
from control_plane.calls.observation import claimed as tell_claimed
from control_plane.calls.observation import facts_of
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.calls.single_callers import SingleCallers, Wanted, waiting
from control_plane.db.models import Call, UsageAccount, Workspace
from control_plane.db.unit import Unit, open_unit
from control_plane.dialer.batch import NUMBER_BUSY, Batch, Round
from control_plane.dialer.claim_repository import ClaimRepository, Full
from control_plane.dialer.context import Dialer
from control_plane.dialer.giving_way_repository import GivingWayRepository, Yielded
from control_plane.dialer.headroom import Headroom
from control_plane.domain.allowance import over_budget
from control_plane.domain.call_state import CallState, Fact
from control_plane.domain.caller_id import NoCaller
from control_plane.domain.decision import Never, Reason, Wait
from control_plane.domain.pacing import slots_there
from control_plane.kit.queue import Nudge
from control_plane.usage.accounts import towards_budget

MOST_SINGLES = 32
ROUNDS = 4
"""How often one claim looks again because all those it looked at had to wait; what is left is for the next, so that none takes long."""
MOST_CLAIMS = 50
"""Of one tick: who comes after it is told by another, and the others of the process have their turn."""
NOTHING = Round(0, worth_another=False)


async def tick(dialer: Dialer) -> int:
    """Claim as many due rows as may start now; the number of calls made. Safe to run at any time, any number of times."""
    claimed = 0
    for _ in range(MOST_CLAIMS):
        async with dialer.claiming:
            done = NOTHING if dialer.is_stopping else await claim(dialer)
        claimed += done.claimed
        if not done.worth_another:
            return claimed
    await dialer.queue.send([Nudge("tick")])
    return claimed


async def claim(dialer: Dialer) -> Round:
    """One transaction of a tick. The calls that it makes are few (`AT_ONCE`), for everybody else waits until it is over."""
    async with open_unit(dialer.sessions, dialer.queue, dialer.clock, actor="system") as unit:
        repository = ClaimRepository(unit.session)
        begun = await repository.begin(QUEUED)
        slots = slots_there(begun.workers)
        if begun.is_halted or slots <= begun.slots_taken:
            return NOTHING
        unit.now = begun.now
        headroom = Headroom(begun.now, slots, begun.slots_taken, begun.live, dialer.breaker, dialer.ramp)
        singles = await single_calls(unit, repository, headroom) if begun.has_singles else []
        batch = Batch(unit, repository, headroom, await repository.running(QUEUED) if begun.has_singles else begun.running)
        done = await enrollments(batch)
        if used := {call.from_number_id for call in singles if call.from_number_id} | batch.new_callers:
            # Last, because numbers are locked after campaigns.
            await CallerRepository(unit.session).first_used(used, unit.now)
        return Round(len(singles) + done.claimed, done.worth_another)


async def enrollments(batch: Batch) -> Round:
    """The first round that claims anything is the last: what it has made is dispatched at once."""
    for _ in range(ROUNDS):
        done = await batch.round()
        if done.claimed or not done.worth_another:
            return done
    return Round(0, worth_another=True)


async def single_calls(unit: Unit, repository: ClaimRepository, headroom: Headroom) -> list[Call]:
    """Single calls first: somebody is waiting for each of them. Returns those that were claimed.

    Where some lack only a line, those behind them that would go out by another are looked at as well: a full trunk, or a workspace or
    campaign at its limit, holds up nobody else's calls.
    """
    claimed, full = list[Call](), Full()
    for _ in range(ROUNDS):
        known = len(full)
        due = await repository.singles(unit.now, min(MOST_SINGLES, headroom.slots * 2), full)
        claimed += await _claim_of(unit, repository, headroom, due, full)
        if not headroom.slots or len(full) == known:
            break
    return claimed


async def _claim_of(unit: Unit, repository: ClaimRepository, headroom: Headroom, due: Sequence[Call], full: Full) -> list[Call]:
    """Those of the due calls that can be made now, claimed. What the others lack, where it is a line or their campaign's limit, comes to
    `full`."""
    due = await _with_allowance(unit, repository, headroom, due) if due else []
    if not due:
        return []
    questions = await _questions(repository, list(due))
    answers = await ask_all(unit.session, questions, unit.now)
    callers = SingleCallers(unit.session, unit.now)
    await callers.learn([_wanted(call, q.workspace) for call, q in zip(due, questions, strict=True) if call.caller_choice])
    numbers, people = await repository.held([(c.workspace_id, c.to_e164) for c in due], {c.contact_id for c in due if c.contact_id})
    givers = await GivingWayRepository(unit.session).singles([call.id for call in due], unit.now)
    claimed: list[Call] = []
    kept_waiting: list[tuple[Call, Answer]] = []
    begun: Counter[uuid.UUID | None] = Counter()
    for call, asked in zip(due, answers, strict=True):
        answer = asked.after(begun[call.campaign_id], unit.now)
        if isinstance(answer.decision, Never):
            await _give_up(unit, call, answer)
        elif isinstance(answer.decision, Wait):
            call.due_at = answer.decision.until
            kept_waiting.append((call, answer))
        elif (call.workspace_id, call.to_e164) in numbers or call.contact_id in people:
            call.due_at = unit.now + NUMBER_BUSY
            kept_waiting.append((call, answer))
        elif call.id in givers:
            await _give_way(unit, call, givers[call.id])
            kept_waiting.append((call, answer))
        elif (campaign := answer.question.campaign) is not None and not headroom.lets_single_of(campaign):
            # It stays due, so that it is looked at before the campaign's contacts when one of the calls has ended.
            full.campaigns.add(campaign.id)
            kept_waiting.append((call, answer))
        elif headroom.slots and headroom.in_workspace(answer.question.workspace) and _has_caller(call, answer.question, callers, headroom):
            numbers.add((call.workspace_id, call.to_e164))
            people |= {call.contact_id} if call.contact_id else set()
            headroom.take(call.workspace_id, call.trunk_id, call.campaign_id)
            await _claim(unit, call, answer)
            claimed.append(call)
            begun[call.campaign_id] += 1
        else:
            if call.due_at <= unit.now:
                full.ways.add((call.workspace_id, call.trunk_id, bool(call.caller_choice)))
            kept_waiting.append((call, answer))
    await _keep_what_changed(unit, kept_waiting)
    await unit.session.flush()
    return claimed


async def _with_allowance(unit: Unit, repository: ClaimRepository, headroom: Headroom, due: Sequence[Call]) -> list[Call]:
    """Those whose workspace and campaign may still spend. The others are given up: nobody wants a call of today when the next month
    begins."""
    ids = {call.workspace_id for call in due}
    accounts, able = await repository.accounts(ids), []
    reasons = {w.id: headroom.allow(w, accounts.get(w.id)) for w in (await repository.workspaces(ids)).values()}
    over = await _over_budget(repository, accounts, {call.campaign_id for call in due if call.campaign_id})
    for call in due:
        reason = reasons[call.workspace_id] or (over.get(call.campaign_id) if call.campaign_id else None)
        if reason is None:
            able.append(call)
        else:
            await _release(unit, call, "usage", [{"code": reason.code, "sentence": reason.sentence}])
    return able


async def _over_budget(
    repository: ClaimRepository, accounts: Mapping[uuid.UUID, UsageAccount], campaigns: set[uuid.UUID]
) -> dict[uuid.UUID, Reason]:
    """Of these campaigns those whose budget is used up, and what to say of it."""
    limited = [row for row in (await repository.campaigns(campaigns)).values() if row.budget is not None]
    spent, found = await repository.spent([row.id for row in limited]) if limited else {}, dict[uuid.UUID, Reason]()
    for row in limited:
        cost, currency = spent.get(row.id, (Decimal(0), ""))
        reason = over_budget(row.budget, towards_budget(accounts.get(row.workspace_id), cost, currency))
        if reason is not None:
            found[row.id] = reason
    return found


def _has_caller(call: Call, question: Question, callers: SingleCallers, headroom: Headroom) -> bool:
    """Choose again who calls, unless the request said it. A call without one stays due for a line, or waits for a number."""
    if not call.caller_choice:
        return headroom.on_trunk(question.trunk)
    chosen = callers.choose(_wanted(call, question.workspace), headroom.on_trunk)
    if isinstance(chosen, NoCaller):
        call.due_at = chosen.until or call.due_at
        call.caller_choice = waiting(chosen)
        return False
    callers.count(chosen.number.id)
    call.trunk_id, call.from_number_id, call.from_e164 = chosen.trunk.id, chosen.number.id, chosen.number.e164
    call.caller_choice = chosen.choice
    return True


def _wanted(call: Call, workspace: Workspace) -> Wanted:
    return Wanted(workspace.id, workspace.time_zone, call.to_e164, call.contact_id, call.assistant_id, call.is_rehearsal)


async def _questions(repository: ClaimRepository, calls: list[Call]) -> list[Question]:
    workspaces = await repository.workspaces({c.workspace_id for c in calls})
    trunks = await repository.trunks({c.trunk_id for c in calls})
    contacts = await repository.contacts({c.contact_id for c in calls if c.contact_id})
    campaigns = await repository.campaigns({c.campaign_id for c in calls if c.campaign_id})
    return [
        Question(
            workspaces[c.workspace_id],
            trunks[c.trunk_id],
            c.to_e164,
            contacts[c.contact_id] if c.contact_id else None,
            campaigns[c.campaign_id] if c.campaign_id else None,
            c.ringing_timeout_s,
            caller_id_owned=bool(c.caller_choice) or c.from_number_id is not None,
        )
        for c in calls
    ]


async def _give_way(unit: Unit, call: Call, to: Yielded) -> None:
    """The call comes later, and its ledger says why, as what it is of does."""
    call.due_at, why = to.until, A_PLANNED_CALL if to.is_planned else ANOTHER_CALL
    said = {"why": why, "until": to.until.isoformat()}
    await hear(unit, call.id, Testimony("task", f"gave_way:{unit.now.isoformat()}", "gave_way", unit.now, None, said))
    await GivingWayRepository(unit.session).tell(call.id, call.schedule_run_id, why)


async def _give_up(unit: Unit, call: Call, answer: Answer) -> None:
    """A call that may never be made is given up with the verdict."""
    await _keep_verdict(unit, call, answer)
    await _release(unit, call, "gate", reasons_of(answer.decision))


async def _keep_what_changed(unit: Unit, kept_waiting: Sequence[tuple[Call, Answer]]) -> None:
    """Of calls that are not made now, the verdict is kept when it says something else than the last: they are looked at over and over,
    and whoever asks why one waits is told what is true today."""
    last = await CallRepository(unit.session).verdicts([call.verdict_id for call, _ in kept_waiting if call.verdict_id])
    for call, answer in kept_waiting:
        before = last.get(call.verdict_id) if call.verdict_id else None
        if before is None or not says_the_same(answer.decision, before):
            await _keep_verdict(unit, call, answer)


async def _release(unit: Unit, call: Call, by: str, reasons: list[dict[str, Any]]) -> None:
    """Give up a call that was not dialled, for good."""
    call.failure = "; ".join(reason["sentence"] for reason in reasons)
    await unit.session.flush()
    await hear(unit, call.id, Testimony("task", by, f"{by}_refused", unit.now, Fact.RELEASED, {"reasons": reasons}))


async def _claim(unit: Unit, call: Call, answer: Answer) -> None:
    await _keep_verdict(unit, call, answer)
    call.claimed_at = unit.now
    call.holds_number = call.holds_slot = True
    call.lease_until = lease_of(call, CallState.QUEUED, unit.now)
    unit.nudges.add("dispatch_call", call.id)
    tell_claimed(unit, [facts_of(call) | {"id": call.id, "trace_context": call.trace_context}])


async def _keep_verdict(unit: Unit, call: Call, answer: Answer) -> None:
    verdict = verdict_of(answer, unit.now, call_id=call.id)
    await CallRepository(unit.session).add_verdict(verdict)
    call.verdict_id = verdict["id"]
