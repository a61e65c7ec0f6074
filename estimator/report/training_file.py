"""The priced row as a file that trains it: TRL, Axolotl, or a scikit-learn script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import yaml

from estimator.engine.answer import Answer, Row
from estimator.engine.compute.work import model_info
from estimator.engine.compute.written import FRAMEWORKS, PRECISIONS, WRITABLE, config_of
from estimator.engine.inputs import ProjectInputs
from estimator.vocabulary import TASK_MODALITY, Approach, Modality, Task

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

SCRIPT = "scikit-learn"
_START: Mapping[str, str] = {
    "trl": "accelerate launch --num_processes {n} -m trl.scripts.sft --config trl.yaml",
    "axolotl": "accelerate launch --num_processes {n} -m axolotl.cli.train axolotl.yaml",
}
_HEAD = """# {name}
# start: {start}
# data: a folder with train.jsonl, one {{"messages": [...]}} a line
# model: {model}; hours and memory are priced for these settings on {n} x {device}
"""
_SHORT = """# length: {tokens} tokens are the mean that is priced; longer examples are cut there
"""
_TEXT = """# Baseline of the texts: words are counted and weighed by a linear model.
# data: train.csv and test.csv with the columns text and label
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")
model = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(max_iter=1000))
model.fit(train["text"], train["label"])
print(model.score(test["text"], test["label"]))
"""
_TABLE = """# Baseline of the table: boosted trees.
# data: train.csv and test.csv with the column label; the others are read as they stand
import pandas as pd
from sklearn.ensemble import HistGradientBoosting{kind}

train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")
for frame in (train, test):
    words = frame.select_dtypes(exclude="number").columns.drop("label", errors="ignore")
    frame[words] = frame[words].astype("category")
model = HistGradientBoosting{kind}(categorical_features="from_dtype")
model.fit(train.drop(columns="label"), train["label"])
print(model.score(test.drop(columns="label"), test["label"]))
"""


def training_files(row: Row, inputs: ProjectInputs, evidence: Evidence) -> dict[str, bytes]:
    """Files that train a row as it is priced, by framework; empty where none is written.

    Language models by TRL and Axolotl, the baselines of texts and tables by scikit-learn.
    """
    if row["approach"] == Approach.BASELINE:
        script = _baseline(inputs)
        return {SCRIPT: script.encode()} if script else {}
    recipe = row["recipe"] or {}
    model = evidence.find_model(row["base_model"] or "")
    written = row["approach"] in WRITABLE and recipe.get("precision") in PRECISIONS
    if not written or model is None or model.hosted:
        return {}
    if model_info(model, inputs.task).group != "llm":
        return {}
    hub = evidence.hub_names.get(model.name, model.name)
    return {f: _config(row, inputs, hub, f) for f in FRAMEWORKS}


def _config(row: Row, inputs: ProjectInputs, hub: str, framework: str) -> bytes:
    own = inputs.training.sequence
    tokens = own or (inputs.unit_length if inputs.unit_name == "tokens" else None)
    n = inputs.compute.n_devices
    found = config_of(hub, row["approach"], row["recipe"], tokens, n, framework)
    head = _HEAD.format(
        name=" ".join(inputs.name.split()), start=_START[framework].format(n=n),
        model=row["base_model"], n=n, device=row["accelerator"],
    )  # fmt: skip
    if tokens and not own:
        head += _SHORT.format(tokens=round(tokens))
    return (head + yaml.safe_dump(found, sort_keys=False, allow_unicode=True)).encode()


def _baseline(inputs: ProjectInputs) -> str:
    if TASK_MODALITY[inputs.task] is Modality.TABULAR:
        return _TABLE.format(kind="Regressor" if inputs.n_classes == 1 else "Classifier")
    return _TEXT if inputs.task is Task.TEXT_CLASSIFICATION else ""


def chosen_row(answer: Answer) -> Row | None:
    """The recommended row where it can be written, else adapters, else a full update."""
    rows = {r["approach"]: r for r in answer["approaches"] if r["base_model"]}
    first = answer["recommendation"]["approach"]
    order = [a for a in (first, *WRITABLE) if a in WRITABLE]
    return next((rows[a] for a in order if a in rows), None)
