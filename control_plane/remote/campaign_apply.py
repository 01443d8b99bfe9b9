"""Does what a plan says, step by step. Whatever a step did is found done by the next plan, so an `apply` that broke off is run again."""

import time
from collections.abc import Callable
from typing import Any

from control_plane.domain.counted import counted
from control_plane.remote.campaign_plan import UNDER_WAY, Plan, compared, import_options, merged, wanted_campaign
from control_plane.remote.client import Remote, RemoteError

_LOOK_EVERY_S = 0.5
Say = Callable[[str], None]


def apply(remote: Remote, plan: Plan, say: Say) -> dict[str, Any]:
    """Returns the campaign afterwards. Raises `RemoteError` at the first step that is refused."""
    _assistant(remote, plan, say)
    _contacts(remote, plan, say)
    campaign = _campaign(remote, plan, say)
    if plan.starts:
        campaign = remote.post(f"/campaigns/{campaign['id']}/start")
        say(f"The campaign {campaign['name']} is running.")
    return campaign


def _assistant(remote: Remote, plan: Plan, say: Say) -> None:
    if isinstance(plan.file.assistant, str):
        return
    there = plan.assistant
    if there is None:
        plan.assistant = there = _made(remote, "/assistants", plan.file.assistant)
        say(f"The assistant {there['name']} is made.")
    elif plan.assistant_changes:
        remote.patch(f"/assistants/{there['id']}", merged(there, plan.assistant_changes))
        say(f"The assistant {there['name']} is changed.")
    if plan.publishes:
        remote.post(f"/assistants/{there['id']}/publish")
        say(f"The assistant {there['name']} is published.")


def _made(remote: Remote, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return remote.post(path, body)


def _contacts(remote: Remote, plan: Plan, say: Say) -> None:
    people = plan.contact_list
    if people is None:
        plan.contact_list = people = _made(remote, "/contact-lists", {"name": plan.file.contacts["list"]})
        say(f"The contact list {people['name']} is made.")
    if plan.is_import_needed:
        done = _imported(remote, plan, people["id"])
        say(f"{counted(done['rows'], 'row')}: {done['created']} created, {done['updated']} updated, {done['rejected']} rejected.")
    if plan.leavers:
        _take_off(remote, plan, people["id"], say)


def _imported(remote: Remote, plan: Plan, list_id: str) -> dict[str, Any]:
    assert plan.file.people is not None
    row = remote.upload(f"/contact-lists/{list_id}/imports", plan.file.people, import_options(plan.file))
    while row["state"] not in ("completed", "failed"):
        time.sleep(_LOOK_EVERY_S)
        row = remote.get(f"/imports/{row['id']}")
    if row["state"] == "failed":
        raise RemoteError(row["error"])
    return row


def _take_off(remote: Remote, plan: Plan, list_id: str, say: Say) -> None:
    """A comparison names the first of very many, so it is asked again until nobody is left.

    Off the list is only who is not called any more: whoever is on it is what the next plan finds.
    """
    gone: set[str] = set()
    in_call: set[str] = set()
    skipped = 0
    leavers = plan.leavers
    while leavers:
        leaving = [leaver["contact_id"] for leaver in leavers]
        now_skipped, now_in_call = _skip(remote, plan.campaign, set(leaving))
        skipped += now_skipped
        in_call |= now_in_call
        for contact_id in leaving:
            if contact_id not in in_call:
                remote.delete(f"/contact-lists/{list_id}/contacts/{contact_id}")
                gone.add(contact_id)
        # Whoever came back meanwhile is somebody else's wish.
        leavers = [each for each in compared(remote, plan.file, plan.contact_list)["leavers"] if each["contact_id"] not in gone | in_call]
    plan.stayed = sorted(in_call)
    waited = counted(skipped, "of them waited for a call and is skipped", "of them waited for a call and are skipped")
    say(f"{counted(len(gone), 'contact is', 'contacts are')} taken off the list; {waited}.")
    if in_call:
        staying = counted(len(in_call), "contact is being called right now and stays", "contacts are being called right now and stay")
        say(f"{staying} on the list; apply the file again afterwards.")


def _skip(remote: Remote, campaign: dict[str, Any] | None, leaving: set[str]) -> tuple[int, set[str]]:
    """Whoever is enrolled would stay so without the list. Returns how many are skipped, and the contacts to whom a call is being made."""
    skipped, in_call = 0, set[str]()
    if campaign is None or campaign["execution_status"] not in UNDER_WAY:
        return skipped, in_call
    # All states: between a list of those who wait and a list of those who are called somebody could change from one to the other.
    enrolled = [each for each in remote.items(f"/campaigns/{campaign['id']}/enrollments") if each["contact_id"] in leaving]
    for each in enrolled:
        if each["state"] not in ("waiting", "claimed"):
            continue
        try:
            remote.post(f"/enrollments/{each['id']}/skip")
            skipped += 1
        except RemoteError as error:
            if error.code == "enrollment_in_call":
                in_call.add(each["contact_id"])
            elif error.code != "enrollment_closed":
                raise
    return skipped, in_call


def _campaign(remote: Remote, plan: Plan, say: Say) -> dict[str, Any]:
    wanted = wanted_campaign(plan)
    if plan.campaign is None:
        made = remote.post("/campaigns", wanted)
        say(f"The campaign {made['name']} is made.")
        return made
    # The list or the assistant may have been made only now.
    changed = {change.field for change in plan.campaign_changes}
    new = {name: wanted[name] for name in ("assistant_id", "contact_list_ids") if sorted(plan.campaign[name]) != sorted(wanted[name])}
    if not changed and not new:
        return plan.campaign
    sent = merged(plan.campaign, plan.campaign_changes) | new
    after = remote.patch(f"/campaigns/{plan.campaign['id']}", sent)
    say(f"The campaign {after['name']} is changed: {', '.join(sorted(sent))}.")
    return after
