"""Tools by configuration, as an agent is told of them. Where they lead and with what, only the control plane knows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConfiguredTool:
    name: str
    description: str
    parameters: str
    """JSON Schema of the arguments, as JSON."""
    timeout_s: float
    """How long the control plane gives the endpoint, in all."""
