"""Bad input: status 2, one line that names file, field, value and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimator.cli import main
from estimator.reading import parse

GOOD = "task: text_classification\nn_classes: 12\ndraws: 64\n"

FIELDS = [
    ("nonsense: 1", "nonsense", "no such field"),
    ("target: {valeu: 0.9}", "target.valeu", "no such field"),
    ("n_classes: many", "n_classes", "a whole number"),
    ("n_classes: 2.5", "n_classes", "a whole number"),
    ("n_labelled_to_buy: -1", "n_labelled_to_buy", "from 0"),
    ("n_labelled_to_buy: 1e40", "n_labelled_to_buy", "to 1,000,000,000,000"),
    ("serving: {requests_per_month: .nan}", "serving.requests_per_month", "a number"),
    ("serving: {requests_per_month: .inf}", "serving.requests_per_month", "a number"),
    ("serving: {horizon_months: 600}", "serving.horizon_months", "from 1 to 60"),
    ("labelling: {source: goblins}", "labelling.source", "crowd"),
    ("labelling: 7", "labelling", "a group of fields"),
    ("task: mind_reading", "task", "text_classification"),
    ("models: {telepathy: bert-base}", "models.telepathy", "baseline"),
    ("models: {lora: no-such-model}", "models.lora", "python -m estimator models"),
    ("models: {lora: {parms: 1}}", "models.lora.parms", "no such field"),
    ("compute: {accelerator: Z80}", "compute.accelerator", "python -m estimator accelerators"),
    ("compute: {region: atlantis}", "compute.region", "us-east-1"),
    ("compute: {provider: acme}", "compute.provider", "aws"),
    ("people: {location: Narnia}", "people.location", "US"),
    ("assumptions: {no.such.id: 1}", "assumptions.no.such.id", "data/assumptions.csv"),
    ("unit: {pixels: 10}", "unit.pixels", "tokens"),
    ("start_date: tomorrow", "start_date", "2027"),
    ("draws: 1000", "draws", "a power of two"),
    ("limits: {budget_usd: true}", "limits.budget_usd", "a number"),
    (
        "options: [{approach: lora, n_labelled_to_buy: -3}]",
        "options[0].n_labelled_to_buy",
        "from 0",
    ),
    ("pilot: {approach: lora}", "pilot", "a list"),
    ("prices: no-such-book.csv", "prices", "price book"),
]


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    status = main(list(argv))
    out, err = capsys.readouterr()
    return status, out, err


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """The one line of a refusal."""
    status, out, err = run(capsys, *argv)
    assert status == 2
    assert out == ""
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize(("line", "field", "allowed"), FIELDS)
def test_a_bad_field_is_one_line(
    line: str,
    field: str,
    allowed: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "scenario.yaml"
    key = line.split(":")[0]
    kept = [x for x in GOOD.splitlines() if not x.startswith(f"{key}:")]
    path.write_text("\n".join([*kept, line]) + "\n")
    message = refused(capsys, "compare", str(path), "--json")
    assert message.startswith(f"{path}: ")
    assert field in message
    assert allowed in message


FILES = [
    (b"", "a mapping of fields"),
    (b"- 1\n- 2\n", "a mapping of fields"),
    (b"task: [unclosed\n", "line "),
    (b"a: b: c\n", "line 1"),
    (b"task: protein\ntask: translation\n", "stands twice"),
    (b"x: &a [1]\ntask: *a\n", "aliases"),
    (b"\x00\x01\x02\xff\xfe", "not a text file"),
    (b"\x89PNG\r\n\x1a\n\xff\xff", "not a text file"),
    (b'{"task": "protein", "task": "translation"}', "each field once"),
    (b'{"task": ', "valid JSON"),
    (b"!!python/object/apply:os.system ['true']\n", "line 1"),
    (b"task: " + b"[" * 5000 + b"\n", "scenario.yaml: "),
    (b"{" * 100_000, "valid JSON"),
    (b"n_classes: 3\n", "task"),
]


@pytest.mark.parametrize(("content", "says"), FILES, ids=range(len(FILES)))
def test_a_bad_file_is_one_line(
    content: bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_bytes(content)
    assert says in refused(capsys, "compare", str(path))


def test_missing_directory_and_huge_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no such file" in refused(capsys, "compare", str(tmp_path / "none.yaml"))
    assert "is a directory" in refused(capsys, "compare", str(tmp_path))
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"# " + b"x" * 1_000_001)
    assert "larger than" in refused(capsys, "compare", str(huge))


def test_unusable_places_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(GOOD)
    assert "cannot be written" in refused(
        capsys, "compare", str(path), "--csv", str(tmp_path / "no" / "x.csv")
    )
    assert "overwrite" in refused(capsys, "compare", str(path), "--csv", str(path))
    assert "--date" in refused(capsys, "compare", str(path), "--date", "soon")
    assert path.read_text() == GOOD


@pytest.mark.parametrize(
    "argv",
    [[], ["dance"], ["compare"], ["compare", "a", "--loud"], ["backtest"], ["prices", "steal"]],
)
def test_wrong_usage_is_one_line_and_status_2(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(argv)
    assert left.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "header", "row", "says"),
    [
        ("curves", "curve_id,metric", "a,b", "task_family"),
        ("runs", "model,approach", "a,b", "hardware"),
        (
            "curves",
            "curve_id,task_family,dataset,approach,n_labelled,metric,value",
            "c,ner,d,lora,ten,f1,80",
            "row 2, n_labelled: 'ten'",
        ),
        (
            "runs",
            "model,approach,hardware,n_devices,device_hours",
            "bert,lora,T4,1,inf",
            "row 2, device_hours",
        ),
    ],
)
def test_a_bad_table_names_column_and_row(
    command: str,
    header: str,
    row: str,
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"{header}\n{row}\n")
    assert says in refused(capsys, "backtest", command, str(path))


def test_scenarios_takes_two_to_six(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(GOOD)
    assert "2 to 6" in refused(capsys, "scenarios", str(path))
    assert "2 to 6" in refused(capsys, "scenarios", *[str(path)] * 7)


def test_a_bad_price_book_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from estimator.evidence.files import DATA
    from estimator.evidence.own_prices import OWN_BOOK

    path = tmp_path / "prices.csv"
    run(capsys, "prices", "template")
    path.write_text("provider,region\naws,x\n")
    assert "unchanged" in refused(capsys, "prices", "import", str(path))
    assert not (DATA / OWN_BOOK).exists()


def test_records_and_links(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "record.json"
    path.write_text("[1]")
    assert "a JSON object" in refused(capsys, "replay", str(path))
    path.write_text("{}")
    assert "record" in refused(capsys, "replay", str(path))
    assert "link.v" in refused(capsys, "link", "--decode", "?v=7&task=protein")
    assert "either FILE" in refused(capsys, "link")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.1e8", 1.1e8), ("1e6", 1e6), ("1_000", 1000), ("010", 10), ("0x1F", "0x1F"),
        ("NO", "NO"), ("yes", "yes"), ("1:30", "1:30"), ("2027-01-15", "2027-01-15"),
        ("true", True), ("null", None), ("~", None), ("-.5", -0.5), ("+3", 3), ("1e", "1e"),
    ],
)  # fmt: skip
def test_yaml_scalars_mean_what_they_say(text: str, value: object) -> None:
    read = parse(f"x: {text}\n")["x"]
    assert read == value
    assert type(read) is type(value)
