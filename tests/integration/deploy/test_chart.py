"""The Helm chart, rendered: by helm where it is installed, else by the small program beside the chart, which speaks the same language."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).parents[3]
HELM = ROOT / "deploy" / "helm"
CHART = HELM / "callwright"
KUBERNETES = "1.30"
NEEDED = {
    "controlPlaneSecret": "control-plane",
    "agentWorkerSecret": "agents",
    "publicUrl": "https://calls.example.com",
    "livekitUrl": "wss://livekit.example.com",
}
EVERYTHING = NEEDED | {
    "otlpEndpoint": "http://collector:4318",
    "extraSettings": {"CALLWRIGHT_RATE_LIMIT_BURST": "50"},
    "image": {"pullSecrets": ["registry"], "controlPlane": {"repository": "callwright/control-plane", "tag": "1.2.3"}},
    "storage": {"storageClassName": "shared"},
    "api": {
        "ingress": {"enabled": True, "className": "nginx", "host": "calls.example.com", "tlsSecret": "tls", "annotations": {"a/b": "c"}}
    },
    "agentWorker": {"autoscaling": "keda", "prometheusUrl": "http://prometheus:9090"},
    "networkPolicy": {"enabled": True, "livekitNamespace": "livekit"},
}
SMALL = NEEDED | {
    "api": {"replicas": 1},
    "storage": {"existingClaim": "mine"},
    "agentWorker": {"autoscaling": "none"},
    "networkPolicy": {"enabled": False},
}
KINDS_OF_OTHERS = {"ScaledObject"}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def _renderer() -> list[str]:
    if shutil.which("helm"):
        return ["helm", "template", "release", str(CHART), "--values"]
    if shutil.which("go"):
        return ["go", "run", ".", str(CHART)]
    pytest.skip("neither helm nor Go is here to render the chart with")


@pytest.fixture(scope="module")
def render(tmp_path_factory: pytest.TempPathFactory) -> Any:
    command, rendered = _renderer(), {}

    def rendering(values: dict[str, Any]) -> list[dict[str, Any]]:
        key = json.dumps(values)
        if key not in rendered:
            file = tmp_path_factory.mktemp("values") / "values.yaml"
            file.write_text(yaml.safe_dump(values))
            done = subprocess.run([*command, str(file)], cwd=HELM / "render", capture_output=True, text=True, timeout=240, check=False)
            assert done.returncode == 0, done.stderr
            manifests = re.sub(r"^# Source: NOTES.txt\n.*?(?=^---$|\Z)", "", done.stdout, flags=re.MULTILINE | re.DOTALL)
            rendered[key] = [each for each in yaml.safe_load_all(manifests) if each]
        return rendered[key]

    return rendering


def _pods(manifests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    templates = {each["metadata"]["name"]: each["spec"]["template"] for each in manifests if each["kind"] in ("Deployment", "Job")}
    return {name.removeprefix("release-callwright-"): template for name, template in templates.items()}


def _environment(template: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for container in template["spec"]["containers"] for each in container["env"]}


@pytest.mark.parametrize("values", [NEEDED, EVERYTHING, SMALL], ids=["needed", "everything", "small"])
def test_kubernetes_takes_every_manifest(render: Any, values: dict[str, Any]) -> None:
    manifests = render(values)
    for manifest in manifests:
        if manifest["kind"] not in KINDS_OF_OTHERS:
            kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    names = [(each["kind"], each["metadata"]["name"]) for each in manifests]
    assert len(set(names)) == len(names)
    assert set(_pods(manifests)) == {"api", "task-worker", "agent-worker", "migrate"}


@pytest.mark.parametrize("values", [NEEDED, EVERYTHING, SMALL], ids=["needed", "everything", "small"])
def test_the_schema_takes_what_the_chart_takes(values: dict[str, Any]) -> None:
    jsonschema.validate(values, json.loads((CHART / "values.schema.json").read_text()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"publicUrl": ""},
        {"livekitUrl": "https://livekit.example.com"},
        {"controlPlaneSecret": ""},
        {"agentWorker": {"autoscaling": "keda"}},
        {"agentWorker": {"slots": 0}},
        {"image": {"agentWorker": {"repository": "callwright/agent-worker", "tag": "latest"}}},
        {"apii": {}},
    ],
    ids=str,
)
def test_the_schema_refuses(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(NEEDED | wrong, json.loads((CHART / "values.schema.json").read_text()))


def test_the_defaults_lack_nothing_but_what_must_be_given() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    jsonschema.validate(defaults | NEEDED, schema)
    assert {name for name in schema["required"] if defaults[name] == ""} == set(NEEDED)


def test_every_container_is_locked_down(render: Any) -> None:
    for template in _pods(render(EVERYTHING)).values():
        spec = template["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["automountServiceAccountToken"] is False
        for container in spec["containers"]:
            security = container["securityContext"]
            assert (security["allowPrivilegeEscalation"], security["readOnlyRootFilesystem"]) == (False, True)
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert not container["image"].endswith(":latest")


def test_no_secret_stands_in_a_manifest_and_agents_see_their_own_only(render: Any) -> None:
    pods = _pods(render(EVERYTHING))
    for template in pods.values():
        assert not [name for name in _environment(template) if re.search("(KEY|SECRET|PASSWORD|TOKEN|DATABASE_URL|REDIS_URL)$", name)]
    secrets = {name: template["spec"]["containers"][0]["envFrom"] for name, template in pods.items()}
    assert secrets.pop("agent-worker") == [{"secretRef": {"name": "agents"}}]
    assert all(given == [{"secretRef": {"name": "control-plane"}}] for given in secrets.values())


def test_processes_read_every_setting_that_they_are_given(render: Any) -> None:
    pods = _pods(render(EVERYTHING))
    read = {folder: (ROOT / folder / "settings.py").read_text() for folder in ("control_plane", "agent_worker")}
    for name, template in pods.items():
        text = read["agent_worker" if name == "agent-worker" else "control_plane"]
        assert {variable for variable in _environment(template) if f'"{variable}"' not in text} == set(), name


def test_the_api_counts_workers_of_the_size_that_they_have(render: Any) -> None:
    pods = _pods(render(NEEDED | {"agentWorker": {"slots": 7}}))
    assert {_environment(pods[name])["CALLWRIGHT_AGENT_SLOTS"] for name in ("api", "agent-worker")} == {"7"}


def test_who_stops_has_as_long_as_in_compose(render: Any) -> None:
    pods = _pods(render(NEEDED))
    seconds = {"1h": 3600, "2m": 120}
    for name in ("task-worker", "agent-worker"):
        assert pods[name]["spec"]["terminationGracePeriodSeconds"] == seconds[COMPOSE[name]["stop_grace_period"]]


def test_agent_workers_follow_the_calls_that_wait(render: Any) -> None:
    scaler = next(each for each in render(NEEDED) if each["kind"] == "HorizontalPodAutoscaler")["spec"]
    assert scaler["metrics"][0]["external"]["metric"]["name"] == "callwright_wanted_agent_workers"
    scaled = next(each for each in render(EVERYTHING) if each["kind"] == "ScaledObject")["spec"]
    assert "callwright_wanted_agent_workers" in scaled["triggers"][0]["metadata"]["query"]
    for values, spec in ((NEEDED, scaler), (EVERYTHING, scaled)):
        agents = next(each for each in render(values) if each["metadata"]["name"] == spec["scaleTargetRef"]["name"])
        # A count of its own would fight with the scaler at every upgrade.
        assert "replicas" not in agents["spec"]
    assert not [each for each in render(SMALL) if each["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")]


def test_agent_workers_reach_the_api_and_nothing_else_inside(render: Any) -> None:
    manifests = render(NEEDED)
    policy = next(each for each in manifests if each["kind"] == "NetworkPolicy")["spec"]
    pods = _pods(manifests)
    labels = {name: template["metadata"]["labels"] for name, template in pods.items()}
    assert policy["podSelector"]["matchLabels"] == labels["agent-worker"]
    inside = [to["podSelector"]["matchLabels"] for rule in policy["egress"] for to in rule["to"] if "podSelector" in to]
    assert labels["api"] in inside
    outside = next(to["ipBlock"] for rule in policy["egress"] for to in rule["to"] if to.get("ipBlock", {}).get("cidr") == "0.0.0.0/0")
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(outside["except"])


def test_migrations_run_before_anything_new(render: Any) -> None:
    job = next(each for each in render(NEEDED) if each["kind"] == "Job")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert job["spec"]["template"]["spec"]["containers"][0]["command"] == COMPOSE["migrate"]["command"]
