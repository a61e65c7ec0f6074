"""Files that train a row as it is priced."""

from __future__ import annotations

import csv
import json
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from estimator.cli import main
from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import quick_comparison
from estimator.report.training_file import chosen_row, training_files

if TYPE_CHECKING:
    from estimator.engine.answer import Answer
    from estimator.evidence.load import Evidence


def _answer(evidence: Evidence, **fields: Any) -> tuple[Answer, ProjectInputs]:
    inputs = ProjectInputs.from_dict({"schema": 1, "name": "x", "draws": 64, **fields})
    return quick_comparison(inputs, evidence).to_dict(), inputs


def test_a_language_model_is_written_for_both_frameworks(evidence: Evidence) -> None:
    answer, inputs = _answer(
        evidence, task="text_generation", models={"lora": "llama-3.1-8b"}, unit={"tokens": 300}
    )
    row = next(r for r in answer["approaches"] if r["approach"] == "lora")
    files = training_files(row, inputs, evidence)
    assert set(files) == {"trl", "axolotl"}
    trl, axolotl = (yaml.safe_load(files[f]) for f in ("trl", "axolotl"))
    assert trl["model_name_or_path"] == axolotl["base_model"] == evidence.hub_names["llama-3.1-8b"]
    assert trl["max_length"] == axolotl["sequence_len"] == 300
    assert trl["lora_r"] == axolotl["lora_r"] == row["recipe"]["lora_rank"]
    assert axolotl["adapter"] == "lora"
    assert b"the mean that is priced" in files["trl"]
    assert chosen_row(answer) is not None


def test_what_no_framework_here_trains_is_not_written(evidence: Evidence) -> None:
    answer, inputs = _answer(evidence, task="image_classification")
    assert not any(training_files(r, inputs, evidence) for r in answer["approaches"])


@pytest.mark.parametrize(
    ("task", "head", "rows"),
    [
        ("text_classification", ["text", "label"],
         [["a good day", "yes"], ["a bad night", "no"]] * 20),
        ("tabular_classification", ["size", "kind", "label"],
         [["1.5", "a", "yes"], ["7", "b", "no"]] * 20),
    ],
)  # fmt: skip
def test_the_script_of_a_baseline_runs(
    task: str, head: list[str], rows: list[list[str]], evidence: Evidence, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    answer, inputs = _answer(evidence, task=task)
    row = next(r for r in answer["approaches"] if r["approach"] == "baseline")
    files = training_files(row, inputs, evidence)
    assert set(files) == {"scikit-learn"}
    for name in ("train.csv", "test.csv"):
        with (tmp_path / name).open("w", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    (tmp_path / "script.py").write_bytes(files["scikit-learn"])
    monkeypatch.chdir(tmp_path)
    runpy.run_path("script.py")
    assert float(capsys.readouterr().out) == 1.0


def test_the_command_writes_the_file_and_reads_it_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario, out = tmp_path / "scenario.yaml", tmp_path / "out.yaml"
    scenario.write_text(
        "schema: 1\nname: x\ntask: text_generation\nmodels: {lora: llama-3.2-1b}\ndraws: 64\n"
        "training: {micro_batch: 2, sequence: 512, framework: axolotl}\n"
    )
    command = ["compare", str(scenario), "--quick", "--json", "--config", str(out)]
    assert main(command) == 0
    first = json.loads(capsys.readouterr().out)
    assert yaml.safe_load(out.read_text())["base_model"] == "meta-llama/Llama-3.2-1B"
    assert main(["compare", str(out), "--quick", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    memory = [
        next(r["peak_memory_gb"] for r in a["approaches"] if r["approach"] == "lora")
        for a in (first, again)
    ]
    assert memory[0] == pytest.approx(memory[1])
    assert main([*command, "--config-for", "scikit-learn"]) == 2
    assert "scikit-learn" in capsys.readouterr().err
