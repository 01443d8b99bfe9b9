"""`callwright webhooks`: endpoints that are told what happens, and what they were told."""

from typing import Annotated, Any

import typer

from control_plane.domain.counted import counted
from control_plane.remote.client import Remote, RemoteError
from control_plane.remote.terminal import (
    DEFAULT_LIMIT,
    DEFAULT_URL,
    AsJson,
    Columns,
    Key,
    Limit,
    Url,
    Yes,
    asking,
    confirm,
    given,
    instant,
    print_done,
    print_fields,
    print_items,
    print_json,
    say,
)

_PATH, _DELIVERIES = "/webhook-endpoints", "/webhook-deliveries"
_MOST_REPLAYED = 1000

app = typer.Typer(help="Endpoints that are told what happens, and what they were told.", no_args_is_help=True, add_completion=False)
Which = Annotated[str, typer.Argument(help="The endpoint's id, or its whole URL.", metavar="ENDPOINT")]
OfEndpoint = Annotated[str, typer.Option("--endpoint", help="To this endpoint, by id or whole URL.")]

_COLUMNS: Columns = {
    "Id": "id",
    "URL": "url",
    "State": "state",
    "Events": lambda each: "all" if not each["events"] else len(each["events"]),
    "Trouble": lambda each: each["disabled_reason"] or (f"fails since {instant(each['failing_since'])}" if each["failing_since"] else ""),
}
_DELIVERED: Columns = {
    "Id": "id",
    "Event": "event_type",
    "Happened": lambda each: instant(each["happened_at"]),
    "State": "state",
    "Attempts": "attempts",
    "Answer": lambda each: each["last_status"] or each["last_error"],
    "Next": lambda each: instant(each["next_attempt_at"]),
}


@app.command("list")
def list_endpoints(url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False, limit: Limit = DEFAULT_LIMIT) -> None:
    """All endpoints, newest first."""
    with asking(url, key) as remote:
        found = remote.first(_PATH, limit)
    print_items(found, _COLUMNS, "There is no endpoint yet; `callwright webhooks create` makes one.", as_json=as_json)


@app.command()
def create(
    address: Annotated[str, typer.Argument(help="Where to send, https://…", metavar="ADDRESS")],
    event: Annotated[list[str] | None, typer.Option("--event", help="Only these, such as call.ended; all unless said.")] = None,
    description: Annotated[str, typer.Option(help="For people.")] = "",
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Make an endpoint and print the secret that its messages are signed with; it is shown once."""
    body: dict[str, Any] = dict(given(url=address, description=description))
    if event:
        body["events"] = event
    with asking(url, key) as remote:
        made = remote.post(_PATH, body)
    print_done(made, f"Endpoint {made['id']} is made; its secret, shown once: {made['secret']}", as_json=as_json)


@app.command("test")
def try_out(endpoint: Which, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Send a message to try it."""
    with asking(url, key) as remote:
        made = remote.post(f"{_PATH}/{_endpoint(remote, endpoint)['id']}/test")
    print_done(made, f"Delivery {made['id']} is {made['state']}; `callwright webhooks delivery {made['id']}` tells more.", as_json=as_json)


@app.command("rotate-secret")
def rotate_secret(endpoint: Which, yes: Yes = False, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Give an endpoint a new secret, and print it; the former one holds on for a while."""
    with asking(url, key) as remote:
        there = _endpoint(remote, endpoint)
        confirm(f"Give {there['url']} a new secret?", is_sure=yes)
        made = remote.post(f"{_PATH}/{there['id']}/rotate-secret")
    until = f" The former one holds until {instant(made['former_secret_until'])}." if made["former_secret_until"] else ""
    print_done(made, f"The new secret, shown once: {made['secret']}{until}", as_json=as_json)


@app.command()
def delete(endpoint: Which, yes: Yes = False, url: Url = DEFAULT_URL, key: Key = "", as_json: AsJson = False) -> None:
    """Delete an endpoint; nothing more is sent there."""
    with asking(url, key) as remote:
        there = _endpoint(remote, endpoint)
        confirm(f"Delete the endpoint {there['url']}?", is_sure=yes)
        remote.delete(f"{_PATH}/{there['id']}")
    print_done(there, f"Nothing more is sent to {there['url']}.", as_json=as_json)


@app.command()
def deliveries(
    endpoint: OfEndpoint = "",
    state: Annotated[str, typer.Option(help="pending, delivered, failed or canceled.")] = "",
    event: Annotated[str, typer.Option(help="Of this kind, such as call.ended.")] = "",
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """What was sent, newest first."""
    with asking(url, key) as remote:
        endpoint_id = _endpoint(remote, endpoint)["id"] if endpoint else ""
        found = remote.first(_DELIVERIES, limit, **given(endpoint_id=endpoint_id, state=state, event_type=event))
    print_items(found, _DELIVERED, "There is no such delivery.", as_json=as_json)


@app.command()
def delivery(
    which: Annotated[str, typer.Argument(help="The delivery's id.", metavar="DELIVERY")],
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """One delivery, with what was sent."""
    with asking(url, key) as remote:
        found = remote.get(f"{_DELIVERIES}/{remote.id(which, 'delivery')}")
    print_fields(found, as_json=as_json)


@app.command()
def replay(
    which: Annotated[list[str] | None, typer.Argument(help="Deliveries by their ids.", metavar="[DELIVERY]...")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that have failed, of --endpoint where it is said.")] = False,
    endpoint: OfEndpoint = "",
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Send again what was sent before; a receiver knows it by its event id."""
    if bool(which) == failed:
        raise typer.BadParameter("say which deliveries, or --failed.", param_hint="DELIVERY")
    with asking(url, key) as remote:
        ids = [remote.id(each, "delivery") for each in which or ()]
        if failed:
            endpoint_id = _endpoint(remote, endpoint)["id"] if endpoint else ""
            ids = [each["id"] for each in remote.first(_DELIVERIES, _MOST_REPLAYED, **given(state="failed", endpoint_id=endpoint_id))]
        sent = [remote.post(f"{_DELIVERIES}/{each}/replay") for each in ids]
    if as_json:
        print_json(sent)
    else:
        say(f"{counted(len(sent), 'delivery is', 'deliveries are')} sent again.")


def _endpoint(remote: Remote, given_as: str) -> dict[str, Any]:
    if "://" not in given_as:
        return remote.get(f"{_PATH}/{remote.id(given_as, 'endpoint')}")
    found = [each for each in remote.items(_PATH) if each["url"] == given_as]
    if len(found) != 1:
        said = f"{len(found)} endpoints have" if found else "No endpoint has"
        raise RemoteError(f"{said} the URL {given_as}; say which by its id.")
    return found[0]
