"""Nothing of a measured file's text stands in the scenario, its link, its record or an export."""

from __future__ import annotations

import logging
import zipfile
from pathlib import Path

import pytest

from estimator.cli.main import main
from tests.measure.files import SECRET, csv_of, texts


def inside(path: Path) -> bytes:
    """The bytes of a file, those of its members where it is packed."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return b"\n".join(book.read(name) for name in book.namelist())


def test_record_exports_link_and_logs_are_sealed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    data = tmp_path / "labelled.csv"
    data.write_bytes(csv_of(texts(160)))
    assert SECRET.encode() in data.read_bytes()
    with caplog.at_level(logging.DEBUG):
        assert main(["measure", str(data)]) == 0
        printed = capsys.readouterr()
        scenario = tmp_path / "scenario.yaml"
        text = printed.out[printed.out.index("schema: 1") :]
        scenario.write_text(f"{text}draws: 256\n", encoding="utf-8")
        kinds = ("csv", "xlsx", "html", "record")
        made = {kind: tmp_path / f"out.{kind}" for kind in kinds}
        options = [part for kind, path in made.items() for part in (f"--{kind}", str(path))]
        assert main(["compare", str(scenario), *options]) == 0
        assert main(["link", str(scenario)]) == 0
    shown = capsys.readouterr()
    for path in made.values():
        assert path.stat().st_size > 500
        assert SECRET.encode() not in inside(path), path.suffix
    for text in (printed.out, printed.err, shown.out, shown.err, caplog.text):
        assert SECRET not in text
