"""Loading stops at the first bad row and names table, row key, column, value and rule."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from estimator.errors import EvidenceError
from estimator.evidence.load import Evidence
from estimator.evidence.presets import preset_outcomes, preset_scenarios

MISTAKES = Path(__file__).parent / "mistakes"
SOURCES = """source_id,title,producer,year,url,date_accessed,licence
known,A table,Somebody,2023,https://example.org,2026-11-21,CC BY 4.0
"""
CORRECTIONS = "table,row_key,column,action,value,expect,reason,status\n"
MESSAGES = {
    "unknown_source": "fx: row a2: column source_id: 'nowhere': must be a source_id of sources.csv",
    "duplicate_key": "fx: row a1: column row_id: 'a1': key must be unique",
    "blank_key": "fx: row : column row_id: '': must not be blank",
    "out_of_range": "fx: row a2: column rate: '-1.3': must be between 0.0001 and 10000",
    "wrong_type": "fx: row a2: column rate: 'about 1.3': must be a finite number",
    "infinite": "fx: row a2: column rate: 'inf': must be a finite number",
    "not_allowed": "fx: row a2: column currency: 'ZZZ': must be one of CHF, CNY",
    "blank_required": "fx: row a2: column locator: '': must not be blank",
    "blank_number": "fx: row a2: column rate: '': must not be blank",
    "missing_column": "fx: row header: column kind: ",
    "extra_column": "fx: row header: column colour: 'colour': column is not in the schema",
    "ragged": "catalog/fx.csv: not a readable CSV table",
}


def folder(tmp_path: Path, fx: str, sources: str = SOURCES, corrections: str = "") -> Evidence:
    """A data folder with one small table."""
    (tmp_path / "catalog").mkdir()
    shutil.copy(MISTAKES / f"{fx}.csv", tmp_path / "catalog" / "fx.csv")
    (tmp_path / "sources.csv").write_text(sources)
    (tmp_path / "corrections.csv").write_text(CORRECTIONS + corrections)
    return Evidence(tmp_path)


@pytest.mark.parametrize("mistake", sorted(MESSAGES))
def test_message_of_each_mistake(mistake: str, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        folder(tmp_path, mistake).table("fx")
    assert MESSAGES[mistake] in str(caught.value)


def test_every_fixture_is_used() -> None:
    assert {p.stem for p in MISTAKES.glob("*.csv")} == {*MESSAGES, "valid"}


def test_valid_table_loads_with_numbers(tmp_path: Path) -> None:
    frame = folder(tmp_path, "valid").table("fx")
    assert frame["rate"].tolist() == [1.1]
    assert frame["row_id"].tolist() == ["a1"]


def test_date_rule(tmp_path: Path) -> None:
    bad = SOURCES.replace("2026-11-21", "2026-13-21")
    with pytest.raises(EvidenceError, match=r"sources: row known: column date_accessed: '2026-13"):
        folder(tmp_path, "valid", sources=bad).table("fx")


def test_missing_file_and_unknown_table(tmp_path: Path) -> None:
    shipped = folder(tmp_path, "valid")
    with pytest.raises(EvidenceError, match=r"catalog/pue\.csv: the file is missing"):
        shipped.table("pue")
    with pytest.raises(EvidenceError, match="colours: no table of this name"):
        shipped.table("colours")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("fx,a9,rate,set,1.2,1.1,typo,settled", "corrections: row a9: column row_key: 'a9'"),
        ("fx,a1,colour,set,1.2,1.1,typo,settled", "no such column in fx"),
        (
            "fx,a1,rate,set,1.2,1.05,typo,settled",
            "corrections: row a1: column rate: '1.1': expected '1.05' in fx",
        ),
        ("fx,a1,rate,change,1.2,1.1,typo,settled", "must be one of exclude, keep, set"),
        ("fx,a1,rate,set,1.2,1.1,,settled", "column reason: '': must not be blank"),
        ("fx,a1,rate,set,-5,1.1,typo,settled", "must be between 0.0001 and 10000"),
    ],
)
def test_corrections_that_lost_their_ground(row: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        folder(tmp_path, "valid", corrections=row + "\n").table("fx")
    assert message in str(caught.value)


def test_corrections_set_keep_and_exclude(tmp_path: Path) -> None:
    first = tmp_path / "set"
    first.mkdir()
    shipped = folder(first, "valid", corrections="fx,a1,rate,set,1.2,1.1,misprint,settled\n")
    assert shipped.table("fx")["rate"].tolist() == [1.2]
    second = tmp_path / "keep"
    second.mkdir()
    shipped = folder(second, "valid", corrections="fx,a1,rate,keep,,1.1,looked at,settled\n")
    assert shipped.table("fx")["rate"].tolist() == [1.1]
    third = tmp_path / "exclude"
    third.mkdir()
    shipped = folder(third, "valid", corrections="fx,a1,,exclude,,,no source,open\n")
    assert shipped.table("fx").empty
    assert [(x.row_key, x.reason) for x in shipped.excluded("fx")] == [("a1", "no source")]


def test_data_version_follows_the_bytes(tmp_path: Path) -> None:
    shipped = folder(tmp_path, "valid")
    before = shipped.data_version
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "x.yaml").write_text("task: protein\n")
    (tmp_path / "README.md").write_text("words")
    assert Evidence(tmp_path).data_version == before
    (tmp_path / "catalog" / "other.csv").write_text("a\n1\n")
    assert Evidence(tmp_path).data_version != before
    other = Evidence(tmp_path).data_version
    with (tmp_path / "catalog" / "fx.csv").open("a") as file:
        file.write("a2,GBP,USD per GBP,1.3,annual average,row GBP,2023,known\n")
    assert Evidence(tmp_path).data_version != other


def test_presets_start_with_the_example_of_the_readme(tmp_path: Path) -> None:
    names = list(preset_scenarios())
    assert names[0] == "support_tickets"
    outcomes = preset_outcomes()
    assert set(outcomes) <= set(names)
    kinds = len(set(outcomes.values()))
    assert kinds >= 3
    assert len({outcomes.get(name) for name in names[:kinds]}) == kinds
    assert names[kinds:] == sorted(names[kinds:])
    with pytest.raises(EvidenceError, match="holds no scenario file"):
        preset_scenarios(tmp_path)
