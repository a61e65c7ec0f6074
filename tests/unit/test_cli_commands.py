"""What the commands print and write agrees with the Python door."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from estimator import ProjectInputs, compare_approaches
from estimator.cli import main
from estimator.cli.files import load_scenario
from estimator.vocabulary import Approach, Task
from tests.conftest import PRESETS, ROOT

PRESET = ROOT / "data" / "presets" / "support_tickets.yaml"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first preset with few draws."""
    path = tmp_path_factory.mktemp("cli") / "small.yaml"
    path.write_text(PRESET.read_text() + "draws: 64\nstart_date: 2027-01-11\n")
    return path


@pytest.fixture(scope="module")
def printed(small: Path, evidence: Any) -> dict[str, Any]:
    """The answer by the Python door."""
    return compare_approaches(load_scenario(str(small)), evidence).to_dict()


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(list(argv)) == 0
    return capsys.readouterr().out


def run_json(capsys: pytest.CaptureFixture[str], *argv: str) -> Any:
    return json.loads(run(capsys, *argv, "--json"))


def test_quick_leaves_out_what_needs_reruns_and_nothing_else(
    small: Path, printed: dict[str, Any], evidence: Any, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    quick = run_json(capsys, "compare", str(small), "--quick", "--csv", str(tmp_path / "q.csv"))
    inputs = load_scenario(str(small))
    assert compare_approaches(inputs, evidence, searches=False).to_dict() == quick
    assert not quick["recommendation"].get("drivers")
    assert printed["recommendation"]["drivers"]
    for a, b in zip(quick["approaches"], printed["approaches"], strict=True):
        for name in ("key", "accuracy", "cost_usd", "device_hours", "calendar_weeks", "items"):
            assert a[name] == b[name]
    assert quick["recommendation"]["approach"] == printed["recommendation"]["approach"]
    assert main(["compare", str(small), "--quick", "--record", str(tmp_path / "r")]) == 2
    assert "whole answer" in capsys.readouterr().err


def test_compare_writes_everything_and_prints_the_same(
    small: Path, printed: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    targets = {f: tmp_path / f"out.{f}" for f in ("csv", "xlsx", "pdf", "html", "record")}
    options = [x for f, p in targets.items() for x in (f"--{f}", str(p))]
    assert run_json(capsys, "compare", str(small), "--date", "2027-01-04", *options) == printed
    assert all(p.stat().st_size > 1000 for p in targets.values())
    assert not list(tmp_path.glob("*.part"))
    assert targets["pdf"].read_bytes().startswith(b"%PDF")
    record = json.loads(targets["record"].read_text())
    assert record["results"] == printed
    assert record["when"] == "2027-01-04"
    found = run_json(capsys, "replay", str(targets["record"]))
    assert found["same"]
    assert found["intact"]


def test_a_changed_record_is_named_and_ends_with_status_1(
    printed: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from estimator.cli import replay
    from estimator.report.record import make_record

    class Same:
        def to_dict(self) -> dict[str, Any]:
            return printed

    monkeypatch.setattr(replay, "compute", lambda inputs, path: (Same(), None))
    saved = json.loads(json.dumps(make_record(printed)))
    saved["results"]["approaches"][0]["cost_usd"]["total"]["p50"] += 1
    path = tmp_path / "record.json"
    path.write_text(json.dumps(saved))
    assert main(["replay", str(path)]) == 1
    assert "approaches[0].cost_usd.total.p50" in capsys.readouterr().out


def test_compare_for_people(printed: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    from estimator.cli.compare import show
    from estimator.report.tables import lines
    from estimator.report.text import story
    from estimator.words.format import Style

    show(printed, Style())
    text = capsys.readouterr().out
    told = story(printed)
    assert text.startswith(told.headline)
    assert told.approve in text
    for line in lines(printed):
        assert line.approach in text
        assert line.total in text
    assert text.count("\n> ") <= 1


def test_scenarios_side_by_side(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(small.read_text().replace("n_classes: 12", "n_classes: 3"))
    found = run_json(capsys, "scenarios", str(small), str(other))["scenarios"]
    assert [c["input"] for c in found[1]["changes"]] == ["n_classes"]
    assert found[0]["changes"] == []
    assert len({s["name"] for s in found}) == 2
    text = run(capsys, "scenarios", str(small), str(other))
    assert "n_classes" in text


def test_names(capsys: pytest.CaptureFixture[str], evidence: Any) -> None:
    assert [r["task"] for r in run_json(capsys, "tasks")] == [str(t) for t in Task]
    assert [r["approach"] for r in run_json(capsys, "approaches")] == [str(a) for a in Approach]
    devices = {r["accelerator"] for r in run_json(capsys, "accelerators")}
    assert devices == set(evidence.accelerators)
    models = run_json(capsys, "models")
    assert len(models) == len(evidence.models) >= 60
    assert all(m["source_id"] for m in models)
    for command in ("tasks", "approaches", "accelerators", "models"):
        assert run(capsys, command).count("\n") > 5


def test_schema_accepts_scenario_and_results(
    small: Path, printed: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    import jsonschema

    schemas = run_json(capsys, "schema")
    jsonschema.validate(printed["inputs"], schemas["scenario"])
    jsonschema.validate(printed, schemas["results"])


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_travels_in_a_link(
    preset: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = ROOT / "data" / "presets" / f"{preset}.yaml"
    made = run_json(capsys, "link", str(path), "--base", "https://ml.example.org/")
    assert made["left_out"] == []
    assert len(made["url"]) <= 2000
    back = json.loads(run(capsys, "link", "--decode", made["url"]))
    assert ProjectInputs.from_dict(back) == load_scenario(str(path))


def test_a_link_on_an_example_holds_its_fields_and_the_changed_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    link = "http://host/?preset=fraud&n_classes=3&target.value=0.7"
    inputs = json.loads(run(capsys, "link", "--decode", link))
    assert (inputs["task"], inputs["n_classes"]) == ("tabular_classification", 3)
    assert inputs["target"]["value"] == 0.7
    assert inputs["name"]


def test_evidence_counts_what_is_shipped(capsys: pytest.CaptureFixture[str], evidence: Any) -> None:
    found = run_json(capsys, "evidence")
    assert found["data_version"] == evidence.data_version
    assert len(found["sources"]) == len(evidence.sources)
    assert sum(c["points"] for c in found["curves"]) == len(evidence.table("curves"))
    assert "Learning-curve points" in run(capsys, "evidence")


def test_price_list_and_check(capsys: pytest.CaptureFixture[str]) -> None:
    rows = run_json(capsys, "prices", "list", "--provider", "aws", "--accelerator", "L40S")
    assert rows
    assert {r["provider"] for r in rows} == {"aws"}
    assert all(r["usd_per_instance_hour"] > 0 for r in rows)
    status = main(["prices", "check", "--json", "--date", "2026-11-01"])
    found = json.loads(capsys.readouterr().out)
    assert status == (1 if found["findings"] else 0)
    assert found["n"] == len(found["findings"])


def test_own_price_book_of_a_scenario_is_used(
    small: Path, printed: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "own.csv"
    book.write_text(
        "provider,instance_type,accelerator,accelerator_count,vcpus,memory_gib,region,"
        "purchase_option,usd_per_instance_hour,as_of\n"
        "aws,own.1,L40S,1,8,64,us-east-1,on_demand,9.75,2026-11-01\n"
    )
    path = tmp_path / "scenario.yaml"
    path.write_text(small.read_text() + "prices: own.csv\n")
    found = run_json(capsys, "compare", str(path))
    prices = {
        i["unit_price_usd"]
        for r in found["approaches"]
        for i in r["items"]
        if i["item"] == "training_compute" and r["device_kind"] == "gpu"
    }
    assert prices == {9.75}
    assert found["data_version"].startswith(printed["data_version"] + "+prices.")
    assert main(["link", str(path)]) == 0
    out, err = capsys.readouterr()
    assert "prices" in err
    assert "price_book=" in out


def test_import_keeps_the_book_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from estimator.evidence import own_prices

    (tmp_path / "catalog").mkdir()
    assert own_prices.install("first", tmp_path) is None
    kept = own_prices.install("second", tmp_path)
    assert kept is not None
    assert kept.read_text() == "first"
    assert (tmp_path / own_prices.OWN_BOOK).read_text() == "second"


def test_backtest_keeps_rows_and_ignores_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], evidence: Any
) -> None:
    frame = evidence.table("curves").head(6).copy()
    frame["own_note"] = "kept"
    known, blank = tmp_path / "known.csv", tmp_path / "blank.csv"
    frame.to_csv(known, index=False)
    frame.assign(value="").to_csv(blank, index=False)
    a = run_json(capsys, "backtest", "curves", str(known))
    b = run_json(capsys, "backtest", "curves", str(blank))
    assert len(a["rows"]) == len(b["rows"]) == 6
    for x, y in zip(a["rows"], b["rows"], strict=True):
        assert x["own_note"] == "kept"
        assert (x["p10"], x["p50"], x["p90"]) == (y["p10"], y["p50"], y["p90"])
        assert y["error"] is None


def test_backtest_takes_sizes_as_they_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], evidence: Any
) -> None:
    frame = evidence.table("curves").head(4).copy().astype(object)
    frame["backbone_params"] = ["25.6M", "", "110000000", "unknown"]
    frame["given"] = [1, 0, 0, 1]
    path = tmp_path / "curves.csv"
    frame.to_csv(path, index=False)
    rows = run_json(capsys, "backtest", "curves", str(path))["rows"]
    assert [r["backbone_params"] for r in rows] == ["", "110000000"]
    assert [r["row_id"] for r in rows] == frame["row_id"].tolist()[1:3]


def test_backtest_repeats_the_numbers_of_the_file_in_full(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], evidence: Any
) -> None:
    frame = evidence.table("curves").head(3).copy().astype(object)
    frame["n_labelled"] = [1404801, "NA", 28300276]
    path = tmp_path / "curves.csv"
    frame.to_csv(path, index=False)
    rows = run_json(capsys, "backtest", "curves", str(path))["rows"]
    assert [r["n_labelled"] for r in rows] == [1404801, None, 28300276]


def test_validation_table(capsys: pytest.CaptureFixture[str]) -> None:
    found = run_json(capsys, "validate")
    assert set(found) >= {"accuracy", "compute", "cost", "decision", "claims"}
    assert found["accuracy"]["n_sources"] > 50
    text = run(capsys, "validate")
    assert "accuracy: by task" in text
    assert main(["validate", "--write"]) == 2


def test_short_commands_load_nothing_heavy() -> None:
    code = (
        "import sys; from estimator.cli import main; main(['approaches']);"
        "print([m for m in ('numpy', 'pandas', 'plotly') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr.strip() == "[]"


def test_output_survives_a_terminal_without_unicode(small: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "estimator", "scenarios", str(small), str(PRESET)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()


@pytest.mark.parametrize(("name", "rows"), [
    ("gpuhunt", 2), ("skypilot", 2), ("aws", 3), ("gcp", 1), ("azure", 2),
])  # fmt: skip
def test_tables_of_others_become_the_own_price_book(
    name: str, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from estimator.engine.money.pricebook import parse_price_csv
    from estimator.evidence import own_prices

    kept: list[str] = []
    monkeypatch.setattr(own_prices, "install", kept.append)
    table = Path(__file__).parent / "price_tables" / f"{name}.csv"
    found = run_json(capsys, "prices", "import", str(table), "--date", "2026-12-01")
    assert (found["layout"], found["rows"]) == (name, rows)
    read, problems = parse_price_csv(kept[0])
    assert (len(read), problems) == (rows, ())
