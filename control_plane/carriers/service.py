"""A workspace's account at Twilio: given, looked at, taken back."""

import uuid
from collections.abc import Callable

from control_plane.audit.service import record
from control_plane.carriers.accounts import Accounts
from control_plane.carriers.repository import TWILIO, AccountRepository
from control_plane.carriers.schemas import (
    TwilioAccountIn,
    TwilioAccountOut,
    TwilioLimits,
    TwilioNumber,
    TwilioNumbers,
    TwilioStatus,
    UsageLine,
)
from control_plane.db.models import CarrierAccount, Secret
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound, Unavailable
from control_plane.kit.ids import new_id
from control_plane.kit.secrets import SecretBox
from control_plane.settings import Settings
from control_plane.telephony.twilio import AccountFacts, CarrierError, Connect, OwnedNumber, Result, TwilioAccess, TwilioSide, in_thread

TRIAL = TwilioLimits(calls_per_second=1.0, max_concurrent_calls=4, source="Twilio's limits of trial accounts")
FULL = TwilioLimits(
    calls_per_second=1.0, max_concurrent_calls=None, source="Twilio's default per trunk and region; a raised one stands in its console"
)
"""facts/dialer §2.3: no endpoint of Twilio's tells the calls per second of a trunk."""


class TwilioService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, box: SecretBox, settings: Settings, connect: Connect) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._box = box
        self._settings = settings
        self._connect = connect
        self._rows = AccountRepository(unit.session)
        self._accounts = Accounts(unit.session, box, settings)

    async def account(self) -> TwilioAccountOut:
        found = await self._rows.of_workspace(self._workspace_id)
        if found is not None:
            row, token, signing = found
            return self._out(row.account_sid, token.name, signing.name if signing is not None else None)
        shared = self._accounts.of_installation()
        if shared is None:
            raise NotFound("The workspace has no Twilio account yet.", code="twilio_account_not_found")
        return self._out(shared.account_sid, None, None)

    async def give(self, wanted: TwilioAccountIn) -> TwilioAccountOut:
        """Twilio is asked whether it takes the credentials. Raises `Invalid`, `Conflict` while something is built in another account."""
        token, _ = await self._secrets_of(wanted)
        await self._check(TwilioAccess(wanted.account_sid, self._box.open(token.value_sealed)))
        # The transaction was let go while Twilio was asked.
        token, signing = await self._secrets_of(wanted)
        row = await self._rows.locked(self._workspace_id)
        before = _trail(row) if row is not None else None
        row = row or CarrierAccount(id=new_id(), workspace_id=self._workspace_id, provider=TWILIO, created_at=self._unit.now)
        row.account_sid, row.auth_token_secret_id = wanted.account_sid, token.id
        row.signing_secret_id, row.updated_at = signing.id if signing is not None else None, self._unit.now
        await self._rows.add(row)
        record(self._unit, self._workspace_id, "carrier_account.given", "carrier_account", row.id, before, _trail(row))
        return self._out(row.account_sid, token.name, signing.name if signing is not None else None)

    async def _secrets_of(self, wanted: TwilioAccountIn) -> tuple[Secret, Secret | None]:
        token = await self._secret(wanted.auth_token_secret, "auth_token_secret")
        signing = await self._secret(wanted.signing_secret, "signing_secret") if wanted.signing_secret is not None else None
        present = await self._accounts.of_workspace(self._workspace_id)
        if present is not None and present.account_sid != wanted.account_sid:
            await self._check_nothing_is_built()
        return token, signing

    async def take_back(self) -> None:
        """Raises `Conflict` while something of ours is in the account."""
        row = await self._rows.locked(self._workspace_id)
        if row is None:
            raise NotFound("The workspace has no Twilio account of its own.", code="twilio_account_not_found")
        await self._check_nothing_is_built()
        record(self._unit, self._workspace_id, "carrier_account.removed", "carrier_account", row.id, _trail(row), None)
        await self._rows.remove(row)

    async def status(self) -> TwilioStatus:
        """Asked of Twilio now. Raises `Unavailable`."""
        return _status(await self._ask(TwilioSide.facts, lets_go=True))

    async def numbers(self) -> TwilioNumbers:
        """The account's numbers, asked of Twilio now, and which of them the workspace has. Raises `Unavailable`."""
        owned = await self._ask(TwilioSide.numbers, lets_go=True)
        ours = await self._rows.ours(self._workspace_id, [number.e164 for number in owned])
        built = await self._rows.trunk_sids(self._workspace_id)
        return TwilioNumbers(items=[_number(number, ours.get(number.e164), built) for number in owned])

    async def owned(self) -> list[OwnedNumber]:
        """Within the transaction, which holds the caller's Idempotency-Key."""
        return await self._ask(TwilioSide.numbers, lets_go=False)

    async def _ask(self, question: Callable[[TwilioSide], Result], *, lets_go: bool) -> Result:
        """`lets_go`: the transaction ends before, so that no database connection waits for Twilio."""
        access = await self._accounts.of_workspace(self._workspace_id)
        if access is None:
            raise NotFound("The workspace has no Twilio account yet.", code="twilio_account_not_found")
        side = TwilioSide(self._connect(access))
        if lets_go:
            await self._unit.session.rollback()
        try:
            return await in_thread(lambda: question(side))
        except CarrierError as error:
            if error.is_passing:
                raise Unavailable(str(error), code="carrier_unavailable") from error
            raise Conflict(str(error), code="carrier_refuses") from error

    async def _check(self, access: TwilioAccess) -> None:
        side = TwilioSide(self._connect(access))
        await self._unit.session.rollback()
        try:
            await in_thread(side.check)
        except CarrierError as error:
            if error.is_passing:
                raise Unavailable(str(error), code="carrier_unavailable") from error
            raise Invalid.field("auth_token_secret", str(error)) from error

    async def _check_nothing_is_built(self) -> None:
        if await self._rows.is_built_in(self._workspace_id):
            why = "Trunks are built in this account; delete them first, and wait until they are gone from it."
            raise Conflict(why, code="carrier_account_in_use")

    async def _secret(self, name: str, field: str) -> Secret:
        found = await self._rows.secret(self._workspace_id, name)
        if found is None:
            raise Invalid.field(field, f"There is no secret called {name!r}; entrust it first (POST /secrets).")
        if found.base_url:
            raise Invalid.field(field, f"The secret {name!r} is for {found.base_url} and is sent nowhere else.")
        return found

    def _out(self, account_sid: str, token: str | None, signing: str | None) -> TwilioAccountOut:
        base = self._settings.public_url.rstrip("/")
        return TwilioAccountOut(
            account_sid=account_sid,
            source="installation" if token is None else "workspace",
            auth_token_secret=token,
            signing_secret=signing,
            status_callback_url=f"{base}/webhooks/twilio/status",
            recording_callback_url=f"{base}/webhooks/twilio/recording",
        )


def _trail(row: CarrierAccount) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("provider", "account_sid", "auth_token_secret_id", "signing_secret_id")}


def _status(facts: AccountFacts) -> TwilioStatus:
    lines = [
        UsageLine(category=category, amount=amount, unit=unit, price=None if price is None else str(price))
        for category, amount, unit, price in facts.usage
    ]
    return TwilioStatus(
        account_name=facts.name,
        status=facts.status,
        is_trial=facts.is_trial,
        balance=None if facts.balance is None else str(facts.balance),
        currency=facts.currency,
        limits=TRIAL if facts.is_trial else FULL,
        usage_this_month=lines,
    )


def _number(owned: OwnedNumber, number_id: uuid.UUID | None, built: set[str]) -> TwilioNumber:
    is_elsewhere = bool(owned.trunk_sid) and owned.trunk_sid not in built
    return TwilioNumber(e164=owned.e164, name=owned.name, has_voice=owned.has_voice, is_on_another_trunk=is_elsewhere, number_id=number_id)
