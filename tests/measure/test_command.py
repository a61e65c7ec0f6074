"""The command ``measure``: prints facts and points, refuses with one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from estimator import ProjectInputs
from estimator.cli.main import main
from tests.measure.files import SECRET, csv_of, texts
from tests.measure.shapes import ASK


def given(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    return str(path)


def test_json_holds_facts_and_points(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = given(tmp_path, csv_of(texts(200)))
    assert main(["measure", path, "--json"]) == 0
    out = capsys.readouterr().out
    document = json.loads(out)
    assert document["facts"]["n_labelled"] == 200
    assert document["facts"]["majority_share"] == pytest.approx(0.25)
    assert document["pilot"][0]["approach"] == "baseline"
    assert [p["n_labelled"] for p in document["pilot"]] == [50, 100, 140]
    assert SECRET not in out


def test_the_printed_part_is_a_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = given(tmp_path, csv_of(texts(200)))
    assert main(["measure", path]) == 0
    out = capsys.readouterr().out
    scenario = ProjectInputs.from_dict(yaml.safe_load(out[out.index("schema: 1") :]))
    assert scenario.n_labelled_available == 200
    assert len(scenario.pilot) == 3
    assert SECRET not in out


def test_bad_files_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for data, word in ((b"%PDF-1.4", "PDF"), (ASK["only side columns"].encode(), "status")):
        assert main(["measure", given(tmp_path, data)]) == 2
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert word in err
    assert main(["measure", given(tmp_path, csv_of(texts(60))), "--label", "nope"]) == 2
    assert "text, label" in capsys.readouterr().err


def test_a_file_without_dates_or_groups_asks_and_takes_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = given(tmp_path, csv_of(texts(200)))
    assert main(["measure", path]) == 0
    out = capsys.readouterr().out
    assert "later data or other customers" in out
    assert "--in-use" in out
    assert main(["measure", path, "--in-use", "later_or_other", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["question"]["field"] == "facts.in_use"
    assert document["scenario"]["facts.in_use"] == "later_or_other"
    assert {p["n_test"] for p in document["pilot"]} == {document["measured"]["n_test"]}
    dated = [(f"2026-{1 + i // 50:02d}-{1 + i % 28:02d}", *r) for i, r in enumerate(texts(300))]
    path = given(tmp_path, csv_of(dated, "created_at,text,label"))
    assert main(["measure", path, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["question"] is None
    assert document["scenario"]["facts.in_use"] == "same"
