"""The commands `up` and `demo` with their options."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from control_plane.local.demo import demo as run_demo
from control_plane.local.ports import Ports
from control_plane.local.settings import LocalOptions
from control_plane.local.up import up as run_up

DataDir = Annotated[Path | None, typer.Option(help="Data folder; default CALLWRIGHT_DATA_DIR, then ./.callwright")]
Slots = Annotated[int | None, typer.Option(min=1, help="Calls at once per agent worker; default by the cores")]


up, demo = typer.Typer(), typer.Typer()


@up.command()
def up_command(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the API (8000)")] = None,
    host: Annotated[str, typer.Option(help="Address the API listens on; 0.0.0.0 for everybody who can reach this machine")] = "127.0.0.1",
    livekit_port: Annotated[int | None, typer.Option(min=1, max=65533, help="First of three ports of the local LiveKit (7880)")] = None,
    redis_port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the embedded Redis (6389)")] = None,
    models_port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the stand-in models (8089)")] = None,
    auto_ports: Annotated[bool, typer.Option("--auto-ports", help="Take free ports wherever none is given")] = False,
    data_dir: DataDir = None,
    min_agent_workers: Annotated[int, typer.Option(min=1, help="Agent workers that always run")] = 1,
    max_agent_workers: Annotated[int | None, typer.Option(min=1, help="Agent workers at most; default by the cores")] = None,
    agent_slots: Slots = None,
) -> None:
    """Run the whole platform on this machine until Ctrl-C."""
    ports = Ports.free() if auto_ports else Ports()
    given = {"api": port, "redis": redis_port, "models": models_port}
    ports = replace(ports, **{name: value for name, value in given.items() if value is not None})
    options = LocalOptions(
        data_dir=data_dir,
        host=host,
        ports=ports if livekit_port is None else ports.with_livekit_from(livekit_port),
        min_agent_workers=min_agent_workers,
        max_agent_workers=max_agent_workers,
        agent_slots=agent_slots,
    )
    raise typer.Exit(run_up(options))


@demo.command()
def demo_command(
    data_dir: DataDir = None,
    agent_slots: Slots = None,
    as_json: Annotated[bool, typer.Option("--json", help="Verdicts as JSON; what goes on is told on standard error")] = False,
) -> None:
    """Run one campaign from a CSV file to outcomes against the simulated carrier. No phone rings."""
    raise typer.Exit(run_demo(LocalOptions(data_dir=data_dir, agent_slots=agent_slots), as_json=as_json))
