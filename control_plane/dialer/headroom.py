"""What may still start, per scope, while one claiming transaction runs: counted once from the rows, then kept in step."""

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from control_plane.db.models import Campaign, Trunk, UsageAccount, Workspace
from control_plane.dialer.claim_rows import LiveCount
from control_plane.dialer.protection import pace_of
from control_plane.domain.allowance import UNLIMITED, Allowance, used_up
from control_plane.domain.breaker import BreakerRules, Gate, passage
from control_plane.domain.decision import Reason
from control_plane.domain.pacing import Room, may_be_claimed, most_waiting_for_token, slow_start, startable
from control_plane.usage.accounts import allowance_of, this_month

PLENTY = 1_000_000


class Headroom:
    """Slots of agent workers, trunk lines, calls per campaign and workspace. Holds only under the claim lock."""

    def __init__(self, now: datetime, slots: int, taken: int, live: Iterable[LiveCount], rules: BreakerRules, ramp: timedelta) -> None:
        self._now = now
        self._rules = rules
        self._ramp = ramp
        self._slots_there = slots
        # Calls under way and, of them, those on their way to the dial: by trunk, and by campaign; all of them by workspace.
        self._on_lines, self._waiting = Counter[uuid.UUID](), Counter[uuid.UUID]()
        self._campaigns, self._campaigns_waiting = Counter[uuid.UUID](), Counter[uuid.UUID]()
        self._workspaces = Counter[uuid.UUID]()
        self._dialled: dict[uuid.UUID, datetime] = {}
        self._let: dict[uuid.UUID, int] = {}
        self._allowances: dict[uuid.UUID, Allowance] = {}
        self.slots = max(0, slots - taken)
        for row in live:
            self._count(row.workspace_id, row.trunk_id, row.campaign_id, row.calls, is_waiting=row.is_waiting)
            if row.dialled_at is not None:
                self._dialled[row.trunk_id] = max(row.dialled_at, self._dialled.get(row.trunk_id, row.dialled_at))

    def on_trunk(self, trunk: Trunk) -> bool:
        """Has the trunk a line free, and few enough calls waiting for its turn? One that is paused or unknown to LiveKit has none; one
        that is on trial takes one call at a time, and none while that is at the phone."""
        most = self._most_waiting(trunk)
        lines, waiting = Room(trunk.max_concurrent_calls, self._on_lines[trunk.id]), Room(most, self._waiting[trunk.id])
        return most > 0 and startable(lines, waiting) != 0

    def _most_waiting(self, trunk: Trunk) -> int:
        """How many calls may be on their way to the trunk's turn; it is asked about for each candidate, and is the same throughout."""
        if trunk.id not in self._let:
            let = passage(trunk.paused_reason, trunk.paused_at, self._now, self._rules.set_by(trunk.breaker))
            if let is Gate.OPEN_TO_ALL:
                most = most_waiting_for_token(pace_of(trunk, self._now))
            else:
                most = int(let is Gate.OPEN_TO_ONE and not self._is_on_trial(trunk))
            self._let[trunk.id] = most if trunk.livekit_outbound_trunk_id is not None else 0
        return self._let[trunk.id]

    def _is_on_trial(self, trunk: Trunk) -> bool:
        """Whether a call that was dialled since the trunk's pause is at the phone: `protection.pause_of` lets none be dialled beside it."""
        return trunk.paused_at is not None and trunk.id in self._dialled and self._dialled[trunk.id] >= trunk.paused_at

    def in_campaign(self, campaign: Campaign) -> int:
        """How many calls of the campaign may start now: its limit, warmed up slowly, and its pace."""
        limit = min(campaign.max_concurrent_calls or PLENTY, self._slots_there)
        warm_since = None if self.is_cold(campaign) else campaign.warm_since
        live = Room(slow_start(limit, warm_since, self._now, self._ramp), self._campaigns[campaign.id])
        room = startable(live) or 0
        if campaign.calls_per_minute is None:
            return room
        on_their_way = self._campaigns_waiting[campaign.id]
        return min(room, may_be_claimed(campaign.next_start_at, self._now, campaign.calls_per_minute / 60, on_their_way))

    def lets_single_of(self, campaign: Campaign) -> bool:
        """May a single call that names the campaign be made beside its others? Somebody waits for it: it waits for no warming up, and for
        the campaign's pace only when it is ready."""
        return Room(campaign.max_concurrent_calls, self._campaigns[campaign.id]).left != 0

    def is_cold(self, campaign: Campaign) -> bool:
        """Nothing of the campaign is under way, or it has never claimed a call itself (single calls may name it): agents and network have
        to warm up to it."""
        return campaign.warm_since is None or self._campaigns[campaign.id] == 0

    def allow(self, workspace: Workspace, account: UsageAccount | None) -> Reason | None:
        """Learn what the workspace may still use this month. Why it may not have any call more, if so, by what has ended."""
        self._allowances[workspace.id] = allowance_of(account, this_month(self._now, workspace.time_zone))
        return used_up(self._allowances[workspace.id])

    def in_workspace(self, workspace: Workspace) -> bool:
        """May the workspace have another call? One that is halted claims nothing, so that its contacts stay due for the resume; calls
        under way count towards a limit of calls, because nobody knows yet that they will."""
        live = self._workspaces[workspace.id]
        has_line = Room(workspace.max_concurrent_calls, live).left != 0
        return not workspace.is_halted and has_line and used_up(self._allowances.get(workspace.id, UNLIMITED), live) is None

    def take(self, workspace_id: uuid.UUID, trunk_id: uuid.UUID, campaign_id: uuid.UUID | None) -> None:
        """One call is being claimed: every scope it counts in has one less."""
        self.slots -= 1
        self._count(workspace_id, trunk_id, campaign_id, 1)

    def give_back(self, workspace_id: uuid.UUID, trunk_id: uuid.UUID, campaign_id: uuid.UUID | None) -> None:
        """It was not claimed after all."""
        self.slots += 1
        self._count(workspace_id, trunk_id, campaign_id, -1)

    def _count(
        self, workspace_id: uuid.UUID, trunk_id: uuid.UUID, campaign_id: uuid.UUID | None, calls: int, *, is_waiting: bool = True
    ) -> None:
        self._workspaces[workspace_id] += calls
        self._on_lines[trunk_id] += calls
        self._waiting[trunk_id] += calls if is_waiting else 0
        if campaign_id is not None:
            self._campaigns[campaign_id] += calls
            self._campaigns_waiting[campaign_id] += calls if is_waiting else 0
