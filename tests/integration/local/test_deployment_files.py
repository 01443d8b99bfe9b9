"""The compose file and what `callwright up` runs are the same configuration."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from control_plane.local.livekit import LiveKitKeys, LiveKitPorts, base_config, merged, overlay
from control_plane.local.livekit_binary import VERSION

ROOT = Path(__file__).parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def _mounts(service: str) -> dict[Path, str]:
    return {(ROOT / source).resolve(): target for source, target, _ in (entry.split(":") for entry in SERVICES[service]["volumes"])}


def test_the_compose_file_runs_every_deployable() -> None:
    assert SERVICES.keys() == {"postgres", "redis", "livekit", "sip", "migrate", "control-plane", "task-worker", "agent-worker"}
    assert SERVICES["control-plane"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_compose_mounts_the_livekit_configuration_that_callwright_up_runs() -> None:
    assert _mounts("livekit")[base_config()] == SERVICES["livekit"]["command"][1]
    assert SERVICES["livekit"]["image"] == f"livekit/livekit-server:v{VERSION}"
    assert _mounts("sip")[ROOT / "sip_config" / "livekit-sip.yaml"] == "/sip/config.yaml"


def test_every_image_is_pinned() -> None:
    images = [service["image"] for service in SERVICES.values() if not service["image"].startswith("callwright/")]
    assert all(":" in image and not image.endswith(":latest") for image in images)


def test_every_process_that_stays_is_asked_whether_it_is_well() -> None:
    # LiveKit's SIP image has neither a shell nor a client in it to ask with.
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == {"migrate", "sip"}


def test_images_of_ours_are_pinned_at_their_base_and_run_as_nobody_special() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    stages = {line.split(" AS ")[1]: line.split()[1] for line in lines if line.startswith("FROM ")}
    outside = {base for base in stages.values() if base not in stages}
    assert outside == {"python:3.11-slim"}
    for target in ("control-plane", "agent-worker"):
        of_target = lines[lines.index(f"FROM base AS {target}") :]
        until = next((i for i, line in enumerate(of_target) if i and line.startswith("FROM ")), len(of_target))
        assert "USER callwright" in of_target[:until]
    # Extras of vendors are chosen when an image is built; nothing else is.
    assert {line for line in lines if line.startswith("ARG ")} <= {"ARG VENDORS="}
    assert not [line for line in lines if line.startswith("ADD ") or "latest" in line]


def _instructions() -> list[tuple[str, str]]:
    """Word and rest of each, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / "deploy" / "Dockerfile").read_text())
    found = [line.partition(" ") for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in found]


def test_images_keep_what_linters_of_dockerfiles_ask_for() -> None:
    # Those of hadolint's rules that can be broken here; hadolint itself is a program that is not on every machine.
    known = {"ARG", "FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "CMD"}
    instructions = _instructions()
    assert {word for word, _ in instructions} <= known, "DL1000: a word that Docker does not know, or one that needs a look"
    for word, rest in instructions:
        assert word != "WORKDIR" or rest.startswith("/"), "DL3000"
        assert word != "RUN" or not re.search(r"\b(sudo|ssh|vim|top|kill|mount)\b|^cd ", rest), "DL3001, DL3003, DL3004"
        assert "apt-get install" not in rest or all(each in rest for each in ("-y", "--no-install-recommends")), "DL3014, DL3015"
        assert word != "RUN" or "pip install" not in rest or "uv pip" in rest or "--no-cache-dir" in rest, "DL3042"
        assert not re.search(r"(?<!uv )pip install (?!.*[=<>])", rest), "DL3013: a version is said"
        assert word != "CMD" or isinstance(json.loads(rest), list), "DL3025"
        assert word != "EXPOSE" or 0 < int(rest) < 65536, "DL3011"
        assert word != "COPY" or len(rest.split()) <= 2 or rest.startswith("--from") or rest.endswith("/"), "DL3021"
    users = [rest for word, rest in instructions if word == "USER"]
    assert users, "DL3002"
    assert "root" not in users, "DL3002"
    commands = [word for word, _ in instructions]
    for begin in (i for i, (word, _) in enumerate(instructions) if word == "FROM"):
        stage = commands[begin : next((i for i in range(begin + 1, len(commands)) if commands[i] == "FROM"), len(commands))]
        assert stage.count("CMD") <= 1, "DL4003"


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    names = re.findall(r"\$\{([A-Z_]*(?:PASSWORD|SECRET|KEY))([^}]*)\}", text)
    assert {name for name, _ in names} >= {"POSTGRES_PASSWORD", "LIVEKIT_API_SECRET", "CALLWRIGHT_ENCRYPTION_KEY"}
    assert all(rest.startswith(":?set ") for _, rest in names)
    asked_for = {name for name, _ in re.findall(r"\$\{([A-Z_]+)(:\?)", text)}
    offered = set(re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "env.example").read_text(), re.MULTILINE))
    assert asked_for == offered


def test_agent_workers_get_no_secret_but_their_own() -> None:
    environment = SERVICES["agent-worker"]["environment"]
    assert not environment.keys() & {"CALLWRIGHT_DATABASE_URL", "CALLWRIGHT_REDIS_URL", "CALLWRIGHT_ENCRYPTION_KEY", "TWILIO_AUTH_TOKEN"}


def test_the_loopback_overlay_changes_addresses_and_nothing_else() -> None:
    base = yaml.safe_load(base_config().read_text())
    laid = merged(
        base, overlay(LiveKitPorts(1, 2, 3), ("127.0.0.1:4", "secret"), LiveKitKeys("callwright", "s" * 32), "http://127.0.0.1:5")
    )
    assert (laid["port"], laid["rtc"]["tcp_port"], laid["rtc"]["udp_port"]) == (1, 2, 3)
    assert laid["logging"] == base["logging"]
    assert laid.keys() - base.keys() == {"bind_addresses", "keys"}
    assert "stun_servers" not in base["rtc"]


def test_the_webhooks_are_signed_by_a_key_that_compose_hands_out() -> None:
    base = yaml.safe_load(base_config().read_text())
    assert SERVICES["livekit"]["environment"]["LIVEKIT_KEYS"].startswith(f"{base['webhook']['api_key']}: ")
    assert SERVICES["control-plane"]["environment"]["LIVEKIT_API_KEY"] == base["webhook"]["api_key"]


def test_the_sip_overlay_only_changes_what_the_sip_configuration_may_hold() -> None:
    base = yaml.safe_load((ROOT / "sip_config" / "livekit-sip.yaml").read_text())
    over = yaml.safe_load((ROOT / "sip_config" / "livekit-sip.loopback.yaml").read_text())
    # Fields of livekit-sip's own configuration (facts/livekit §5.2).
    known = {
        *("ws_url", "redis", "sip_port", "rtp_port", "use_external_ip", "hide_inbound_port", "health_port", "logging", "listen_ip"),
        *("nat_1_to_1_ip", "max_cpu_utilization", "rtp_draining_idle_timeout", "rtp_draining_duration"),
    }
    assert {*base, *over} <= known
    assert merged(base, over)["use_external_ip"] is False
