"""Every verified row of the collection is shipped, and nothing kept for acceptance."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

SHARED = ROOT.parent / "shared" / "evidence"
RENAMED = {"llm_api_prices": "api", "timm_train_rtx3090": "timm_train"}
MERGED = {
    "curves_own_measurement": "curves",
    "curves_own_measurement_more": "curves",
    "curves_text_more": "curves",
}
"""Later collections that stand in an earlier table, which has no column for what they add."""
OWN_SHAPE = ("hardware", "prices", "models", "accelerator_names", "dataset_kinds")
SOURCE_COLUMNS = ("source_title", "source_url", "source_year", "verified")
ADDED_TO = {"runs_finetune": "runs", "runs_modern": "runs"}
"""Later collections whose verified rows joined a table that was there."""
NO_TABLE = (
    "run_wordings",
    "models_missing",
    "hardware_missing",
    "own_measurement_sets",
    "split_gaps",
)
"""Lists whose figures stand in catalogue rows, name tables, assumptions and tests."""
OF_MODELS = ("families_models",)
"""A list of models, most of it from memory: what was read of them stands in the catalogue."""
NOT_KEPT_AS_READ = {
    "runs": ("hardware", "locator"),
    "llm_api_prices": (
        "finetuned_input",
        "finetuned_output",
        "as_of",
        "kind",
        "input_usd_per_mtok",
        "output_usd_per_mtok",
    ),
}
PRICE_COLUMNS = {
    "on_demand_hourly": "od",
    "spot_hourly": "sp",
    "reserved_1yr_hourly": "c1",
    "reserved_3yr_hourly": "c3",
}
LISTS_EXPECTED = 2


@pytest.fixture(scope="module")
def shared() -> Path:
    """The collection next to the checkout."""
    if not SHARED.is_dir():
        if os.environ.get("CI"):
            pytest.fail("../shared/evidence is missing: completeness cannot be checked")
        pytest.skip("../shared/evidence is not next to this checkout")
    return SHARED


def cells(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def verified(path: Path) -> pd.DataFrame:
    frame = cells(path)
    return frame[frame["verified"] == "yes"] if "verified" in frame else frame


def shipped(name: str) -> pd.DataFrame:
    (path,) = (ROOT / "data").rglob(f"{(RENAMED | MERGED).get(name, name)}.csv")
    return cells(path)


def test_every_verified_row_is_shipped(shared: Path) -> None:
    for path in sorted(shared.glob("*.csv")):
        name = path.stem
        if name in (*OWN_SHAPE, *ADDED_TO, *NO_TABLE, *OF_MODELS):
            continue
        there, here = verified(path), shipped(name)
        left_out = (*SOURCE_COLUMNS, *NOT_KEPT_AS_READ.get(name, ()))
        columns = [c for c in there.columns if c not in left_out]
        if name in MERGED:
            columns = [c for c in columns if c in here.columns and c != "domain"]
        if "year" not in here.columns:
            columns = [c for c in columns if c != "year"]
        wanted = Counter(there[columns].itertuples(index=False, name=None))
        have = Counter(here[columns].itertuples(index=False, name=None))
        assert not wanted - have, (name, next(iter(wanted - have)))
        assert len(here) >= len(there), name


def test_later_runs_joined_the_table_of_runs(shared: Path) -> None:
    for name, table in ADDED_TO.items():
        there = verified(shared / f"{name}.csv")
        wanted = set(there.loc[there["source_url"] != "", "run_id"])
        assert wanted <= set(shipped(table)["run_id"]), name


def test_sources_keep_title_and_address(shared: Path) -> None:
    known = set(
        cells(ROOT / "data" / "sources.csv")[["title", "url"]].itertuples(index=False, name=None)
    )
    for path in sorted(shared.glob("*.csv")):
        frame = verified(path)
        if path.stem in OF_MODELS:
            continue
        if "source_title" in frame:
            frame = frame[frame["source_url"] != ""]
            pairs = frame[["source_title", "source_url"]].itertuples(index=False, name=None)
            assert set(pairs) <= known, path.name


def test_every_verified_price_is_in_the_book(shared: Path) -> None:
    book = shipped("prices").set_index("row_id")
    here = book["usd_per_instance_hour"].astype(float)
    rows = verified(shared / "prices.csv").reset_index(drop=True)
    missing = []
    for number, row in enumerate(rows.to_dict("records"), start=1):
        for column, short in PRICE_COLUMNS.items():
            if not row[column] or "attach to N1" in row["instance_type"]:
                continue
            key = f"p{number:05d}-{short}"
            if key not in here.index or here[key] != pytest.approx(float(row[column]), rel=1e-5):
                missing.append((key, row["instance_type"], column))
            elif row["accelerator_count"] not in ("", "0"):
                printed = float(row["accelerator_count"])
                assert float(book["accelerator_count"][key]) == printed, key
    assert missing == []


def test_every_verified_model_and_device_is_in_the_catalogue(shared: Path) -> None:
    here = shipped("models")
    spelled = {
        alias: (params, source)
        for aliases, params, source in zip(
            here["aliases"], here["params_total"], here["source_id"], strict=True
        )
        for alias in aliases.split("|")
    }
    for row in verified(shared / "models.csv").to_dict("records"):
        assert row["model"] in spelled, row["model"]
        if row["params_total"]:
            assert spelled[row["model"]][0] == row["params_total"], row["model"]
    devices = set(shipped("hardware")["name"])
    wanted = {n for n in verified(shared / "hardware.csv")["accelerator"] if "K80" not in n}
    assert wanted <= devices


def reserved(shared: Path) -> dict[str, list[str]]:
    text = (shared / "RESERVED.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (\w+)$", text, flags=re.MULTILINE)[1:]
    return {
        name: re.findall(r"^- (.+)$", body, re.MULTILINE)
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def test_no_reserved_source_is_shipped(shared: Path, evidence: Evidence) -> None:
    lists = reserved(shared)
    tables = [t for t in lists if t in ("curves", "runs")]
    assert len(tables) == LISTS_EXPECTED
    for table, kept in [(t, lists[k]) for k in tables for t in (k, f"families_{k}")]:
        frame = cells(ROOT / "data" / "evidence" / f"{table}.csv")
        present = {plain(f) for f in frame["source_family"]}
        present |= {plain(evidence.sources[s].title) for s in set(frame["source_id"])}
        assert not present & {plain(r) for r in kept}, table


def test_no_money_source_kept_aside_is_shipped(shared: Path, evidence: Evidence) -> None:
    """A name with a colon keeps a part of a source aside; its rows are named after it."""
    kept = {plain(r) for r in reserved(shared)["money"] if ": rows other than" not in r}
    read = {plain(s.title) for s in evidence.sources.values()}
    assert not read & kept


def test_no_trace_of_the_sources_kept_aside(evidence: Evidence) -> None:
    words = re.compile(r"neural scaling laws in language and vision|ftune|\bvtrain\b|simumax", re.I)
    hits = [s.title for s in evidence.sources.values() if words.search(f"{s.title} {s.url}")]
    assert hits == []
