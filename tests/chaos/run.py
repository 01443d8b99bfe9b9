"""One run: start everything, do what the plan says, leave it in peace, gather both ledgers, check."""

import asyncio
import json
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from control_plane.local.livekit_binary import Finder
from tests.chaos.checker import RECOVERY_LIMIT_S, check
from tests.chaos.evidence import CALLS, ENROLLMENTS, LIMITS, SUPPRESSIONS, Database, Evidence, Limits
from tests.chaos.findings import Finding
from tests.chaos.halts import Halts, Handles
from tests.chaos.livekit_platform import LiveKitPlatform
from tests.chaos.plan import HALTS, Fault, Shape, faults
from tests.chaos.platform import Platform
from tests.chaos.seeding import Seeded, seed_contacts
from tests.fakes.telephony_server import open_calls

LOOK_S = 1.0


@dataclass(slots=True)
class Result:
    seed: int
    shape: Shape
    findings: list[Finding]
    injected: Counter[str]
    evidence: Evidence
    took_s: float
    peace_s: float
    under_fire: int
    """INVITEs sent before the last fault was over."""
    shortened: int
    """Reservations of lost calls that the run let end early, because nobody wants to wait for them."""
    folder: Path

    @property
    def broken(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.holds]


@dataclass
class Run:
    """`patience_s` is the longest peace; `shortens` lets the reservations of lost calls end at once instead of after some minutes."""

    seed: int
    shape: Shape
    folder: Path
    patience_s: float
    shortens: bool
    injected: Counter[str] = field(default_factory=Counter)
    _opt_outs: list[tuple[str, float]] = field(default_factory=list)
    _samples: list = field(default_factory=list)
    _shortened: int = 0
    _recovered_s: float | None = None

    def go(self) -> Result:
        begun = time.monotonic()
        self._platform = self._make_platform()
        try:
            self._platform.start_stores()
            self._database = Database(self._platform.database_url)
            seeded = asyncio.run(seed_contacts(self._platform.database_url, self.seed, self.shape))
            self._platform.start_processes()
            self._halts = Halts(self._handles(seeded), self._database)
            self._chaos(seeded)
            self._platform.settle()
            under_fire = sum(line["event"] == "invite" for line in self._platform.ledger_lines())
            self._halts.finish(self._platform.tend)
            peace_s = self._peace()
            evidence = self._gather()
        finally:
            self._platform.close()
        findings = check(evidence, self.shape)
        took_s = time.monotonic() - begun
        return Result(self.seed, self.shape, findings, self.injected, evidence, took_s, peace_s, under_fire, self._shortened, self.folder)

    def _make_platform(self) -> Platform:
        if self.shape.is_on_livekit:
            return LiveKitPlatform(self.folder, self.shape, Finder(os.environ, print).find())
        return Platform(self.folder, self.shape)

    def _handles(self, seeded: Seeded) -> Handles:
        platform = self._platform
        log = self.folder / "logs" / "shell.log"
        return Handles(platform.api_url, platform.owner_key, str(seeded.campaign_id), platform.environment, log)

    def _chaos(self, seeded: Seeded) -> None:
        begun, planned = time.monotonic(), faults(self.seed, self.shape)
        chance, next_opt_out = random.Random(self.seed), self.shape.opt_out_every_s
        while (at := time.monotonic() - begun) < self.shape.lasts_s:
            while planned and planned[0].at_s <= at:
                self._inject(planned.pop(0))
            if at >= next_opt_out:
                self._opt_out(chance.choice(seeded.numbers))
                next_opt_out += self.shape.opt_out_every_s
            self._platform.tend()
            self._look()
            time.sleep(0.05)

    def _inject(self, fault: Fault) -> None:
        self.injected[fault.name] += 1
        if fault.kind in HALTS:
            self._halts.pull(fault.kind, fault.for_s)
        else:
            self._platform.do(fault)

    def _opt_out(self, number: str) -> None:
        """By the public API; only what it has confirmed counts."""
        headers = {"Authorization": f"Bearer {self._platform.owner_key}"}
        try:
            answer = httpx.post(
                f"{self._platform.api_url}/api/v1/suppressions", json={"e164": number, "reason": "chaos"}, headers=headers, timeout=1
            )
        except httpx.HTTPError:
            return
        if answer.is_success:
            self._opt_outs.append((number, time.time()))

    def _look(self) -> None:
        if not self._samples or time.time() - self._samples[-1].at >= LOOK_S:
            sample = self._database.sample()
            if sample is not None:
                self._samples.append(sample)

    def _peace(self) -> float:
        """Until every contact has ended, at most for `patience_s`; returns how long that was."""
        begun, begun_at = time.monotonic(), time.time()
        while (passed := time.monotonic() - begun) < self.patience_s:
            self._platform.tend()
            self._look()
            last = self._samples[-1]
            if self._recovered_s is None and last.at > begun_at and (last.oldest_claim is None or last.oldest_claim > begun_at):
                self._recovered_s = passed
            if self.shortens and (self._recovered_s is not None or passed > RECOVERY_LIMIT_S / 2):
                self._shorten()
            if last.open_contacts == 0 and last.busy == 0 and self._recovered_s is not None:
                break
            time.sleep(0.2)
        return time.monotonic() - begun

    def _shorten(self) -> None:
        on_the_line = [line["number"] for line in open_calls(self._platform.ledger_lines()).values()]
        self._shortened += self._database.end_reservations(on_the_line)

    def _gather(self) -> Evidence:
        lines = self._platform.ledger_lines()
        confirmed = [(line["number"], line["at"]) for line in lines if line["event"] == "opt_out_confirmed"]
        opt_outs = [*self._opt_outs, *confirmed]
        calls, enrollments = self._database.rows(CALLS), self._database.rows(ENROLLMENTS)
        (self.folder / "calls.json").write_text(json.dumps([calls, enrollments], indent=1))
        suppressions = [(row["number"], row["committed_at"]) for row in self._database.rows(SUPPRESSIONS)]
        (limits,) = map(Limits.of, self._database.rows(LIMITS))
        return Evidence(lines, calls, enrollments, limits, opt_outs, suppressions, self._samples, self._halts.kept, self._recovered_s)
