"""`callwright usage`: what was used and what it cost."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from control_plane.remote.terminal import DEFAULT_URL, AsJson, Key, Url, asking, given, print_json, print_table, say

app = typer.Typer()


class By(StrEnum):
    DAY = "day"
    CAMPAIGN = "campaign"
    ASSISTANT = "assistant"
    DESTINATION = "destination"


_NAMES = {By.DAY: "day", By.CAMPAIGN: "campaign_id", By.ASSISTANT: "assistant_id", By.DESTINATION: "prefix"}
_NAMED_BY = {By.CAMPAIGN: "/campaigns", By.ASSISTANT: "/assistants"}


@app.command()
def usage(
    month: Annotated[str, typer.Option(help="Such as 2026-11; this month unless said.")] = "",
    by: Annotated[By, typer.Option(help="How to split it.")] = By.DAY,
    url: Url = DEFAULT_URL,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Calls, minutes and cost of a month, its limits and what is left of the credits."""
    with asking(url, key) as remote:
        told = remote.get("/usage", **given(month=month))
        names = {item["id"]: item["name"] for item in remote.items(_NAMED_BY[by])} if by in _NAMED_BY and not as_json else {}
    if as_json:
        print_json(told)
        return
    rows = [_row(_name(each[_NAMES[by]], names), each) for each in told[f"by_{by}"]]
    rows += [_row("total", each) for each in (told["total"], *told["other_currencies"])]
    print_table((by.capitalize(), "Calls", "Failed", "Minutes", "Network", "Models", "Cost", "Currency"), rows, "")
    limits = [f"{value} {name}" for name, value in told["limits"].items() if value is not None]
    say(f"Limits of a month: {', '.join(limits)}." if limits else "No limit of a month is set.")
    if told["credits"] is not None:
        say(f"Credits left: {told['credits']} {told['currency']}.")
    for notice in told["notices"]:
        say(f"! {notice['percent']} % of the limit of {notice['limit']} {notice['measure']} was reached.")


def _name(found: str | None, names: dict[str, str]) -> str:
    return "none" if found is None else names.get(found, found)


def _row(name: str, figures: dict[str, Any]) -> tuple[Any, ...]:
    shown = ("calls", "failed_calls", "minutes", "network_cost", "model_cost", "cost", "currency")
    return (name, *(figures[each] for each in shown))
