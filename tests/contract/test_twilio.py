"""What an account at Twilio does with what we ask of it: the emulator that all other tests ask, and a real one where it is given.

In the account of `CALLWRIGHT_TRY_TWILIO_ACCOUNT_SID` and `CALLWRIGHT_TRY_TWILIO_AUTH_TOKEN` a trunk with its credentials is made and taken
away again, under a name of its own. That costs nothing; no number is bought or moved, and nobody is called.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import pytest

from control_plane.carriers.path import CarrierPath, new_password, username_of
from control_plane.kit.ids import new_id
from control_plane.telephony.twilio import CarrierError, Connect, Ensured, Result, TwilioAccess, TwilioSide, connect, in_thread
from tests.fakes.twilio import ACCOUNT, TOKEN, twilio_emulator
from tests.fixtures import outside


@dataclass(frozen=True)
class Account:
    access: TwilioAccess
    connect: Connect

    async def ask(self, question: Callable[[TwilioSide], Result]) -> Result:
        return await in_thread(lambda: question(TwilioSide(self.connect(self.access))))


@pytest.fixture(params=["emulator", "account"])
async def account(request: pytest.FixtureRequest) -> AsyncIterator[Account]:
    if request.param == "emulator":
        async with twilio_emulator() as emulator:
            emulator.add_number("+12025550250")
            yield Account(TwilioAccess(ACCOUNT, TOKEN), emulator.connect)
        return
    sid, token = outside.given("an account at Twilio", "CALLWRIGHT_TRY_TWILIO_ACCOUNT_SID", "CALLWRIGHT_TRY_TWILIO_AUTH_TOKEN")
    yield Account(TwilioAccess(sid, token), connect)


def built(side: TwilioSide, path: CarrierPath, *, is_known: bool) -> list[Ensured]:
    """All that `carriers.building` makes, but for a number."""
    trunk = side.ensure_trunk(path.name, path.domain, is_secure=path.is_secure)
    credentials = side.ensure_credential_list(path.name)
    credential = side.ensure_credential(credentials.sid, path.username, path.password, is_known=is_known)
    on_trunk = side.ensure_list_on_trunk(trunk.sid, credentials.sid)
    return [trunk, credentials, credential, on_trunk, side.ensure_origination(trunk.sid, path.name, path.origination_uri)]


def taken_away(side: TwilioSide, path: CarrierPath) -> None:
    side.remove_origination(path.domain, path.name)
    side.remove_list_from_trunk(path.domain, path.name)
    side.remove_trunk(path.domain)
    side.remove_credential_list(path.name)


async def test_the_account_tells_of_itself_and_its_numbers(account: Account) -> None:
    facts = await account.ask(TwilioSide.facts)
    assert (facts.status, facts.name != "", facts.currency != "") == ("active", True, True)
    assert all(number.e164.startswith("+") and number.sid.startswith("PN") for number in await account.ask(TwilioSide.numbers))


async def test_a_wrong_token_is_a_sentence(account: Account) -> None:
    stranger = replace(account, access=TwilioAccess(account.access.account_sid, "0" * 32))
    with pytest.raises(CarrierError, match=r"^Twilio does not accept the account SID and auth token\.$"):
        await stranger.ask(TwilioSide.check)


async def test_a_trunk_is_made_once_found_again_and_taken_away(account: Account) -> None:
    trunk_id = new_id()
    path = CarrierPath(
        new_id(), trunk_id, username=username_of(trunk_id), password=new_password(), origination_uri="sip:sip.example.com;transport=tcp"
    )
    try:
        made = await account.ask(lambda side: built(side, path, is_known=False))
        found = await account.ask(lambda side: built(side, path, is_known=True))
    finally:
        await account.ask(lambda side: taken_away(side, path))
    assert [each.change for each in made] == ["created"] * 5
    assert found == [Ensured(each.sid) for each in made]
    # Who repeats it after a crash finds nothing, and that is no error.
    await account.ask(lambda side: taken_away(side, path))
