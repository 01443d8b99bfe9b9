"""What a campaign manager's own assistant may ask and do: the public API by the official `mcp` package.

A tool's docstring is what the model reads. Refusals come back as the API's own sentence.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mcp.server.fastmcp import FastMCP
from mcp.types import ToolAnnotations

from control_plane.remote.campaign_apply import apply
from control_plane.remote.campaign_file import CampaignFile, read
from control_plane.remote.campaign_plan import make_plan
from control_plane.remote.client import Remote, RemoteError

_MOST = 200
_INSTRUCTIONS = """Callwright places phone calls to people by AI assistants. Campaigns, assistants and lists go by name or id.
Numbers are E.164, such as +12025550123. Ask for a preview or a plan, and show it to the person, before anything is started or applied."""


def server(remote: Remote, folder: Path, *, may_write: bool) -> FastMCP:
    """`folder`: where campaign files may lie."""
    made = FastMCP("callwright", instructions=_INSTRUCTIONS, log_level="WARNING")
    reading, writing = Reading(remote, folder), Writing(remote, folder)
    for tool in reading.tools():
        made.add_tool(tool, annotations=ToolAnnotations(readOnlyHint=True))
    for tool in writing.tools() if may_write else ():
        made.add_tool(tool, annotations=ToolAnnotations(readOnlyHint=False, destructiveHint=True))
    return made


class Reading:
    """Tools that change nothing."""

    def __init__(self, remote: Remote, folder: Path) -> None:
        self._remote = remote
        self._folder = folder

    def tools(self) -> tuple[Callable[..., Any], ...]:
        return (
            *(self.list_campaigns, self.campaign_status, self.preview_campaign, self.plan_campaign_file),
            *(self.list_calls, self.explain_call, self.call_transcript, self.find_contacts, self.is_suppressed, self.usage),
        )

    def list_campaigns(self) -> list[dict[str, Any]]:
        """All campaigns, newest first, with their status."""
        names = ("id", "name", "purpose", "execution_status", "status_reason")
        return [{name: each[name] for name in names} for each in self._remote.items("/campaigns")]

    def campaign_status(self, campaign: str) -> dict[str, Any]:
        """Where a campaign stands: contacts by state, live calls, what was spent, what can be done next."""
        return self._remote.get(f"/campaigns/{self._campaign(campaign)}/status")

    def preview_campaign(self, campaign: str, calls_per_minute: float | None = None) -> dict[str, Any]:
        """What would happen if the campaign were started now: who can be called now, later and never and why, how long, at what cost."""
        asked = {"calls_per_minute": calls_per_minute} if calls_per_minute else {}
        return self._remote.post(f"/campaigns/{self._campaign(campaign)}/preview", asked)

    def plan_campaign_file(self, file: str = "campaign.yaml") -> dict[str, Any]:
        """What applying a campaign file would change, how many contacts come and go, what the gate says and what it costs."""
        return make_plan(self._remote, self._read(file)).as_json()

    def list_calls(self, campaign: str = "", limit: int = 20) -> list[dict[str, Any]]:
        """The newest calls, of one campaign or of all, at most 200."""
        path = f"/campaigns/{self._campaign(campaign)}/calls" if campaign else "/calls"
        return self._remote.get(path, limit=max(1, min(limit, _MOST)))["items"]

    def explain_call(self, call_id: str) -> dict[str, Any]:
        """Why a call was allowed or refused, what came of it and what follows."""
        return self._remote.get(f"/calls/{call_id}/explain")

    def call_transcript(self, call_id: str) -> dict[str, Any]:
        """What was said in a call."""
        return self._remote.get(f"/calls/{call_id}/transcript")

    def find_contacts(self, q: str, limit: int = 20) -> list[dict[str, Any]]:
        """Contacts by part of a name, an e-mail address or a number."""
        return self._remote.get("/contacts", q=q, limit=max(1, min(limit, _MOST)))["items"]

    def is_suppressed(self, e164: str) -> dict[str, Any]:
        """Whether a number must not be called, and why."""
        return self._remote.get("/suppressions/check", e164=e164)

    def usage(self) -> dict[str, Any]:
        """Calls, minutes and cost of this month."""
        return self._remote.get("/usage")

    def _campaign(self, name_or_id: str) -> str:
        return self._remote.named("/campaigns", "campaign", name_or_id)["id"]

    def _read(self, file: str) -> CampaignFile:
        """Raises `RemoteError` for a file elsewhere, or with contacts elsewhere: what a model names may come from anywhere."""
        path = (self._folder / file).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            raise RemoteError(f"{file!r} lies outside of the folder with campaign files.")
        return read(path, self._folder)


class Writing(Reading):
    """Tools that change something, or make a phone ring."""

    def tools(self) -> tuple[Callable[..., Any], ...]:
        return (
            *(self.start_campaign, self.pause_campaign, self.resume_campaign, self.stop_campaign, self.apply_campaign_file),
            *(self.make_call, self.end_call, self.suppress_number),
        )

    def start_campaign(self, campaign: str) -> dict[str, Any]:
        """Begin to call the campaign's contacts. Phones ring."""
        return self._lead(campaign, "start")

    def pause_campaign(self, campaign: str) -> dict[str, Any]:
        """Dial nobody more; live calls go on."""
        return self._lead(campaign, "pause")

    def resume_campaign(self, campaign: str) -> dict[str, Any]:
        """Go on after a pause or an error. Phones ring."""
        return self._lead(campaign, "resume")

    def stop_campaign(self, campaign: str) -> dict[str, Any]:
        """End a campaign for good; live calls go on."""
        return self._lead(campaign, "stop")

    def apply_campaign_file(self, file: str = "campaign.yaml") -> dict[str, Any]:
        """Do what plan_campaign_file shows. A second time there is nothing to do."""
        plan = make_plan(self._remote, self._read(file))
        done: list[str] = []
        if not plan.is_empty:
            plan.campaign = apply(self._remote, plan, done.append)
        return {"done": done, "campaign_id": plan.campaign["id"] if plan.campaign else None, "stayed_on_list": plan.stayed}

    def make_call(self, to: str, assistant: str, agenda: str = "") -> dict[str, Any]:
        """Call one number now. A phone rings."""
        body = {"to": to, "assistant_id": self._remote.named("/assistants", "assistant", assistant)["id"]}
        return self._remote.post("/calls", body | ({"agenda": agenda} if agenda else {}))

    def end_call(self, call_id: str) -> dict[str, Any]:
        """Hang up a call, or take back one that has not been dialled."""
        return self._remote.post(f"/calls/{call_id}/end")

    def suppress_number(self, e164: str, reason: str) -> dict[str, Any]:
        """Never call this number again."""
        return self._remote.post("/suppressions", {"e164": e164, "reason": reason})

    def _lead(self, campaign: str, action: str) -> dict[str, Any]:
        return self._remote.post(f"/campaigns/{self._campaign(campaign)}/{action}")
