"""What all tests share: the shipped evidence, the presets, small draws, free ports, the CI rule."""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import numpy as np
import pytest
import yaml
from playwright.sync_api import Error as BrowserError

from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.engine.spelling import with_known_names
from estimator.evidence.load import load_evidence

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

ROOT = Path(__file__).resolve().parents[1]
PRESETS = tuple(sorted(p.stem for p in (ROOT / "data" / "presets").glob("*.yaml")))
OUTSIDE_PROGRAMS = ("browser", "nginx", "postgres")

hypothesis.settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=12,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The one flag that rewrites golden files."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden/*.json")


def run_alone(work: Callable[[], Any]) -> Any:
    """What a piece of work gives in a thread of its own.

    The browser tests keep an event loop in the thread of the worker; no other may start there.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that lost its page once is asked once more; a wrong page fails both times."""
    again = pytest.mark.flaky(reruns=1, only_rerun=[BrowserError])
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(again)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test that needs an outside program must run: skipping it is a failure."""
    report = yield
    needs = [m for m in OUTSIDE_PROGRAMS if item.get_closest_marker(m)]
    if os.environ.get("CI") and report.skipped and needs and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI although it needs {needs[0]}: {report.longrepr}"
    return report


def load_preset(name: str) -> ProjectInputs:
    """One shipped scenario, its names and currency rate as every door resolves them."""
    text = (ROOT / "data" / "presets" / f"{name}.yaml").read_text(encoding="utf-8")
    return with_known_names(ProjectInputs.from_dict(yaml.safe_load(text)), load_evidence())


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    """The evidence as shipped, loaded once for each worker."""
    from estimator import load_evidence

    return load_evidence()


@pytest.fixture(scope="session")
def comparisons(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """``comparisons(name)``: what ``compare --json`` prints of a preset, once for all workers."""
    from estimator.cli.main import main

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "comparisons"
    folder.mkdir(exist_ok=True)

    def make(name: str) -> None:
        scenario = ROOT / "data" / "presets" / f"{name}.yaml"
        with contextlib.redirect_stdout(io.StringIO()) as out:
            assert main(["compare", str(scenario), "--json"]) == 0
        part = folder / f"{name}.part"
        part.write_text(out.getvalue(), encoding="utf-8")
        part.replace(folder / f"{name}.json")

    def get(name: str) -> dict[str, Any]:
        path, lock = folder / f"{name}.json", folder / f"{name}.lock"
        while not path.exists():
            try:
                lock.mkdir()
            except FileExistsError:
                time.sleep(0.1)
                continue
            try:
                make(name)
            finally:
                lock.rmdir()
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return document

    return get


@pytest.fixture(scope="session")
def support_tickets() -> ProjectInputs:
    """The example of the contract: 12 classes, 1,000 labels."""
    return load_preset("support_tickets")


@pytest.fixture
def draws() -> Draws:
    """Few draws, for tests of shapes and signs."""
    return Draws(256, 0)


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator with a fixed seed."""
    return np.random.default_rng(20261121)


@pytest.fixture
def free_port() -> int:
    """A port on the loopback that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])
