"""The exported script runs with scikit-learn alone and gives the measured result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from estimator.measure.door import Settings, look_at_bytes, run
from estimator.measure.notes import UnreadableFile
from estimator.measure.script import script_of
from tests.measure.files import SECRET, TABLE_HEAD, csv_of, table, texts

SETTINGS = Settings()


def dated() -> bytes:
    rows = [(f"2026-{1 + i // 30:02d}-{1 + i % 28:02d}", *r) for i, r in enumerate(texts(300))]
    return csv_of(rows, "created_at,text,label")


def grouped() -> bytes:
    rows = [(f"c{i % 37 % 25}", *r) for i, r in enumerate(texts(240))]
    return csv_of(rows, "customer,text,label")


def german() -> bytes:
    rows = [(t + " groß", label) for t, label in texts(200)] + texts(40)
    return "\n".join(["text;label", *(";".join(r) for r in rows)]).encode("cp1252")


FILES = {
    "texts with repeats": (csv_of([*texts(200), *texts(60)]), "accuracy"),
    "semicolons in cp1252": (german(), "macro_f1"),
    "dates": (dated(), "accuracy"),
    "groups": (grouped(), "accuracy"),
    "table": (csv_of(table(400), TABLE_HEAD), "auc"),
}


@pytest.mark.parametrize("kind", FILES)
def test_the_script_gives_the_measured_result(kind: str, tmp_path: Path) -> None:
    data, metric = FILES[kind]
    looked = look_at_bytes(data, SETTINGS)
    found = run(looked, SETTINGS, metric)
    (tmp_path / "file.csv").write_bytes(data)
    script = script_of(looked, found)
    assert SECRET not in script
    (tmp_path / "baseline.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "baseline.py", "file.csv"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1000:]
    name, value, *_ = done.stdout.split()
    assert name == metric
    assert float(value) == pytest.approx(found.points[-1].value, abs=6e-5)
    assert f"{found.points[-1].n_labelled} training" in done.stdout


def test_what_has_no_script_says_why() -> None:
    rows = [(f"{x}", f"{x * 1.37:.3f}") for x in range(100)]
    looked = look_at_bytes(csv_of(rows, "size,score"), SETTINGS, label="score", text="")
    with pytest.raises(UnreadableFile, match="No script"):
        script_of(looked, run(looked, SETTINGS, "r2"))
