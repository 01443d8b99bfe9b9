"""`callwright up`: the platform on one machine, staying up until Ctrl-C."""

import asyncio
import signal

from control_plane.local.processes import LocalError
from control_plane.local.settings import LocalOptions
from control_plane.local.stack import LocalStack
from control_plane.settings import EXIT_MISCONFIGURED, SettingsError

EXIT_FAILED = 1


def up(options: LocalOptions) -> int:
    """Run until SIGINT or SIGTERM; returns the exit code, 78 when the configuration has to be mended first."""
    try:
        return asyncio.run(_up(options))
    except SettingsError as error:
        options.say(str(error))
        return EXIT_MISCONFIGURED
    except LocalError as error:
        options.say(str(error))
        return EXIT_FAILED


async def _up(options: LocalOptions) -> int:
    asked = asyncio.Event()
    stop_on_signals(asked)
    options.say("Starting …")
    starting = asyncio.create_task(LocalStack(options).__aenter__())
    stack = await unless(starting, asked)
    if stack is None:
        options.say("Stopped before it was up.")
        return 0
    try:
        options.say(banner(stack))
        await first_of(asked, stack.supervisor.failed)
        options.say("Stopping: no new calls, then the agents, then the servers …")
    finally:
        await stack.__aexit__(None, None, None)
    options.say("Stopped.")
    return 0 if asked.is_set() else EXIT_FAILED


def stop_on_signals(asked: asyncio.Event) -> None:
    """Set `asked` at SIGINT or SIGTERM."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)


async def unless(starting: asyncio.Task[LocalStack], asked: asyncio.Event) -> LocalStack | None:
    """The started stack, or None when the person asked to stop before it was up."""
    asking = asyncio.create_task(asked.wait())
    try:
        await asyncio.wait({starting, asking}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
        (result,) = await asyncio.gather(starting, return_exceptions=True)
    finally:
        asking.cancel()
    if isinstance(result, asyncio.CancelledError):
        return None
    if isinstance(result, BaseException):
        raise result
    return result


async def first_of(*events: asyncio.Event) -> None:
    """Wait until one of `events` is set."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


def banner(stack: LocalStack) -> str:
    """What a newcomer needs to go on, and plainly who is at the other end."""
    options = stack.options
    key = options.folder / "secrets" / "callwright_bootstrap_api_key"
    return "\n".join(
        [
            "",
            "Callwright is up.",
            f"  API      {stack.api_url}/api/v1",
            f"  Docs     {stack.api_url}/docs",
            f"  Key      {stack.owner_key}" + (f"  (kept in {key})" if key.exists() else ""),
            f"  Carrier  {carrier_line(stack)}",
            f"  Models   {models_line(stack)}",
            f"  Agents   {len(stack.agent_workers)} of at most {options.most_agent_workers}, each for {options.slots} calls at once",
            f"  Data     {options.folder}",
            "Ctrl-C stops everything; the next start goes on with the same data.",
            "",
        ]
    )


def carrier_line(stack: LocalStack) -> str:
    if stack.choice.is_simulated:
        return "SIMULATED: no phone rings. Set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET to call real phones."
    return f"REAL: calls go out through the trunks of {stack.choice.livekit_url}"


def models_line(stack: LocalStack) -> str:
    if stack.choice.has_real_models:
        return f"REAL: {stack.options.environ.get('OPENAI_BASE_URL') or 'OpenAI'}, with your key and at your cost"
    return "STAND-INS: fixed rules and a synthetic voice, good for trying the flow and nothing else. Set OPENAI_API_KEY for real ones."
