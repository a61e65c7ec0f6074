"""Files of time series: shapes, refusals, and the simple forecasts measured on them."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator import ProjectInputs
from estimator.__main__ import main
from estimator.errors import InputError
from estimator.measure.forecast import forecast, seasonal_naive, smoothing, theta
from estimator.measure.notes import UnreadableFile
from estimator.measure.read import parse_bytes
from estimator.measure.series import read_series
from estimator.measure.table import Table

if TYPE_CHECKING:
    from pathlib import Path

START = datetime.date(2025, 1, 6)
WEEK = np.array([0.0, 2.0, 4.0, 8.0, 4.0, 2.0, 0.0])


def values(seed: int, n: int, noise: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 50 + np.resize(WEEK, n) + noise * rng.normal(size=n)


def long_file(n_series: int = 6, n: int = 150, comma: bool = False) -> bytes:
    lines = ["datum;filiale;absatz"] if comma else ["date,shop,promo,sales"]
    for s in range(n_series):
        promo = np.random.default_rng(s + 100).random(n) < 0.2
        for t, v in enumerate(values(s, n) + (0 if comma else 20 * promo)):
            day = START + datetime.timedelta(t)
            if comma:
                lines.append(f"{day:%d.%m.%Y};Filiale {s};{f'{v:.2f}'.replace('.', ',')}")
            else:
                lines.append(f"{day.isoformat()},shop {s},{int(promo[t])},{v:.3f}")
    return "\n".join(lines).encode()


def table(data: bytes) -> Table:
    found = parse_bytes(data)
    assert isinstance(found, Table)
    return found


def test_a_long_file_is_read_with_what_is_known_of_the_future() -> None:
    found = read_series(table(long_file()))
    assert (len(found.values), found.steps, found.season, found.horizon) == (6, 150.0, 7, 28)
    assert found.columns["value"] == "sales"
    assert found.columns["series"] == "shop"
    assert found.n_covariates == 1


def test_a_german_file_and_a_wide_one_say_the_same() -> None:
    german = read_series(table(long_file(comma=True)))
    head = "time," + ",".join(f"s{k}" for k in range(6))
    days = [(START + datetime.timedelta(t)).isoformat() for t in range(150)]
    columns = [values(s, 150) for s in range(6)]
    rows = [f"{d}," + ",".join(f"{c[t]:.2f}" for c in columns) for t, d in enumerate(days)]
    wide = read_series(table("\n".join([head, *rows]).encode()))
    assert len(german.values) == len(wide.values) == 6
    for a, b in zip(german.values, wide.values, strict=True):
        assert a == pytest.approx(b, abs=0.011)
    assert wide.n_covariates == german.n_covariates == 0


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"a,b\nx,1\ny,2\nz,3\n", "times"),
        (b"date,note\n2026-01-01,good\n2026-01-02,bad\n2026-01-03,so\n", "numbers"),
        (b"date,y\n" + b"".join(b"2026-01-0%d,%d\n" % (d, d) for d in range(1, 9)), "too short"),
    ],
)
def test_what_cannot_be_forecast_is_refused_in_a_sentence(data: bytes, key: str) -> None:
    with pytest.raises(UnreadableFile, match=key):
        read_series(table(data))
    with pytest.raises(InputError, match="--time"):
        read_series(table(long_file()), time="nope")


def test_methods_by_hand() -> None:
    past = np.resize(WEEK, 70)
    ahead = np.resize(WEEK, 84)[70:]
    for method in (seasonal_naive, smoothing, theta):
        assert method(past, 14, 7) == pytest.approx(ahead, abs=1e-6)
    line = np.arange(40.0)
    assert theta(line, 3, 1)[2] > smoothing(line, 3, 1)[2]


def test_smoothing_beats_repeating_noise_and_trees_read_the_columns() -> None:
    found = {s.method: s for s in forecast(read_series(table(long_file()))).scores}
    assert found["seasonal naive"].relative == 1.0
    assert found["Theta"].relative < 0.9
    assert found["boosted lags"].relative < found["Theta"].relative
    assert 0 < found["boosted lags"].noise < 0.2


def test_the_command_prints_a_scenario_that_is_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(long_file())
    assert main(["measure", str(path), "--task", "time_series", "--horizon", "14", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    inputs = ProjectInputs.from_dict({**printed["scenario"], "pilot": printed["pilot"]})
    assert inputs.unit["horizon"] == 14
    assert inputs.unit["covariates"] == 1
    assert 0 < inputs.pilot[0].value < 1
    assert "shop 1" not in json.dumps(printed)
