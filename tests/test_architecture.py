"""The house rules as tests: import direction, purity of the engine, size, lint, types."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "estimator"
MODULES = sorted(p for p in PACKAGE.rglob("*.py"))
TOP_LEVEL = {
    "app.py",
    "estimator",
    "data",
    "tests",
    "requirements.txt",
    ".streamlit",
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "LICENSE",
    "pyproject.toml",
    ".ci",
    ".gitignore",
    "deploy",
}
FILE_READERS = {
    "open",
    "read_csv",
    "read_text",
    "read_bytes",
    "read_parquet",
    "loadtxt",
    "fromfile",
}
ENGINE_FORBIDDEN = {
    "os",
    "sys",
    "time",
    "random",
    "pathlib",
    "logging",
    "socket",
    "subprocess",
    "shutil",
    "threading",
}
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", "for" + " now")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(*command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            target = node.func
            word = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
            yield word, node.lineno


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name.split(".")[0] for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.split(".")[0]


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def test_import_direction() -> None:
    code = "from importlinter.cli import lint_imports_command as c; c()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--config", "tests/importlinter.ini", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_is_short(path: Path) -> None:
    limit = 150 if path.parent.name == "pages" else 401
    assert len(path.read_text(encoding="utf-8").splitlines()) < limit


@pytest.mark.parametrize("path", sorted(ROOT.glob("tests/**/*.py")), ids=name_of)
def test_test_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 401


def test_entry_is_short() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 40


def test_only_evidence_reads_the_tables() -> None:
    for path in MODULES:
        if room(path) in ("evidence", "cli", "store"):
            continue
        if room(path) in ("report", "words", "sweep"):
            assert '/ "data"' not in path.read_text(encoding="utf-8"), name_of(path)
            continue
        found = [
            f"{word} in line {line}"
            for word, line in calls(ast.parse(path.read_text(encoding="utf-8")))
            if word in FILE_READERS
        ]
        assert not found, f"{name_of(path)}: {found}"


def test_engine_is_pure() -> None:
    for path in MODULES:
        if room(path) != "engine":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not set(imports(tree)) & ENGINE_FORBIDDEN, name_of(path)
        words = {word for word, _ in calls(tree)}
        assert not words & {"print", "input", "now", "today", "exec", "eval"}, name_of(path)
        assert not any(isinstance(node, ast.Global) for node in ast.walk(tree)), name_of(path)


def test_random_numbers_come_from_one_place() -> None:
    allowed = {"estimator/engine/distributions.py"}
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        if name_of(path) not in allowed:
            assert "np.random" not in text, name_of(path)
            assert "numpy.random" not in text, name_of(path)
            assert "random" not in set(imports(ast.parse(text))), name_of(path)


def test_nothing_is_unfinished() -> None:
    for path in [*MODULES, *sorted((ROOT / "tests").rglob("*.py")), ROOT / "app.py"]:
        text = path.read_text(encoding="utf-8")
        found = [word for word in UNFINISHED if word in text]
        assert not found, f"{name_of(path)}: {found}"


def test_top_level_holds_only_what_is_agreed() -> None:
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    tracked = {line.split("/")[0] for line in done.stdout.splitlines()}
    assert tracked <= TOP_LEVEL


def test_lint() -> None:
    run("ruff", "check", "--no-cache", "estimator", "tests", "app.py")


def test_format() -> None:
    run("ruff", "format", "--check", "--no-cache", "estimator", "tests", "app.py")


def test_types() -> None:
    run("mypy", "--cache-dir", "/dev/null")


def test_python_api_needs_no_streamlit() -> None:
    code = (
        "import sys; from estimator import ProjectInputs, compare_approaches, load_evidence;"
        "import estimator.cli;"
        "print([m for m in ('streamlit', 'plotly', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "[]"
