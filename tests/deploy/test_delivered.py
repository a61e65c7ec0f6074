"""What is delivered: every package pinned with hashes, listed with its licence; limits are set."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)==([^ \\;]+)(.*?)(?=^[A-Za-z0-9]|\Z)", re.MULTILINE | re.DOTALL
)
MOST_EXPOSED = 3.0


LOCKS = ("requirements-optional.lock", "requirements-psycopg.lock", "requirements.lock")
OPTIONAL = tuple(
    f"requirements-{name}.txt" for name in ("store", "login", "metrics", "measure", "psycopg")
)
LGPL = {"psycopg", "psycopg-binary"}
"""An extra of its own, used as it is published; see THIRD_PARTY.md."""


def locked(*locks: str) -> dict[str, tuple[str, int]]:
    """Package -> version and number of hashes."""
    text = "\n".join((DEPLOY / lock).read_text(encoding="utf-8") for lock in locks or LOCKS)
    return {
        canonicalize_name(m[1]): (m[2], m[3].count("--hash=sha256:")) for m in PIN.finditer(text)
    }


def lines_of(*names: str) -> list[str]:
    """Requirements of files, without remarks."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in names]
    return [line for text in texts for line in text.splitlines() if line and line[0] != "#"]


def needed(lines: list[str]) -> set[str]:
    """Everything that some requirements bring along, as installed here."""
    waiting, found = [Requirement(line) for line in lines], set[str]()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        marker = wanted.marker
        if name in found or (
            marker and not marker.evaluate({**default_environment(), "extra": ""})
        ):
            continue
        found.add(name)
        waiting += [Requirement(r) for r in metadata.requires(wanted.name) or []]
    return found


def test_the_lock_pins_everything_with_hashes() -> None:
    optional = [f"deploy/{name}" for name in OPTIONAL]
    assert needed(lines_of("requirements.txt")) <= set(locked("requirements.lock"))
    pins = locked()
    assert needed(lines_of(*optional)) <= set(pins)
    assert not [name for name, (_, hashes) in pins.items() if not hashes]
    for line in lines_of("requirements.txt", *optional):
        wanted = Requirement(line)
        assert str(wanted.specifier) == f"=={pins[canonicalize_name(wanted.name)][0]}", line


def test_the_lists_of_parts_name_what_the_lock_installs() -> None:
    pins = {name: version for name, (version, _) in locked().items()}
    bom = json.loads((DEPLOY / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert bom["bomFormat"] == "CycloneDX"
    parts = {canonicalize_name(c["name"]): c["version"] for c in bom["components"]}
    assert parts == pins
    assert all(c["hashes"] and c["licenses"][0]["license"]["name"] for c in bom["components"])
    rows = (DEPLOY / "THIRD_PARTY.md").read_text(encoding="utf-8").splitlines()
    cells = [[c.strip() for c in r.strip("|").split("|")] for r in rows if r.startswith("| ")][1:]
    assert {canonicalize_name(c[0]): c[1] for c in cells} == pins
    assert not [c for c in cells if c[2] in ("", "unknown") or ("GPL" in c[2] and c[0] not in LGPL)]
    assert {c[0] for c in cells if "LGPL" in c[2]} == LGPL
    assert {c[3] for c in cells if c[0] in LGPL} == {"optional"}
    assert not LGPL & {*locked("requirements.lock"), *locked("requirements-optional.lock")}


def test_trained_weights_are_those_that_were_looked_at_and_their_licence_is_told() -> None:
    bom = json.loads((DEPLOY / "sbom.cdx.json").read_text(encoding="utf-8"))
    [part] = [c for c in bom["components"] if c.get("properties")]
    told = {p["name"]: p["value"] for p in part["properties"]}
    assert part["name"] == "wordllama"
    file = metadata.distribution("wordllama").locate_file(told["weights:file"])
    found = hashlib.sha256(Path(str(file)).read_bytes()).hexdigest()
    assert found == told["weights:sha256"]
    text = (DEPLOY / "THIRD_PARTY.md").read_text(encoding="utf-8")
    assert told["weights:sha256"] in text
    assert "Llama 2 Community License" in text


def test_the_image_is_pinned_and_runs_without_rights() -> None:
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^ARG BASE=\S+@sha256:[0-9a-f]{64}$", image, re.MULTILINE)
    assert "--require-hashes" in image
    assert re.search(r"^USER \d+", image, re.MULTILINE)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert not {"!.git", "!tests"} & set(ignored)
    app = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["app"]
    assert app["read_only"] is True
    assert app["cap_drop"] == ["ALL"]
    assert {"mem_limit", "cpus", "pids_limit"} <= set(app)


@pytest.mark.parametrize("name", ["estimator.service", "estimator-retention.service"])
def test_the_units_have_limits_and_little_exposure(name: str) -> None:
    unit = (DEPLOY / name).read_text(encoding="utf-8")
    for limit in ("MemoryMax=", "CPUQuota=", "TasksMax=", "IPAddressDeny=any", "StateDirectory="):
        assert limit in unit
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd is not installed")
    command = [tool, "security", "--offline=true", "--no-pager", str(DEPLOY / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    score = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert score, done.stdout[-500:] + done.stderr[-500:]
    assert float(score[1]) <= MOST_EXPOSED


def settings_of(name: str) -> dict[str, str]:
    """What a unit file says, the last line of each name."""
    lines = (DEPLOY / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")


def test_the_retention_unit_forgets_what_is_old(tmp_path: Path) -> None:
    from estimator.store import scenarios
    from estimator.store.database import Database
    from tests.store.conftest import ADA, INPUTS
    from tests.store.test_privacy import aged

    address = f"sqlite:///{tmp_path / 'store.db'}"
    database = Database(address)
    old = scenarios.save(database, ADA, dict(INPUTS)).id
    aged(database, old, 800, ())
    kept = scenarios.save(database, ADA, {**INPUTS, "name": "Fresh"}).id
    unit = settings_of("estimator-retention.service")
    default = unit["Environment"].split("=", 1)
    words = [w.replace("${ESTIMATOR_RETENTION_DAYS}", default[1]) for w in
             shlex.split(unit["ExecStart"])]  # fmt: skip
    assert words[0] == "/opt/estimator/.venv/bin/python"
    environment = {**os.environ, "ESTIMATOR_DATABASE_URL": address}
    done = subprocess.run(
        [sys.executable, *words[1:]], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [k.id for k in scenarios.listed(database, ADA)] == [kept]
    database.close()


def test_the_timer_starts_the_retention_once_a_week() -> None:
    timer = settings_of("estimator-retention.timer")
    assert timer["Persistent"] == "true"
    assert (DEPLOY / "estimator-retention.service").is_file(), "named as the timer is"
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd is not installed")
    command = [tool, "calendar", "--iterations=2", timer["OnCalendar"]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    days = re.findall(r"(?:elapse|#2): \w+ (\d{4}-\d\d-\d\d)", done.stdout)
    first, second = map(datetime.date.fromisoformat, days)
    assert (second - first).days == 7
