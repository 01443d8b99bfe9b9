"""Time and environment come in at one door of each package, so that tests own both."""

import re

import pytest

from tests.architecture.source import modules

CLOCK = re.compile(r"\b(datetime\.(now|utcnow|today|fromtimestamp)|date\.today|time\.(time|time_ns|localtime|gmtime))$")
ENVIRONMENT = re.compile(r"\bos\.(environ|environb|getenv|putenv)$")

DOORS = {
    "control_plane/kit/clock.py": CLOCK,
    "control_plane/settings.py": ENVIRONMENT,
    "control_plane/local/settings.py": ENVIRONMENT,
    "agent_worker/clock.py": CLOCK,
    "agent_worker/settings.py": ENVIRONMENT,
    # Switches telemetry of a library off, which must happen before that library is imported.
    "agent_worker/__init__.py": ENVIRONMENT,
    "rehearsal/clock.py": CLOCK,
    "rehearsal/settings.py": ENVIRONMENT,
}


@pytest.mark.parametrize("banned", [CLOCK, ENVIRONMENT], ids=["clock", "environment"])
def test_is_read_at_its_door_only(banned):
    found = []
    for module in modules():
        for line, name in module.attributes():
            # With a zone and a moment of its own, `fromtimestamp` converts and reads no clock.
            if banned.search(name) and DOORS.get(module.path) is not banned and not name.endswith("fromtimestamp"):
                found.append(f"{module.at(line)} reads {name}")
    assert found == []
