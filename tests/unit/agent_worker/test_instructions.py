"""What the model is told about a call."""

from agent_worker.instructions import assemble
from sip_config.contract import CallOrder, CallPurpose


def order(**changes) -> CallOrder:
    base = {
        "call_id": "c1",
        "generation": 1,
        "room_name": "call-c1",
        "callee_identity": "callee-c1",
        "to": "+12025550101",
        "purpose": CallPurpose.CAMPAIGN,
        "system_prompt": "You are Ada.",
        "opening_line": "Hello, this is Ada.",
    }
    return CallOrder(**{**base, **changes})


def test_the_assistants_own_prompt_comes_first():
    assert assemble(order()).startswith("You are Ada.")


def test_every_part_of_the_order_is_told():
    told = assemble(
        order(
            campaign_prompt="Renew the card.",
            agenda="1. Ask for the new address.",
            custom_prompt="She moved last week.",
            initial_mood="cheerful",
            contact_name="Grace",
            contact_facts={"city": "Arlington"},
            language="es",
            outcome_labels=("interested", "callback"),
        )
    )
    for part in (
        "Renew the card.",
        "new address",
        "moved last week",
        "cheerful",
        "Grace",
        "city: Arlington",
        "Speak es",
        "interested, callback",
    ):
        assert part in told


def test_empty_parts_leave_no_heading():
    told = assemble(order())
    assert "# Campaign" not in told
    assert "# The person" not in told
    assert "set_outcome" not in told


def test_the_number_never_reaches_the_model():
    assert "+12025550101" not in assemble(order())


def test_the_opening_is_known_to_the_model_so_that_it_is_not_repeated():
    assert "Hello, this is Ada." in assemble(order())
